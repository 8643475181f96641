"""The JSON schema that editors check config.yaml with says what the reader of the settings says."""

import copy
import json

import jsonschema
import pytest
import yaml

from docs.config_schema import config_schema, schema_text
from ffnet.config import Config, read_config
from ffnet.errors import InputError
from ffnet.workflow.provenance import ROOT

TEXT = (ROOT / "config.yaml").read_text(encoding="utf-8")
CHECK = jsonschema.Draft7Validator(config_schema(Config, TEXT))
FILES = [ROOT / "config.yaml", *sorted((ROOT / "configs").glob("*.yaml"))]


def test_the_file_that_editors_read_is_up_to_date():
    kept = (ROOT / "docs" / "config.schema.json").read_text(encoding="utf-8")
    assert kept == schema_text(Config, TEXT), "run python -m docs.config_schema docs/config.schema.json"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_config_of_the_project_is_valid_and_names_the_schema(path):
    text = path.read_text(encoding="utf-8")
    assert list(CHECK.iter_errors(yaml.safe_load(text))) == []
    label, _, schema = text.splitlines()[0].partition("=")
    assert label == "# yaml-language-server: $schema" and (path.parent / schema).samefile(
        ROOT / "docs" / "config.schema.json"
    )


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["mapps"], {}),
        (["maps", "sise"], 112),
        (["maps", "outliers", "rule"], "meen"),
        (["maps", "outliers", "most_removed"], 1.5),
        (["maps", "size"], "large"),
        (["maps", "gridfit"], None),
        (["scans", "pose", "window"], 4),
        (["demo", "intensities"], [3, 5]),
        (["demo", "pose_deviation"], [1, 2]),
        (["datasets", "demo-bu3dfe", "unit"], "km"),
        (["datasets", "demo-bu3dfe", "classes"], "anger"),
        (["experiments", "FFNet", "masks"], 1),
        (["protocol", "subject_lists"], {"demo-bu3dfe": [1]}),
    ],
    ids=str,
)
def test_what_the_reader_refuses_an_editor_marks(keys, value):
    mapping = yaml.safe_load(TEXT)
    section = mapping
    for key in keys[:-1]:
        section = section[key]
    section[keys[-1]] = value
    assert list(CHECK.iter_errors(mapping))
    with pytest.raises(InputError):
        read_config(copy.deepcopy(mapping))


def test_a_key_has_the_comment_of_config_yaml_and_a_dataset_may_be_dropped():
    schema = json.loads(schema_text(Config, TEXT))
    maps = schema["properties"]["maps"]["properties"]
    assert maps["smooth_sigma"]["description"] == "pixels, of the 3x3 Gaussian; the paper: 1"
    dataset = schema["properties"]["datasets"]["additionalProperties"]["anyOf"][0]["properties"]
    assert dataset["unit"]["description"].startswith("mm | cm | m")
    assert list(CHECK.iter_errors({"datasets": {"demo-bu3dfe": None}})) == []
