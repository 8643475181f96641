"""config.yaml from disk to a Config."""

import yaml

from ffnet.config import read_config
from ffnet.errors import InputError


def read_config_file(path):
    """The Config of a YAML file. Raises InputError that names the file and, where YAML itself is broken, the line."""
    try:
        with open(path, encoding="utf-8") as file:
            mapping = yaml.safe_load(file)
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
    return read_config(mapping)
