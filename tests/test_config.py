import pytest
import yaml

from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.workflow.provenance import ROOT

MAPPING = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("section", "key", "near"),
    [("maps", "sise", "size"), ("training", "epoch", "epochs"), ("masks", "radius", "radius_")],
)
def test_a_misspelt_key_stops_before_any_job_with_the_nearest_right_name(section, key, near):
    mapping = MAPPING | {section: MAPPING[section] | {key: 1}}
    with pytest.raises(InputError, match=f"config.yaml: {section}: unknown key '{key}'; did you mean '{near}"):
        read_config(mapping)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../mine", r"config.yaml: datasets...\/mine: the name becomes a folder"),
        ("my scans", "config.yaml: datasets.my scans: the name becomes a folder"),
        ("a|b", "the name becomes a folder"),
        ("tables", "config.yaml: datasets.tables: the workflow already uses the folder results/tables"),
    ],
)
def test_the_name_of_a_dataset_becomes_a_folder_of_its_own(name, message):
    with pytest.raises(InputError, match=message):
        read_config(MAPPING | {"datasets": MAPPING["datasets"] | {name: MAPPING["datasets"]["demo-bu3dfe"]}})


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["FFNetM"], "models: there is no experiment 'FFNetM'; did you mean 'FFNet-M'"),
        (["ridge"], "models: 'ridge' is not a network"),
        ("FFNet-M", "models: expected a list"),
    ],
)
def test_final_models_are_experiments_with_a_network(names, message):
    with pytest.raises(InputError, match=message):
        read_config(MAPPING | {"models": names})


@pytest.mark.parametrize(
    ("maps", "masks", "pixels", "message"),
    [
        (112, 64, 28, "masks.size must be half of maps.size, .*; found masks.size 64 and maps.size 112;"),
        (112, 28, 28, "found masks.size 28 and maps.size 112"),
        (128, 56, 32, "found masks.size 56 and maps.size 128"),
        (114, 57, 57, "masks.size must be .* even, because .* mask-2 .* a quarter; found masks.size 57"),
        (112, 56, 30, "ridge.pixels must divide maps.size, .*; found ridge.pixels 30 .*; the nearest that fits is 28"),
        (128, 64, 28, "found ridge.pixels 28 and maps.size 128; the nearest that fits is 32"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_with_the_rule(maps, masks, pixels, message):
    with pytest.raises(InputError, match=message):
        read_config(sized(maps, masks, pixels))


def test_sizes_that_fit_are_taken_and_a_ridge_that_is_not_run_need_not_fit():
    assert read_config(sized(128, 64, 32)).maps.size == 128
    ridge = MAPPING["experiments"]["ridge"] | {"repeats": 0}
    assert read_config(sized(112, 56, 30) | {"experiments": MAPPING["experiments"] | {"ridge": ridge}})


def test_the_scattering_transform_needs_maps_whose_half_can_be_divided_by_eight():
    row = MAPPING["experiments"]["Scattering-n"]
    for repeats, masks in ((1, 56), (0, 60)):
        rows = {"experiments": MAPPING["experiments"] | {"Scattering-n": row | {"repeats": repeats}}}
        assert read_config(sized(2 * masks, masks, 20 if masks == 60 else 28) | rows)
    rows = {"experiments": {"Scattering-n": row | {"repeats": 1}}, "models": []}
    with pytest.raises(InputError, match="'Scattering-n' averages .* masks.size must be a multiple of 8; found 60"):
        read_config(sized(120, 60, 20) | rows)


def sized(maps, masks, pixels):
    """config.yaml with other sizes."""
    changes = {"maps": {"size": maps}, "masks": {"size": masks}, "ridge": {"pixels": pixels}}
    return MAPPING | {section: MAPPING[section] | change for section, change in changes.items()}


@pytest.mark.parametrize(
    ("protocol", "keep", "message"),
    [
        (
            {},
            "best_validation",
            "training.keep is 'best_validation', but protocol.validation is 0, .* set protocol.val",
        ),
        (
            {"validation": 10},
            "last",
            "protocol.validation is 10, but the smallest training half of demo-bu3dfe has 10 sub",
        ),
        ({"validation": 9, "subjects": 11}, "last", "of demo-bu3dfe has 9 subjects; set it to 8 at most"),
        (
            {"validation": 1, "folds": 2, "subject_lists": {"demo-bosphorus": ["bs000", "bs001"]}},
            "last",
            "to 0 at most",
        ),
    ],
)
def test_validation_subjects_must_leave_some_to_train_on_and_be_there_where_an_epoch_is_chosen(protocol, keep, message):
    changes = {"protocol": MAPPING["protocol"] | protocol, "training": MAPPING["training"] | {"keep": keep}}
    with pytest.raises(InputError, match=f"config.yaml: .*{message}"):
        read_config(MAPPING | changes)


def test_subjects_are_either_listed_or_drawn_again_in_each_repeat():
    protocol = MAPPING["protocol"] | {"redraw": True}
    assert read_config(MAPPING | {"protocol": protocol}).protocol.redraw
    lists = {"subject_lists": {"demo-bu3dfe": ["F0001", "F0002"]}}
    message = "protocol.redraw is true, .* protocol.subject_lists names those of demo-bu3dfe; set redraw: false, or rem"
    with pytest.raises(InputError, match=message):
        read_config(MAPPING | {"protocol": protocol | lists})


def test_as_many_validation_subjects_as_leave_one_to_train_on_are_allowed():
    changes = {"protocol": MAPPING["protocol"] | {"validation": 9}}
    assert read_config(MAPPING | changes).protocol.validation == 9
