"""Settings from a file and from overrides, merged as Snakemake does it."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snakemake.utils import update_config

from ffnet.commands.config_file import merge_config, read_config_file
from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.workflow.planning import plan_dataset
from ffnet.workflow.provenance import ROOT

KEYS = st.sampled_from("abc")
VALUES = st.none() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2)
SECTIONS = st.recursive(
    st.dictionaries(KEYS, VALUES, max_size=3), lambda inner: st.dictionaries(KEYS, VALUES | inner, max_size=3)
)
OWN = {
    "bu3dfe": ("bu3dfe", "gridfit", (3, 4), "/path/to/BU_3DFE"),
    "bosphorus": ("bosphorus", "splat", (1,), "/path/to/BosphorusDB"),
}


@given(SECTIONS, SECTIONS)
def test_overrides_are_merged_as_snakemake_does_it(mapping, keys):
    expected = copy.deepcopy(mapping)
    update_config(expected, copy.deepcopy(keys))
    assert merge_config(mapping, keys) == expected


def test_a_dataset_that_is_null_is_left_out(settings_mapping):
    config = read_config(merge_config(settings_mapping(), {"datasets": {"demo-bu3dfe": None}}))
    assert list(config.datasets) == ["demo-bosphorus"]


def test_a_section_that_is_null_is_no_dataset_and_still_an_error(settings_mapping):
    with pytest.raises(InputError, match="config.yaml: datasets: expected names with values, found None"):
        read_config(settings_mapping() | {"datasets": None})
    with pytest.raises(InputError, match="config.yaml: expected a section with keys, found None"):
        read_config(None)
    with pytest.raises(InputError, match="config.yaml: maps: expected a section with keys, found None"):
        read_config(settings_mapping() | {"maps": None})


@pytest.mark.parametrize("name", OWN)
def test_the_file_for_a_collection_has_this_one_alone_and_the_papers_numbers(name):
    config = read_config_file(ROOT / "config.yaml", ROOT / "configs" / f"{name}.yaml")
    layout, projection, intensities, _ = OWN[name]
    (dataset,) = config.datasets.values()
    assert list(config.datasets) == [name] and (dataset.layout, dataset.projection) == (layout, projection)
    assert dataset.classes == EXPRESSIONS and dataset.intensities == intensities and dataset.unit == "mm"
    assert (config.protocol.subjects, config.protocol.folds) == (60, 10)
    training = config.training
    assert (training.epochs, training.learning_rate, training.schedule) == (70, 0.0001, "constant")
    assert training.betas == (0.9, 0.999) and training.weight_decay == 0.0
    assert (config.networks.width, config.networks.pretrained, config.shards.texture) == (1.0, "imagenet", "imagenet")
    repeats = {name: one.repeats for name, one in config.experiments.items() if one.repeats}
    assert repeats == {"ridge": 1, "FFNet": 100, "FFNet-M": 100}


@pytest.mark.parametrize("name", OWN)
def test_before_its_folder_is_set_the_message_says_where_to_write_it(name):
    config = read_config_file(ROOT / "config.yaml", ROOT / "configs" / f"{name}.yaml")
    message = rf"datasets.{name}.folder: there is no folder '{OWN[name][3]}'; .* in the file that you gave as CONFIG"
    with pytest.raises(InputError, match=message):
        plan_dataset(name, config)


def test_both_files_and_the_papers_matrix_have_the_same_numbers():
    one, other, paper = (
        read_config_file(ROOT / "config.yaml", ROOT / "configs" / f"{name}.yaml") for name in (*OWN, "paper")
    )
    for section in ("maps", "masks", "protocol", "training"):
        assert getattr(one, section) == getattr(other, section) == getattr(paper, section)
    assert one.networks == other.networks and one.shards == other.shards and one.scans == other.scans
