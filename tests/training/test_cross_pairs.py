import pytest
import yaml

from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.training.cross_pairs import check_new_people, class_names
from ffnet.workflow.provenance import ROOT

MAPPING = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
PAIR = {"train": "demo-bu3dfe", "test": "demo-bosphorus"}


def config_with(classes=None, **cross):
    datasets = {name: dict(dataset) for name, dataset in MAPPING["datasets"].items()}
    datasets["demo-bosphorus"] |= {} if classes is None else {"layout": "manifest", "classes": classes}
    return read_config(MAPPING | {"datasets": datasets, "cross": MAPPING["cross"] | {"pairs": [PAIR]} | cross})


def test_classes_are_matched_by_name_whatever_their_order():
    assert class_names(("anger", "fear", "joy"), ("joy", "anger", "fear"), {}) == ["joy", "anger", "fear"]


def test_other_names_are_mapped_several_to_one_where_they_are_asked_for():
    renamed = {"joy": "happiness", "smile": "happiness", "anger": "fear"}
    assert class_names(("happiness", "anger"), ("smile", "anger", "joy"), renamed) == [
        "happiness",
        "anger",
        "happiness",
    ]


@pytest.mark.parametrize(
    ("trained", "tested", "renamed", "message"),
    [
        (("anger", "joy"), ("anger", "fear", "joy"), {}, "differ: only the tested collection has fear. Set"),
        (("anger", "fear", "joy"), ("joy", "anger"), {}, "differ: only the training collection has fear. Set"),
        (
            ("anger", "happiness"),
            ("anger", "joy"),
            {},
            "only the tested collection has joy; only the training collection has happiness.* say in cross.classes",
        ),
        (("anger", "joy"), ("anger", "smile"), {"smile": "laugh"}, "only the tested collection has smile; "),
    ],
)
def test_classes_that_only_one_collection_has_are_refused_by_name(trained, tested, renamed, message):
    with pytest.raises(InputError, match=message):
        class_names(trained, tested, renamed)


def test_a_pair_of_the_demo_is_accepted_and_without_pairs_nothing_is_asked_of_the_experiments():
    assert config_with().cross.pairs[0].train == "demo-bu3dfe"
    assert config_with(pairs=[], experiments=["gone"]).cross.pairs == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pairs": [PAIR | {"test": "demo-bosporus"}]}, "no dataset 'demo-bosporus'; did you mean 'demo-bosphorus'"),
        ({"pairs": [PAIR | {"test": "demo-bu3dfe"}]}, "expected two datasets; within one, people are tested by cross"),
        ({"pairs": [PAIR, PAIR]}, "demo-bu3dfe and demo-bosphorus: this pair is listed twice"),
        ({"pairs": [{"train": "demo-bu3dfe"}]}, r"cross.pairs\[0\]: key 'test' is missing"),
        ({"experiments": ["FFNetM"]}, "cross.experiments: there is no experiment 'FFNetM'; did you mean 'FFNet-M'"),
        ({"experiments": ["FFNet-M", "FFNet-M"]}, "cross.experiments: 'FFNet-M' is listed twice"),
        ({"experiments": ["FFNet-M-other"]}, "the masks of 'FFNet-M-other' are other, made from each training half"),
        (
            {"classes": ["anger", "fear"]},
            "cross.pairs: demo-bu3dfe and demo-bosphorus: the classes differ: only the tr",
        ),
    ],
)
def test_pairs_and_experiments_that_cannot_be_are_refused_before_any_job(change, message):
    with pytest.raises(InputError, match=message):
        config_with(**change)


def test_the_floor_of_a_pair_alone_needs_pictures_that_fit_too():
    experiments = {"ridge": MAPPING["experiments"]["ridge"] | {"repeats": 0}}
    mapping = MAPPING | {"experiments": experiments, "models": [], "ridge": MAPPING["ridge"] | {"pixels": 30}}
    assert read_config(mapping)
    with pytest.raises(InputError, match="ridge.pixels must divide maps.size"):
        read_config(mapping | {"cross": MAPPING["cross"] | {"pairs": [PAIR], "experiments": ["ridge"]}})


def test_a_person_is_known_by_name_in_one_layout_alone():
    check_new_people("FFNet-M", ["s1", "s2"], ["s3"], same_layout=True)
    check_new_people("FFNet-M", ["s1", "s2"], ["s2"], same_layout=False)
    with pytest.raises(InputError, match="FFNet-M was trained on 1 of these subjects, s2 among them; evaluate it on"):
        check_new_people("FFNet-M", ["s1", "s2"], ["s3", "s2"], same_layout=True)
