"""Build every configured network untrained and write its layers down."""

from bonescan.files import write_json
from bonescan.models import outline
from bonescan.models.description import describe
from bonescan.script import logged


@logged
def main(snakemake):
    params = snakemake.params
    models = {name: outline(network, params.size, params.width, name) for name, network in params.networks.items()}
    write_json(snakemake.output[0], {name: describe(model, params.networks[name]) for name, model in models.items()})


if __name__ == "__main__":
    main(snakemake)
