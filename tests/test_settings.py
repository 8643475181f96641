from dataclasses import dataclass, field
from typing import Literal

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
    rule: Literal["mean", "any"] = setting()
    window: Literal[1, 3] = setting()
    levels: tuple[int, ...] = setting(least=1, most=4)
    pair: tuple[float, float] = setting()
    inner: Inner
    named: dict[str, Inner]
    given: str | None


GOOD = {
    "sigma": 1,
    "rule": "mean",
    "window": 1,
    "levels": [3, 4],
    "pair": [1, 2],
    "inner": {"radius": 2},
    "named": {"a": {"radius": 1}},
    "given": None,
}


def test_a_whole_section_becomes_a_dataclass():
    outer = read_settings(Outer, GOOD, "config.yaml: maps")
    assert outer == Outer(1.0, "mean", 1, (3, 4), (1.0, 2.0), Inner(2), {"a": Inner(1)}, None)
    assert isinstance(outer.sigma, float)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sigmma": 2}, r"config.yaml: maps: unknown key 'sigmma'; did you mean 'sigma'\?"),
        ({"rule": "maen"}, r"maps.rule: 'maen' is not one of mean \| any; did you mean 'mean'\?"),
        ({"window": 2}, r"maps.window: 2 is not one of 1 \| 3; did you mean"),
        ({"window": True}, r"maps.window: True is not one of 1 \| 3; did you mean"),
        ({"levels": [3, 5]}, r"maps.levels: expected at most 4, found 5"),
        ({"levels": 3}, r"maps.levels: expected a list, found 3"),
        ({"pair": [1, 2, 3]}, r"maps.pair: expected 2 values, found \[1, 2, 3\]"),
        ({"pair": [1, "b"]}, r"maps.pair\[1\]: expected a number, found 'b'"),
        ({"sigma": "1"}, r"maps.sigma: expected a number, found '1'"),
        ({"sigma": True}, r"maps.sigma: expected a number, found True"),
        ({"inner": {"radius": -1}}, r"maps.inner.radius: expected at least 0, found -1"),
        ({"inner": {"raduis": 1}}, r"maps.inner: unknown key 'raduis'; did you mean 'radius'\? Keys here: radius"),
        ({"inner": 3}, r"maps.inner: expected a section with keys, found 3"),
        ({"named": {"a": {"radius": 1.5}}}, r"maps.named.a.radius: expected a whole number, found 1.5"),
        ({"named": 1}, r"maps.named: expected names with values, found 1"),
        ({"given": 1}, r"maps.given: expected text, found 1"),
    ],
)
def test_an_error_names_the_key_what_was_expected_and_what_was_found(change, message):
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
    with pytest.raises(InputError, match="x: own: expected names with values, found None"):
        read_settings(Row, {"radius": 1, "own": None}, "x")
    with pytest.raises(InputError, match="key 'radius' is missing"):
        read_settings(Row, {"own": {}}, "x")


def test_nothing_can_be_changed_afterwards():
    with pytest.raises(AttributeError):
        read_settings(Inner, {"radius": 1}, "x").radius = 2
