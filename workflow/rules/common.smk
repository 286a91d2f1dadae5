"""What the rules share: the config's check, the library's files, the settings that hang on a wildcard."""

from pathlib import Path

from snakemake.exceptions import WorkflowError

WORKFLOW = Path(str(workflow.current_basedir)).parent


def check_config(config):
    """Stop before any job if the config breaks its schema, naming key, value and what is allowed."""
    import jsonschema
    import yaml

    schema = yaml.safe_load((WORKFLOW / "schemas" / "config.schema.yaml").read_text())
    problems = [
        f"{'.'.join(map(str, error.absolute_path)) or 'top level'}: {error.message}"
        + (f" ({error.schema['description']})" if "description" in error.schema else "")
        for error in jsonschema.Draft202012Validator(schema).iter_errors(config)
    ]
    if problems:
        raise WorkflowError("The config is wrong:\n" + "\n".join(f"  {problem}" for problem in problems))


check_config(config)


def library(*modules):
    """Files of modules or packages of the library, for a rule's input: an edit there reruns the rule."""
    root = WORKFLOW / "scripts" / "bonescan"
    files = []
    for module in modules:
        package = sorted((root / module).glob("*.py"))
        files += [str(path) for path in package or [root / f"{module}.py"]]
    return files


def cohort_files(wildcards):
    """The sheet or folder that names the cohort's scans."""
    if config["cohort"]["source"] == "phantom":
        return f"results/{wildcards.scale}/simulate/sheet.tsv"
    return config["cohort"]["path"]


def annotation_files(wildcards):
    """The folder of the readers' annotations; nothing where the sheet holds the labels."""
    if config["cohort"]["source"] == "phantom":
        return f"results/{wildcards.scale}/simulate/annotations"
    return config["cohort"]["annotations"] or []


def images_of_dataset(wildcards):
    """D2 is normalised; D1 and D3 are counts."""
    stage = "normalise" if wildcards.dataset == "D2" else "augment"
    return f"results/{wildcards.scale}/{stage}/images.npy"


def scale_settings(wildcards):
    """The section of the config for the scale of a job."""
    return config["scales"][wildcards.scale]


def scale_setting(key):
    """Input function for one setting of the scale."""

    def setting(wildcards):
        return scale_settings(wildcards)[key]

    return setting


def image_size(wildcards):
    """Rows and columns of the images that the networks of a scale see."""
    return config["crop"]["size"] // scale_settings(wildcards)["block"]


def network_of_model(wildcards):
    """The configuration of the network named by the wildcard."""
    return config["networks"][wildcards.model]


def training_settings(wildcards):
    """The settings of one training: those of the scale, with the epochs of the dataset."""
    settings = scale_settings(wildcards)
    return {**settings, "epochs": settings["epochs"][wildcards.dataset]}


def train_memory(wildcards):
    """MB that one training may need."""
    return 16000 if wildcards.scale == "paper" else 2500


def train_runtime(wildcards, attempt):
    """Minutes that one training may take; more after each time-out."""
    return attempt * (1440 if wildcards.scale == "paper" else 60)


def train_gpus(wildcards):
    """GPUs of one training: one at paper scale."""
    return 1 if wildcards.scale == "paper" else 0


def of_every_unit(name):
    """A table of the evaluation, one file a split unit."""
    return expand("results/{{scale}}/evaluate/{unit}/{name}.tsv", unit=config["split"]["units"], name=name)


def table(name):
    """The three formats of a table."""
    return expand("results/{{scale}}/tables/{name}.{format}", name=name, format=["csv", "md", "tex"])


def figure(name):
    """The two formats of a figure."""
    return expand("results/{{scale}}/figures/{name}.{format}", name=name, format=["pdf", "png"])


def provenance(wildcards):
    """What stands on every table and figure: whose scans, and at which scale."""
    return {"cohort": config["cohort"]["source"], "scale": wildcards.scale}
