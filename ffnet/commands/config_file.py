"""config.yaml from disk to a Config."""

import os

import yaml

from ffnet.config import Config, read_config
from ffnet.errors import InputError


def read_config_file(path: str | os.PathLike, over: str | os.PathLike | None = None) -> Config:
    """The Config of a YAML file, with the keys of a second one in place of its own where `over` names one.

    Raises InputError that names the file and, where YAML itself is broken, the line.
    """
    mapping = read_yaml(path)
    return read_config(mapping if over is None else put_over(mapping, read_yaml(over)))


def put_over(mapping: object, keys: object) -> object:
    """A mapping with other keys in place of its own, section by section, as Snakemake does it."""
    if not isinstance(keys, dict):
        return keys
    if not keys:
        return mapping
    own = mapping if isinstance(mapping, dict) else {}
    return own | {key: put_over(own.get(key, {}), value) for key, value in keys.items()}


def read_yaml(path: str | os.PathLike) -> object:
    """What a YAML file holds. Raises InputError, see read_config_file."""
    try:
        with open(path, encoding="utf-8") as file:
            return yaml.safe_load(file)
    except OSError as error:
        raise InputError(
            f"{path}: the settings cannot be read ({error.strerror}); run this in the project's folder, or name the "
            "file with --config"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise InputError(
            f"{path}: {place}not YAML ({getattr(error, 'problem', error)}); look at indentation, colons and brackets "
            "there and one line above"
        ) from error
