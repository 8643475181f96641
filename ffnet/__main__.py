"""The command line, `ffnet COMMAND`. One function per command; each imports what it needs inside."""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from ffnet.errors import InputError

DESCRIPTION = (
    "Facial expressions from 3D face scans. The whole workflow is run by `make`; these commands look around it."
)

FORMATS = ".wrl .bnt .ply .obj .glb .off .stl .abs .abs.gz, or a depth image; its picture is found beside it"


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; the chosen one stands in the result as `run`."""
    parser = argparse.ArgumentParser(prog="ffnet", description=DESCRIPTION)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_check(commands)
    add_inspect(commands)
    add_predict(commands)
    add_export(commands)
    add_compare(commands)
    add_experiments(commands)
    add_status(commands)
    add_plan(commands)
    return parser


def add_check(commands: argparse._SubParsersAction) -> None:
    text = "Is everything ready? Looks at config.yaml, the scan folders, the installed packages and this machine."
    parser = commands.add_parser("check", help=text, description=text + " Changes nothing. Run it first.")
    add_config(parser)
    parser.set_defaults(run=check)


def add_inspect(commands: argparse._SubParsersAction) -> None:
    text = "What is in a scan? Shows size, subject, expression, nose tip and pose of scan files."
    parser = commands.add_parser("inspect", help=text, description=text + " The files are only read.")
    parser.add_argument("files", nargs="+", metavar="FILE", help=f"the file with the 3D points: {FORMATS}")
    parser.add_argument("--out", metavar="DIR", help="also draw what the network sees of each scan, as DIR/NAME.png")
    parser.add_argument("--json", action="store_true", help="print a list for programs instead of text")
    add_unit(parser, "what config.yaml says for such files, else mm")
    add_config(parser)
    parser.set_defaults(run=inspect)


def add_predict(commands: argparse._SubParsersAction) -> None:
    text = "Which expression does a scan show? Asks a final model and prints the probability of each class."
    parser = commands.add_parser("predict", help=text, description=text + " The model's file says how scans are read.")
    parser.add_argument("files", nargs="+", metavar="FILE", help=f"the file with the 3D points: {FORMATS}")
    parser.add_argument("--model", metavar="FILE", required=True, help="results/DATASET/models/EXPERIMENT.safetensors")
    parser.add_argument("--csv", metavar="FILE", help="also write the table as CSV")
    parser.add_argument("--figure", metavar="DIR", help="also draw each scan and which pixels moved the decision there")
    parser.add_argument("--json", action="store_true", help="print a list for programs instead of a table")
    add_unit(parser, "what the model's scans had")
    parser.add_argument(
        "--pixel-spacing",
        metavar="MM",
        type=float,
        help="of depth images: mm from pixel to pixel (default: what the model's scans had)",
    )
    parser.add_argument(
        "--batch", metavar="N", type=int, default=32, help="scans at a time, for speed alone (default: 32)"
    )
    parser.set_defaults(run=predict)


def add_export(commands: argparse._SubParsersAction) -> None:
    text = "Write a final model as ONNX, for programs without Python."
    more = " onnxruntime must give the same probabilities on random maps, else no file is left."
    parser = commands.add_parser("export", help=text, description=text + more)
    parser.add_argument("model", metavar="MODEL", help="results/DATASET/models/EXPERIMENT.safetensors")
    parser.add_argument("--out", metavar="FILE.onnx", help="where it goes (default: beside the model)")
    parser.set_defaults(run=export)


def add_compare(commands: argparse._SubParsersAction) -> None:
    text = "What differs between two results folders, by how much, and is it more than chance?"
    more = (
        " Nothing is trained: saved predictions are enough. The exit code is 0 if all predictions are the same, else 1."
    )
    parser = commands.add_parser("compare", help=text, description=text + more)
    parser.add_argument("a", metavar="A", help="a folder such as results, kept from before a change")
    parser.add_argument("b", metavar="B", help="the other, after it")
    add_config(parser)
    parser.set_defaults(run=compare)


def add_experiments(commands: argparse._SubParsersAction) -> None:
    text = "Which experiments are there? Shows what each looks at, its parameters, multiply-adds and repeats."
    parser = commands.add_parser("experiments", help=text, description=text + " Nothing is trained.")
    parser.add_argument("--json", action="store_true", help="print a list for programs instead of a table")
    add_config(parser)
    parser.set_defaults(run=experiments)


def add_status(commands: argparse._SubParsersAction) -> None:
    text = "How far is the run? Counts jobs done, running, failed, lost and missing, and shows why jobs failed."
    parser = commands.add_parser("status", help=text, description=text + " Only reads files; jobs may be at work.")
    parser.add_argument("--json", action="store_true", help="print an object for programs instead of text")
    add_config(parser)
    parser.set_defaults(run=status)


def add_plan(commands: argparse._SubParsersAction) -> None:
    text = "What will a run take? Counts jobs, core and GPU hours and disk that the settings ask for."
    parser = commands.add_parser("plan", help=text, description=text + " Starts nothing.")
    parser.add_argument(
        "--seconds",
        metavar="EXPERIMENT=S",
        action="append",
        default=[],
        help="seconds of one run, where none was measured or in place of what was; EXPERIMENT may hold * for any text",
    )
    parser.add_argument("--gpus", metavar="N", type=int, default=0, help="runs go on N GPUs (default: on the cores)")
    parser.add_argument("--cores", metavar="N", type=int, help="cores at work at a time (default: this machine's)")
    add_config(parser)
    parser.set_defaults(run=plan)


def add_unit(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--unit", choices=("mm", "cm", "m"), help=f"what the file's coordinates count (default: {default})"
    )


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        metavar="FILE",
        default="config.yaml",
        help="the settings (default: config.yaml in the folder where you are)",
    )
    parser.add_argument(
        "--configfile", metavar="FILE", help="keys in place of those of --config, as in snakemake --configfile FILE"
    )


def check(arguments: argparse.Namespace) -> int:
    from ffnet.commands.check import check_all

    return check_all(arguments.config, arguments.configfile)


def inspect(arguments: argparse.Namespace) -> int:
    from ffnet.commands.config_file import read_config_file
    from ffnet.commands.inspect import inspect_files

    config = read_config_file(arguments.config, arguments.configfile)
    return inspect_files(arguments.files, config, arguments.unit, arguments.out, arguments.json)


def predict(arguments: argparse.Namespace) -> int:
    from ffnet.commands.predict import predict_files
    from ffnet.predict.predictor import load, with_files

    predictor = with_files(load(arguments.model), arguments.unit, arguments.pixel_spacing)
    return predict_files(arguments.files, predictor, arguments.batch, arguments.csv, arguments.figure, arguments.json)


def export(arguments: argparse.Namespace) -> int:
    from ffnet.commands.export import export_model

    return export_model(arguments.model, arguments.out)


def compare(arguments: argparse.Namespace) -> int:
    from ffnet.commands.compare import compare_results
    from ffnet.commands.config_file import read_config_file

    config = read_config_file(arguments.config, arguments.configfile)
    return compare_results(arguments.a, arguments.b, config.results.confidence)


def experiments(arguments: argparse.Namespace) -> int:
    from ffnet.commands.config_file import read_config_file
    from ffnet.commands.experiments import show_experiments

    return show_experiments(read_config_file(arguments.config, arguments.configfile), arguments.json)


def status(arguments: argparse.Namespace) -> int:
    from ffnet.commands.config_file import read_config_file
    from ffnet.commands.status import show_status

    return show_status(read_config_file(arguments.config, arguments.configfile), arguments.json)


def plan(arguments: argparse.Namespace) -> int:
    from ffnet.commands.config_file import read_config_file
    from ffnet.commands.plan import show_plan

    config = read_config_file(arguments.config, arguments.configfile)
    return show_plan(config, arguments.seconds, arguments.gpus, arguments.cores, arguments.configfile)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command. Returns the exit code: 0 all well, 1 something was found, 2 the command could not begin, and as
    other programs 141 where whoever reads the output, such as `head`, wants no more of it."""
    try:
        try:
            return run_command(arguments)
        finally:
            sys.stdout.flush()  # where Python does it as it ends, nobody can catch what goes wrong
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the rest, which Python still writes
        return 141


def run_command(arguments: Sequence[str] | None) -> int:
    """Runs a command that `main` was given. Returns the exit code."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    if "run" not in chosen:
        parser.print_help()
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names need not be text
    try:
        return chosen.run(chosen)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
