from dataclasses import dataclass, field

import pytest

from ffnet.errors import InputError
from ffnet.settings import read_settings, setting


@dataclass(frozen=True)
class Inner:
    radius: int = setting(least=0)


@dataclass(frozen=True)
class Row:
    radius: int
    own: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Outer:
    sigma: float
    rule: str = setting(choices=("mean", "any"))
    levels: tuple[int, ...] = setting(least=1, most=4)
    inner: Inner
    named: dict[str, Inner]
    given: str | None


GOOD = {
    "sigma": 1,
    "rule": "mean",
    "levels": [3, 4],
    "inner": {"radius": 2},
    "named": {"a": {"radius": 1}},
    "given": None,
}


def test_a_whole_section_becomes_a_dataclass():
    outer = read_settings(Outer, GOOD, "config.yaml: maps")
    assert outer == Outer(1.0, "mean", (3, 4), Inner(2), {"a": Inner(1)}, None)
    assert isinstance(outer.sigma, float)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sigmma": 2}, r"config.yaml: maps: unknown key 'sigmma'; did you mean 'sigma'\?"),
        ({"rule": "maen"}, r"maps.rule: 'maen' is not one of mean \| any; did you mean 'mean'\?"),
        ({"levels": [3, 5]}, r"maps.levels: 5 came, at most 4 is allowed"),
        ({"levels": 3}, r"maps.levels: a list is needed here, 3 came"),
        ({"sigma": "1"}, r"maps.sigma: a number is needed here, '1' came"),
        ({"sigma": True}, r"maps.sigma: a number is needed here, True came"),
        ({"inner": {"radius": -1}}, r"maps.inner.radius: -1 came, at least 0 is needed"),
        ({"inner": {"raduis": 1}}, r"maps.inner: unknown key 'raduis'; did you mean 'radius'\?"),
        ({"inner": 3}, r"maps.inner: a section with keys is needed here, 3 came"),
        ({"named": {"a": {"radius": 1.5}}}, r"maps.named.a.radius: a whole number is needed here, 1.5 came"),
        ({"named": 1}, r"maps.named: names with values are needed here"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_wanted(change, message):
    with pytest.raises(InputError, match=message):
        read_settings(Outer, GOOD | change, "config.yaml: maps")


def test_a_missing_key_is_an_error():
    section = {key: value for key, value in GOOD.items() if key != "rule"}
    with pytest.raises(InputError, match="key 'rule' is missing"):
        read_settings(Outer, section, "config.yaml: maps")


def test_a_field_made_to_be_left_out_may_be_and_its_values_are_taken_as_they_come():
    assert read_settings(Row, {"radius": 1}, "x") == Row(1, {})
    own = {"a": True, "b": [1], "c": None, "d": 0.5}
    assert read_settings(Row, {"radius": 1, "own": own}, "x") == Row(1, own)
    with pytest.raises(InputError, match="x: own: names with values are needed here"):
        read_settings(Row, {"radius": 1, "own": None}, "x")
    with pytest.raises(InputError, match="key 'radius' is missing"):
        read_settings(Row, {"own": {}}, "x")


def test_nothing_can_be_changed_afterwards():
    with pytest.raises(AttributeError):
        read_settings(Inner, {"radius": 1}, "x").radius = 2
