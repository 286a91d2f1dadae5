"""Rule gather_cohort: the shards of the phantom cohort in one place, as if simulated in one go."""

from pathlib import Path

from bonescan.files import concatenate_tables, link_files, write_folder
from bonescan.script import logged


@logged
def main(snakemake):
    shards = [Path(shard) for shard in snakemake.input.shards]
    output = snakemake.output
    for target in map(Path, (output.dicom, output.annotations, output.truth)):
        with write_folder(target) as folder:
            for shard in shards:
                link_files(shard / target.name, folder)
    # the sheet last: its paths lead to the DICOM files
    for target in map(Path, (output.views, output.lesions, output.foci, output.sheet)):
        concatenate_tables([shard / target.name for shard in shards], target)


if __name__ == "__main__":
    main(snakemake)
