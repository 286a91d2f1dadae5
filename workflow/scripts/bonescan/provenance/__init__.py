"""From a cell of a table back to the source pixels: each link with its digest, made again and compared.

`cells` finds the cell, `chain` walks back from it, `remake` calls the workflow's own scripts again, `arrays` and
`sources` derive pixels anew, `digests` keeps what the run left, `links` are what all of them return.
"""
