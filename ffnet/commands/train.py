"""train: the runs of some experiments without Snakemake, on a machine that has only torch and the shards."""

import contextlib
import functools
import pathlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from ffnet.commands.config_file import check_dataset
from ffnet.config import Config
from ffnet.errors import InputError
from ffnet.origin import read_kind
from ffnet.storage import write_text
from ffnet.training.checkpoint import FOLDER
from ffnet.training.recipe import recipe_values
from ffnet.training.record import read_record
from ffnet.training.run import train_runs
from ffnet.training.run_predictions import read_run_predictions
from ffnet.training.session import Run, Session, read_data, start_session
from ffnet.workflow import files
from ffnet.workflow.planning import experiment_recipe, model_source, pretrained_files
from ffnet.workflow.provenance import code_hash

SCRIPT = "workflow_scripts/train_runs.py"  # whose hash the records name
FINAL_SCRIPT = "workflow_scripts/train_final.py"
LOG = "logs/{dataset}/train/{experiment}/{repeat}.log"


def train_experiments(config: Config, dataset: str, experiments: Sequence[str], repeats: int | None) -> int:
    """Trains all runs of experiments that have no outputs yet, and writes what the workflow's runs write.

    repeats: of each experiment; None for what its row says. Prints a line for each finished run. Returns 0.
    Raises InputError for an unknown name, an experiment without repeats, and as training does.
    """
    check_names(config, dataset, experiments)
    read = functools.lru_cache(maxsize=1)(functools.partial(_read, dataset))
    for name in experiments:
        count = config.experiments[name].repeats if repeats is None else repeats
        if count == 0:
            raise InputError(f"experiments.{name}.repeats is 0 in config.yaml; give --repeats")
        for repeat in range(count):
            train_repeat(config, dataset, name, repeat, functools.partial(read, repeat))
    return 0


def train_models(config: Config, dataset: str, experiments: Sequence[str]) -> int:
    """Trains the final model of each of the experiments that has none yet, as the rule train_final does. Returns 0.

    Raises InputError for an unknown name, and as training does.
    """
    from ffnet.training.final import write_final  # with torch, which takes seconds to import

    check_names(config, dataset, experiments)
    for name in experiments:
        path = pathlib.Path(files.MODEL.format(dataset=dataset, experiment=name))
        if path.exists():
            print(f"{path}: is there already", flush=True)
            continue
        recipe, source = experiment_recipe(config, dataset, name), model_source(config, dataset)
        params = {"recipe": recipe_values(recipe), "code": code_hash(FINAL_SCRIPT)}
        session = _session(config, dataset, name, 0, params, f"{FOLDER}/{dataset}/models-0")
        kind = read_kind(files.KIND.format(dataset=dataset))
        write_final(path, name, _read(dataset, 0)[0], recipe, source, kind, session)
        print(f"{path}: written", flush=True)
    return 0


def check_names(config: Config, dataset: str, experiments: Sequence[str]) -> None:
    """Raises InputError unless config.yaml has this dataset and these experiments."""
    check_dataset(config, dataset)
    for name in experiments:
        if name not in config.experiments:
            raise InputError(f"there is no experiment {name}; config.yaml has {', '.join(config.experiments)}")


def _session(config: Config, dataset: str, experiment: str, repeat: int, params: dict, resume: str) -> Session:
    split = files.SPLIT.format(dataset=dataset, repeat=repeat)
    inputs = [*pretrained_files(config, experiment), files.SHARD_HASHES.format(dataset=dataset), split]
    return start_session(asdict(config.execution), config.execution.threads, params, inputs, resume)


def _read(dataset: str, repeat: int) -> tuple:
    return read_data(files.SHARD_HASHES.format(dataset=dataset), files.SPLIT.format(dataset=dataset, repeat=repeat))


def train_repeat(config: Config, dataset: str, experiment: str, repeat: int, read: functools.partial) -> None:
    """Trains the runs of one repeat that have no outputs yet. read: gives the collection and its split."""
    names = {"dataset": dataset, "experiment": experiment, "repeat": repeat}
    paths = {
        Run(experiment, repeat, fold): (
            pathlib.Path(files.RUN.format(fold=fold, **names)),
            pathlib.Path(files.RUN_RECORD.format(fold=fold, **names)),
        )
        for fold in range(config.protocol.folds)
    }
    runs = [run for run, outputs in paths.items() if not all(path.exists() for path in outputs)]
    if not runs:
        print(f"{dataset} {experiment}, repeat {repeat}: all runs are finished", flush=True)
        return
    recipe = experiment_recipe(config, dataset, experiment)
    params = {"recipe": recipe_values(recipe), "code": code_hash(SCRIPT)}
    resume = f"{FOLDER}/{dataset}/{experiment}/{repeat}"
    session = _session(config, dataset, experiment, repeat, params, resume)
    outputs = train_runs(runs, read, recipe, session)
    for run, predictions, record in logged(outputs, pathlib.Path(LOG.format(**names))):
        write_text(paths[run][0], predictions)
        write_text(paths[run][1], record)
        tested = read_run_predictions(paths[run][0], recipe.classes)
        accuracy = (tested.probabilities.argmax(axis=1) == tested.label).mean()
        seconds = read_record(paths[run][1]).seconds["all"]
        print(f"{dataset} {experiment}, repeat {repeat}, fold {run.fold}: {accuracy:.1%}, {seconds:.1f} s", flush=True)


def logged(outputs: Iterator[tuple[Run, str, str]], log: pathlib.Path) -> Iterator[tuple[Run, str, str]]:
    """The same, with what is printed while they are made at the end of a log file."""
    log.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with open(log, "a", encoding="utf-8") as file, contextlib.redirect_stdout(file):
            output = next(outputs, None)
        if output is None:
            return
        yield output
