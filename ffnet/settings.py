"""Sections of config.yaml to frozen dataclasses, strictly: nothing unknown, missing or of another type."""

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Mapping

from ffnet.errors import InputError

if typing.TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = typing.TypeVar("T", bound="DataclassInstance")


def read_settings(cls: type[T], section: object, where: str) -> T:
    """An instance of the frozen dataclass `cls` from a mapping, recursively.

    section: mapping as YAML gives it. where: its name in messages, for example "config.yaml: maps".
    A field's metadata may hold `choices` (a tuple of allowed values) and `least`, `most` (bounds, inclusive). Only a
    field with a default_factory may be left out; a value of type `object` is taken as it comes.
    Raises InputError that names the key, what came, what was wanted and, for an unknown key, the nearest right one.
    """
    if not isinstance(section, typing.Mapping):
        raise InputError(f"{where}: a section with keys is needed here, {section!r} came")
    fields = {field.name: field for field in dataclasses.fields(cls)}
    for key in section:
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1, cutoff=0.0)
            raise InputError(
                f"{where}: unknown key '{key}'; did you mean '{near[0]}'? Keys here: {', '.join(fields)}"
                if near
                else f"{where}: unknown key '{key}'; this section has no keys"
            )
    missing = [name for name, field in fields.items() if name not in section and not _may_be_left_out(field)]
    if missing:
        raise InputError(f"{where}: key '{missing[0]}' is missing; the config.yaml of the project shows every key")
    hints = typing.get_type_hints(cls)
    values = {}
    for name in [name for name in fields if name in section]:
        place = f"{where}.{name}" if ":" in where else f"{where}: {name}"
        values[name] = _convert(hints[name], section[name], place)
        _check_bounds(values[name], fields[name].metadata, place)
    return cls(**values)


def _may_be_left_out(field: dataclasses.Field) -> bool:
    return field.default_factory is not dataclasses.MISSING


def _convert(hint: typing.Any, value: object, where: str) -> typing.Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return read_settings(hint, value, where)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        kept = [argument for argument in arguments if argument is not type(None)]
        return _convert(kept[0], value, where)
    if origin is dict:
        if not isinstance(value, typing.Mapping):
            raise InputError(f"{where}: names with values are needed here, {value!r} came")
        return {str(key): _convert(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise InputError(f"{where}: a list is needed here, {value!r} came")
        if arguments[-1] is not Ellipsis and len(value) != len(arguments):
            raise InputError(f"{where}: {len(arguments)} values are needed here, {value!r} came")
        hints = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_convert(h, item, f"{where}[{i}]") for i, (h, item) in enumerate(zip(hints, value, strict=True)))
    if hint is object:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        hint_name = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false"}
        raise InputError(f"{where}: {hint_name.get(hint.__name__, hint.__name__)} is needed here, {value!r} came")
    return value


def _check_bounds(value: typing.Any, metadata: Mapping[str, typing.Any], where: str) -> None:
    if value is None:
        return
    for item in value if isinstance(value, tuple) else (value,):
        if "choices" in metadata and item not in metadata["choices"]:
            near = difflib.get_close_matches(str(item), [str(c) for c in metadata["choices"]], n=1, cutoff=0.0)
            choices = " | ".join(str(c) for c in metadata["choices"])
            raise InputError(f"{where}: {item!r} is not one of {choices}; did you mean '{near[0]}'?")
        if "least" in metadata and not item >= metadata["least"]:
            raise InputError(f"{where}: {item!r} came, at least {metadata['least']} is needed")
        if "most" in metadata and not item <= metadata["most"]:
            raise InputError(f"{where}: {item!r} came, at most {metadata['most']} is allowed")


def check_folder_name(name: str, where: str) -> None:
    """Raises InputError unless a row's name can be that of a folder everywhere."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise InputError(f"{where}: the name becomes a folder: letters, digits, '_', '-' and '.' only")


def setting(*, choices: tuple | None = None, least: float | None = None, most: float | None = None) -> typing.Any:
    """A dataclass field with its allowed values; there is never a default: config.yaml shows every value."""
    bounds = {"choices": choices, "least": least, "most": most}
    return dataclasses.field(metadata={key: value for key, value in bounds.items() if value is not None})
