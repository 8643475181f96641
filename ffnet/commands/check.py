"""check: is everything ready? Looks at the settings, collections, packages and the machine, in this order."""

from collections.abc import Iterator

from ffnet.commands.check_collections import check_collection, check_names
from ffnet.commands.check_machine import check_computing, check_space
from ffnet.commands.check_packages import check_landmark_model, check_packages
from ffnet.commands.config_file import read_config_file
from ffnet.commands.findings import Finding, finding_text
from ffnet.config import Config
from ffnet.errors import InputError


def check_all(config_path: str, overrides: str | None = None) -> int:
    """Prints each finding as soon as it is known. Returns 1 if any is a PROBLEM, else 0.

    overrides: a file whose keys override those of config_path, or None.
    """
    problems = 0
    for finding in find_all(config_path, overrides):
        print(finding_text(finding), flush=True)
        problems += finding.level == "PROBLEM"
    if problems:
        print(f"\n{problems} problem{'s' * (problems > 1)} to fix (see PROBLEM above); then run this again.")
    else:
        print("\nReady. Start with: make" + (f" CONFIG={overrides}" if overrides else ""))
    return int(problems > 0)


def find_all(config_path: str, overrides: str | None) -> Iterator[Finding]:
    """Yields all Findings; those about collections only if the settings are valid."""
    config: Config | None = None
    try:
        config = read_config_file(config_path, overrides)
    except InputError as error:
        yield Finding("PROBLEM", str(error), "fix this first; collections are checked once the settings are valid")
    if config:
        yield from check_settings(config, overrides or config_path)
        yield from check_names(config)
        for name in config.datasets:
            yield from check_collection(name, config)
    yield from check_packages()
    yield from check_landmark_model()
    yield from check_computing(config)
    yield from check_space(config)


def check_settings(config: Config, config_path: str) -> Iterator[Finding]:
    """How many runs the settings ask for."""
    runs = sum(experiment.repeats for experiment in config.experiments.values()) * config.protocol.folds
    chosen = [name for name, experiment in config.experiments.items() if experiment.repeats]
    if not config.datasets:
        yield Finding("PROBLEM", f"{config_path}: the section 'datasets' is empty", "add a dataset there")
    elif chosen:
        yield Finding("ok", f"{config_path}: {', '.join(chosen)}; {runs} runs for each dataset")
    else:
        yield Finding("note", f"{config_path}: nothing is trained", "set 'repeats' of an experiment to 1 or more")
