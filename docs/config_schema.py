"""The JSON schema of config.yaml and of the part files in configs/, for editors.

Keys, types, choices and bounds come from the settings dataclasses of ffnet, descriptions from the comments in
config.yaml. No key is required, as a part file names only what it changes. usage: python -m docs.config_schema OUT.json
"""

import dataclasses
import json
import pathlib
import sys
import types
import typing

from docs.config_reference import EXAMPLES, ROOT, read_comments
from ffnet.config import Config

TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def config_schema(cls, text):
    """The schema of the dataclass of the whole of config.yaml. text: config.yaml."""
    schema = _section(cls, read_comments(text), "")
    dataset = schema["properties"]["datasets"]
    dataset["additionalProperties"] = {"anyOf": [dataset["additionalProperties"], {"type": "null"}]}  # null drops it
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Settings of FFNet-M", **schema}


def _section(cls, comments, path):
    hints, properties = typing.get_type_hints(cls), {}
    for field in dataclasses.fields(cls):
        key = f"{path}.{field.name}".strip(".")
        comment = comments.get(key) or comments.get(f"{path.partition('.')[0]}/{field.name}")
        described = {"description": comment} if comment else {}
        properties[field.name] = described | _value(hints[field.name], field.metadata, comments, key)
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _value(hint, metadata, comments, path):
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _section(hint, comments, path)
    if origin in (typing.Union, types.UnionType):
        inner = next(argument for argument in arguments if argument is not type(None))
        return {"anyOf": [_value(inner, metadata, comments, path), {"type": "null"}]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin is dict:
        entry = f"{path}.{EXAMPLES.get(path, '')}"  # any name may be here; the comments are on this one
        return {"type": "object", "additionalProperties": _value(arguments[1], metadata, comments, entry)}
    if origin is tuple:
        count = {} if arguments[-1] is Ellipsis else {"minItems": len(arguments), "maxItems": len(arguments)}
        return {"type": "array", "items": _value(arguments[0], metadata, comments, path), **count}
    if hint is object:
        return {}
    bounds = {"minimum": metadata.get("least"), "maximum": metadata.get("most")}
    return {"type": TYPES[hint]} | {name: bound for name, bound in bounds.items() if bound is not None}


def schema_text(cls, text):
    """The schema as JSON, as it is kept in docs/config.schema.json."""
    return json.dumps(config_schema(cls, text), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    schema = schema_text(Config, (ROOT / "config.yaml").read_text(encoding="utf-8"))
    pathlib.Path(sys.argv[1]).write_text(schema, encoding="utf-8")
