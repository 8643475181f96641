"""The command line, `ffnet COMMAND`. One function for each command, which imports what it needs inside."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ffnet.commands.arguments import build_parser
from ffnet.errors import InputError

if TYPE_CHECKING:
    from ffnet.config import Config


def config_of(arguments: argparse.Namespace) -> "Config":
    """The Config of --config and --configfile."""
    from ffnet.commands.config_file import read_config_file

    return read_config_file(arguments.config, arguments.configfile)


def check(arguments: argparse.Namespace) -> int:
    from ffnet.commands.check import check_all

    return check_all(arguments.config, arguments.configfile)


def inspect(arguments: argparse.Namespace) -> int:
    from ffnet.commands.inspect import inspect_files

    return inspect_files(arguments.files, config_of(arguments), arguments.unit, arguments.out, arguments.json)


def predict(arguments: argparse.Namespace) -> int:
    from ffnet.commands.predict import predict_files
    from ffnet.predict.predictor import load, with_file_units

    predictor = with_file_units(load(arguments.model), arguments.unit, arguments.pixel_spacing)
    return predict_files(arguments.files, predictor, arguments.batch, arguments.csv, arguments.figure, arguments.json)


def evaluate(arguments: argparse.Namespace) -> int:
    from ffnet.commands.evaluate import evaluate_model
    from ffnet.predict.predictor import load

    config = config_of(arguments)
    return evaluate_model(load(arguments.model), config, arguments.dataset, config.results.confidence, arguments.csv)


def export(arguments: argparse.Namespace) -> int:
    from ffnet.commands.export import export_model

    return export_model(arguments.model, arguments.out)


def compare(arguments: argparse.Namespace) -> int:
    from ffnet.commands.compare import compare_results

    return compare_results(arguments.a, arguments.b, config_of(arguments).results.confidence)


def experiments(arguments: argparse.Namespace) -> int:
    from ffnet.commands.experiments import show_experiments

    return show_experiments(config_of(arguments), arguments.json)


def train(arguments: argparse.Namespace) -> int:
    from ffnet.commands.train import train_experiments, train_models

    if arguments.models:
        return train_models(config_of(arguments), arguments.dataset, arguments.experiments)
    return train_experiments(config_of(arguments), arguments.dataset, arguments.experiments, arguments.repeats)


def choose(arguments: argparse.Namespace) -> int:
    from ffnet.commands.choose import choose_settings

    sources = arguments.config, arguments.configfile
    return choose_settings(
        sources, arguments.dataset, arguments.experiment, arguments.grid, arguments.folds, arguments.out
    )


def status(arguments: argparse.Namespace) -> int:
    from ffnet.commands.status import show_status

    return show_status(config_of(arguments), arguments.json)


def plan(arguments: argparse.Namespace) -> int:
    from ffnet.commands.plan import show_plan

    return show_plan(config_of(arguments), arguments.seconds, arguments.gpus, arguments.cores, arguments.configfile)


COMMANDS = {
    command.__name__: command
    for command in (check, inspect, predict, evaluate, export, compare, experiments, train, choose, status, plan)
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command. Returns its exit code: 0 for success, 1 if it found a problem, 2 if it could not start, and 141,
    as other programs do, if the reader of the output (such as `head`) closed the pipe."""
    try:
        try:
            return run_command(arguments)
        finally:
            sys.stdout.flush()  # errors of the flush at Python's exit cannot be caught
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python still flushes the rest
        return 141


def run_command(arguments: Sequence[str] | None) -> int:
    """Parses the arguments and runs the command. Returns the exit code."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    if "run" not in chosen:
        parser.print_help()
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names may hold bytes that are not text
    try:
        return COMMANDS[chosen.run](chosen)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
