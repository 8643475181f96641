"""check: is everything ready for a run? Settings, collections, packages, machine, in this order."""

from collections.abc import Iterator

from ffnet.commands.check_collections import check_collection, check_names
from ffnet.commands.check_machine import check_computing, check_space
from ffnet.commands.check_packages import check_landmark_model, check_packages
from ffnet.commands.config_file import read_config_file
from ffnet.commands.findings import Finding, finding_text
from ffnet.config import Config
from ffnet.errors import InputError


def check_all(config_path: str, over: str | None = None) -> int:
    """Prints all findings as they come. over: a file whose keys go before those of config_path, or None.
    Returns 1 if there is a PROBLEM, else 0."""
    problems = 0
    for finding in find_all(config_path, over):
        print(finding_text(finding), flush=True)
        problems += finding.level == "PROBLEM"
    if problems:
        print(f"\n{problems} to put right (PROBLEM above); then run this again.")
    else:
        print("\nReady. Start with: make" + (f" CONFIG={over}" if over else ""))
    return int(problems > 0)


def find_all(config_path: str, over: str | None) -> Iterator[Finding]:
    """Yields the Findings; what follows from settings is left out where these cannot be read."""
    config: Config | None = None
    try:
        config = read_config_file(config_path, over)
    except InputError as error:
        yield Finding(
            "PROBLEM", str(error), "put this right; collections are looked at once the settings hold together"
        )
    if config:
        yield from check_settings(config, over or config_path)
        yield from check_names(config)
        for name in config.datasets:
            yield from check_collection(name, config)
    yield from check_packages()
    yield from check_landmark_model()
    yield from check_computing(config)
    yield from check_space(config)


def check_settings(config: Config, config_path: str) -> Iterator[Finding]:
    """What a whole config.yaml asks for."""
    runs = sum(experiment.repeats for experiment in config.experiments.values()) * config.protocol.folds
    chosen = [name for name, experiment in config.experiments.items() if experiment.repeats]
    if not config.datasets:
        yield Finding("PROBLEM", f"{config_path}: the section 'datasets' is empty", "name a collection there")
    elif chosen:
        yield Finding("ok", f"{config_path}: {', '.join(chosen)}; {runs} trainings for each collection")
    else:
        yield Finding("note", f"{config_path}: nothing is trained", "give an experiment 'repeats' of 1 or more")
