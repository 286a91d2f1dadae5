"""Measure one network: the job (JSON) comes from the standard input, the result goes to the standard output."""

import json
import sys

job = json.load(sys.stdin)
if job["plain"]:
    from bonescan.benchmark.plain_torch import measure
else:
    from bonescan.benchmark.ours import measure
json.dump(measure(job), sys.stdout)
