"""Sections of config.yaml as frozen dataclasses. Nothing unknown, missing or of the wrong type gets through."""

import dataclasses
import difflib
import re
import types
import typing
from collections.abc import Mapping, Sequence

from ffnet.errors import InputError

if typing.TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = typing.TypeVar("T", bound="DataclassInstance")
NAMES = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false"}


def read_settings(cls: type[T], section: object, where: str) -> T:
    """An instance of the frozen dataclass `cls` from a mapping as YAML gives it, recursively.

    where: the section's name in messages, for example "config.yaml: maps".
    Choices are Literal types; the bounds of a field, inclusive, are in its metadata: see `setting`. Only a field with
    a default_factory may be left out. A value of type `object` may be anything.
    Raises InputError that names the key, what was expected and what was found; for an unknown key, the nearest name.
    """
    if not isinstance(section, Mapping):
        raise InputError(f"{where}: expected a section with keys, found {section!r}")
    fields = {field.name: field for field in dataclasses.fields(cls)}
    for key in section:
        if key not in fields:
            raise InputError(f"{where}: unknown key '{key}'; {_known_keys(str(key), list(fields))}")
    missing = [name for name, field in fields.items() if name not in section and not may_be_left_out(field)]
    if missing:
        raise InputError(f"{where}: key '{missing[0]}' is missing; the project's config.yaml shows every key")
    hints = typing.get_type_hints(cls)
    values = {}
    for name in [name for name in fields if name in section]:
        key = f"{where}.{name}" if ":" in where else f"{where}: {name}"
        values[name] = _convert(hints[name], section[name], key)
        _check_bounds(values[name], fields[name].metadata, key)
    return cls(**values)


def may_be_left_out(field: dataclasses.Field) -> bool:
    """Whether config.yaml need not show this key."""
    return field.default_factory is not dataclasses.MISSING


def _known_keys(key: str, names: Sequence[str]) -> str:
    if not names:
        return "this section has no keys"
    return f"did you mean '{nearest(key, names)}'? Keys here: {', '.join(names)}"


def nearest(name: str, names: Sequence[str]) -> str:
    """The one of names, which are not empty, that looks most like this name."""
    return difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]


def _convert(hint: typing.Any, value: object, where: str) -> typing.Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return read_settings(hint, value, where)
    if origin in (typing.Union, types.UnionType):
        inner = next(argument for argument in arguments if argument is not type(None))
        return None if value is None else _convert(inner, value, where)
    if origin is typing.Literal:
        return _choose(arguments, value, where)
    if origin is dict:
        if not isinstance(value, Mapping):
            raise InputError(f"{where}: expected names with values, found {value!r}")
        return {str(key): _convert(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise InputError(f"{where}: expected a list, found {value!r}")
        if arguments[-1] is not Ellipsis and len(value) != len(arguments):
            raise InputError(f"{where}: expected {len(arguments)} values, found {value!r}")
        hints = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_convert(h, item, f"{where}[{i}]") for i, (h, item) in enumerate(zip(hints, value, strict=True)))
    if hint is object:
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise InputError(f"{where}: expected {NAMES[hint.__name__]}, found {value!r}")
    return value


def _choose(choices: tuple, value: object, where: str) -> object:
    if not any(value == choice and type(value) is type(choice) for choice in choices):  # True == 1
        names = [str(choice) for choice in choices]
        raise InputError(
            f"{where}: {value!r} is not one of {' | '.join(names)}; did you mean '{nearest(str(value), names)}'?"
        )
    return value


def _check_bounds(value: typing.Any, metadata: Mapping[str, typing.Any], where: str) -> None:
    for item in value if isinstance(value, tuple) else (value,):
        if item is not None and "least" in metadata and not item >= metadata["least"]:
            raise InputError(f"{where}: expected at least {metadata['least']}, found {item!r}")
        if item is not None and "most" in metadata and not item <= metadata["most"]:
            raise InputError(f"{where}: expected at most {metadata['most']}, found {item!r}")


def check_folder_name(name: str, where: str) -> None:
    """Raises InputError unless a row's name can be the name of a folder on every system."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise InputError(f"{where}: the name becomes a folder: letters, digits, '_', '-' and '.' only")


def setting(*, least: float | None = None, most: float | None = None) -> typing.Any:
    """A dataclass field with bounds, both inclusive. It has no default, as config.yaml shows every value."""
    bounds = {"least": least, "most": most}
    return dataclasses.field(metadata={key: value for key, value in bounds.items() if value is not None})
