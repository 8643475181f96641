"""The command line's arguments, one function for each command. It imports no stage."""

import argparse

DESCRIPTION = (
    "Facial expression recognition from 3D face scans. `make` runs the whole workflow; these commands look around it."
)

FORMATS = ".wrl .bnt .ply .obj .glb .off .stl .abs .abs.gz or a depth image; its texture image is found by name"


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; in its result, `run` is the name of the chosen one."""
    parser = argparse.ArgumentParser(prog="ffnet", description=DESCRIPTION)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    around = (add_check, add_inspect, add_status, add_plan)
    of_results = (add_predict, add_evaluate, add_export, add_compare, add_experiments, add_train, add_choose)
    for add in (*around, *of_results):
        add(commands)
    return parser


def add_check(commands: argparse._SubParsersAction) -> None:
    text = "Is everything ready? Checks config.yaml, the scan folders, the installed packages and this machine."
    parser = commands.add_parser("check", help=text, description=text + " Run it first; it changes nothing.")
    add_config(parser)
    parser.set_defaults(run="check")


def add_inspect(commands: argparse._SubParsersAction) -> None:
    text = "What is in a scan file? Shows its size, subject, expression, nose tip and pose."
    parser = commands.add_parser("inspect", help=text, description=text + " Files are only read, never changed.")
    parser.add_argument("files", nargs="+", metavar="FILE", help=f"the file with the 3D points: {FORMATS}")
    parser.add_argument("--out", metavar="DIR", help="also draw what the network sees of each scan, as DIR/NAME.png")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    add_unit(parser, "the one that config.yaml gives for such files, else mm")
    add_config(parser)
    parser.set_defaults(run="inspect")


def add_predict(commands: argparse._SubParsersAction) -> None:
    text = "Which expression does a scan show? Prints the probability of each class according to a trained model."
    parser = commands.add_parser("predict", help=text, description=text + " The model file sets the preprocessing.")
    parser.add_argument("files", nargs="+", metavar="FILE", help=f"the file with the 3D points: {FORMATS}")
    parser.add_argument("--model", metavar="FILE", required=True, help="results/DATASET/models/EXPERIMENT.safetensors")
    parser.add_argument("--csv", metavar="FILE", help="also write the table as CSV")
    parser.add_argument("--figure", metavar="DIR", help="also draw each scan and the pixels behind its prediction")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    add_unit(parser, "that of the scans the model was trained on")
    parser.add_argument(
        "--pixel-spacing",
        metavar="MM",
        type=float,
        help="mm between the pixels of a depth image (default: that of the scans the model was trained on)",
    )
    parser.add_argument(
        "--batch", metavar="N", type=int, default=32, help="scans per batch; affects only the speed (default: 32)"
    )
    parser.set_defaults(run="predict")


def add_evaluate(commands: argparse._SubParsersAction) -> None:
    text = "How well does a model read other people's faces? Tests it on all scans of a collection it has not seen."
    more = " The collection is a dataset of config.yaml whose shards are made: snakemake --cores all shards."
    parser = commands.add_parser("evaluate", help=text, description=text + more)
    parser.add_argument("model", metavar="MODEL", help="results/DATASET/models/EXPERIMENT.safetensors")
    parser.add_argument("dataset", metavar="DATASET", help="its name in config.yaml")
    parser.add_argument("--csv", metavar="FILE", help="also write the predictions as CSV")
    add_config(parser)
    parser.set_defaults(run="evaluate")


def add_export(commands: argparse._SubParsersAction) -> None:
    text = "Write a trained model as ONNX, for programs without Python."
    more = " The file is kept only if onnxruntime gives the same probabilities on random maps."
    parser = commands.add_parser("export", help=text, description=text + more)
    parser.add_argument("model", metavar="MODEL", help="results/DATASET/models/EXPERIMENT.safetensors")
    parser.add_argument("--out", metavar="FILE.onnx", help="the file to write (default: next to the model)")
    parser.set_defaults(run="export")


def add_compare(commands: argparse._SubParsersAction) -> None:
    text = "What differs between two results folders, by how much, and is it more than chance?"
    more = " Nothing is trained: saved predictions are enough. The exit code is 0 if all predictions are equal, else 1."
    parser = commands.add_parser("compare", help=text, description=text + more)
    parser.add_argument("a", metavar="A", help="a folder such as results, from before a change")
    parser.add_argument("b", metavar="B", help="another such folder, from after it")
    add_config(parser)
    parser.set_defaults(run="compare")


def add_experiments(commands: argparse._SubParsersAction) -> None:
    text = "Which experiments are there? Shows the maps each one uses, its parameters, multiply-adds and repeats."
    parser = commands.add_parser("experiments", help=text, description=text + " Nothing is trained.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    add_config(parser)
    parser.set_defaults(run="experiments")


def add_train(commands: argparse._SubParsersAction) -> None:
    text = "Train experiments without Snakemake, as on a GPU machine that has only torch and the shards."
    more = (
        " Writes what the workflow's runs write, to results/DATASET/runs, and skips runs that are there. It needs"
        " results/DATASET/shards.csv, the shards and results/DATASET/splits, which are made by `make` elsewhere."
    )
    parser = commands.add_parser("train", help=text, description=text + more)
    parser.add_argument("dataset", metavar="DATASET", help="its name in config.yaml")
    parser.add_argument("experiments", metavar="EXPERIMENT", nargs="+", help="names in config.yaml")
    parser.add_argument("--repeats", metavar="N", type=int, help="of each experiment (default: what its row says)")
    parser.add_argument(
        "--models", action="store_true", help="instead of runs: one network each on all subjects, to keep"
    )
    add_config(parser)
    parser.set_defaults(run="train")


def add_choose(commands: argparse._SubParsersAction) -> None:
    text = "Which settings do best? Tries combinations on people who are not tested, and writes the best as settings."
    more = (
        " Trains in cross-validation among the people of a dataset who do not take part in the protocol. It needs"
        " subjects.csv, hashes.csv and shards.csv in results/DATASET, which snakemake makes. Finished runs are kept."
    )
    parser = commands.add_parser("choose", help=text, description=text + more)
    parser.add_argument("dataset", metavar="DATASET", help="its name in config.yaml")
    parser.add_argument("experiment", metavar="EXPERIMENT", help="its name in config.yaml")
    parser.add_argument(
        "--grid",
        metavar="KEY=VALUES",
        action="append",
        required=True,
        help="values of a key of training, networks or the row's loss, such as training.epochs=6,12; all combinations"
        " are tried",
    )
    parser.add_argument("--folds", metavar="N", type=int, default=4, help="of the people who choose (default: 4)")
    parser.add_argument(
        "--out", metavar="FILE", help="the settings to write (default: results/DATASET/choice/EXPERIMENT/chosen.yaml)"
    )
    add_config(parser)
    parser.set_defaults(run="choose")


def add_status(commands: argparse._SubParsersAction) -> None:
    text = "How far is the run? Counts jobs done, running, failed, lost and missing, and shows why jobs failed."
    parser = commands.add_parser("status", help=text, description=text + " Only reads files, also while jobs run.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    add_config(parser)
    parser.set_defaults(run="status")


def add_plan(commands: argparse._SubParsersAction) -> None:
    text = "What will the workflow take? Estimates jobs, core hours, GPU hours and disk space for the settings."
    parser = commands.add_parser("plan", help=text, description=text + " Starts nothing.")
    parser.add_argument(
        "--seconds",
        metavar="EXPERIMENT=S",
        action="append",
        default=[],
        help="seconds that one run takes, instead of what was measured; * in EXPERIMENT matches any text",
    )
    parser.add_argument("--gpus", metavar="N", type=int, default=0, help="train on N GPUs (default: 0, on the cores)")
    parser.add_argument("--cores", metavar="N", type=int, help="use N cores (default: all of this machine)")
    add_config(parser)
    parser.set_defaults(run="plan")


def add_unit(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--unit", choices=("mm", "cm", "m"), help=f"the unit of the file's coordinates (default: {default})"
    )


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        metavar="FILE",
        default="config.yaml",
        help="the settings (default: config.yaml in the current folder)",
    )
    parser.add_argument(
        "--configfile", metavar="FILE", help="keys that override those of --config, as in snakemake --configfile FILE"
    )
