"""What each flag of the crop is worth, on the fitting and on the judging bodies."""

import pandas as pd

from bonescan.crop_quality.worth import weigh_flags
from bonescan.files import read_table
from bonescan.script import logged
from bonescan.tables.crop_quality import flags_table
from bonescan.tables.formats import save


@logged
def main(snakemake):
    fitting, judging = read_table(snakemake.input.stress), read_table(snakemake.input.judging)
    worths = {
        # a patient under another stress is another patient, as far as the crop can tell
        "fitting bodies": weigh_flags(fitting, fitting["stress"] + fitting["patient"]),
        "judging bodies": weigh_flags(judging, judging["patient"]),
    }
    worths = pd.concat(worths, names=["of", "row"]).reset_index("of").reset_index(drop=True)
    save(flags_table(worths, snakemake.params.provenance), snakemake.output.table)


if __name__ == "__main__":
    main(snakemake)
