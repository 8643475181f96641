"""Reads config.yaml, and a file of overrides, from disk."""

import os

import yaml

from ffnet.config import Config, read_config
from ffnet.errors import InputError


def read_config_file(path: str | os.PathLike, overrides: str | os.PathLike | None = None) -> Config:
    """The Config of a YAML file. overrides: a second file whose keys override those of the first, or None.

    Raises InputError that names the file and, if it is not YAML, the line.
    """
    return read_config(read_mapping(path, overrides))


def read_mapping(path: str | os.PathLike, overrides: str | os.PathLike | None = None) -> object:
    """The content of a YAML file and of one of overrides, see read_config_file."""
    mapping = read_yaml(path)
    return mapping if overrides is None else merge_config(mapping, read_yaml(overrides))


def merge_config(mapping: object, overrides: object) -> object:
    """A mapping with some keys overridden, section by section, as Snakemake merges its config files."""
    if not isinstance(overrides, dict):
        return overrides
    if not overrides:
        return mapping
    base = mapping if isinstance(mapping, dict) else {}
    return base | {key: merge_config(base.get(key, {}), value) for key, value in overrides.items()}


def check_dataset(config: Config, name: str) -> None:
    """Raises InputError unless config.yaml has a dataset of this name."""
    if name not in config.datasets:
        raise InputError(f"there is no dataset {name}; config.yaml has {', '.join(config.datasets)}")


def read_yaml(path: str | os.PathLike) -> object:
    """The content of a YAML file. Raises InputError, see read_config_file."""
    try:
        with open(path, encoding="utf-8") as file:
            return yaml.safe_load(file)
    except OSError as error:
        raise InputError(
            f"{path}: cannot read the settings ({error.strerror}); run this in the project folder, or give the file "
            "with --config"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        position = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise InputError(
            f"{path}: {position}not valid YAML ({getattr(error, 'problem', error)}); check indentation, colons and "
            "brackets there and on the line above"
        ) from error
