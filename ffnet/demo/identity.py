"""Who a face is: its shape at rest, its colours, and how it expresses."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ffnet.demo.makehuman import Head
from ffnet.demo.roster import Subject
from ffnet.demo.settings import DemoSettings
from ffnet.demo.variety import Looks, draw_looks
from ffnet.seeds import seed_of

# shares of MakeHuman's caucasian, asian and african heads, and skin tone from 0 (lightest) to 1, by ethnicity code
ETHNICITY_MIX = {
    "WH": ((0.94, 0.03, 0.03), 0.10),
    "BL": ((0.06, 0.04, 0.90), 0.72),
    "LA": ((0.62, 0.24, 0.14), 0.34),
    "AE": ((0.05, 0.92, 0.03), 0.20),
    "AM": ((0.76, 0.16, 0.08), 0.33),
    "IN": ((0.60, 0.16, 0.24), 0.55),
}
RACES = ("caucasian", "asian", "african")
# standard deviation and clip of the weights of local targets; small where MakeHuman's extremes look odd
SPREAD = {"nose": (0.16, 0.32), "asym": (0.13, 0.3), "ears": (0.2, 0.4), "head": (0.16, 0.35), "mouth": (0.2, 0.4)}
SPREAD_ELSE = (0.26, 0.5)
LEFT_OUT = ("breast", "trunk", "head-trans", "head-age", "nose-trans-in", "nose-trans-out", "mouth-trans-in",
            "mouth-trans-out", "ear-shape",
            "nose-septumangle", "mouth-trans-backward", "eye-push", "nose-compression")  # fmt: skip


class Identity(NamedTuple):
    """One person.

    shape: (N, 3) float, vertices of the Head at rest, mm. sex: "F" or "M". age: years. tone: skin from 0, light, to 1.
    habits: {face unit: factor}, how strongly this person uses it. lopsided: in about -0.3..0.3, which half moves more.
    seed: for what is painted.
    """

    shape: np.ndarray
    sex: str
    age: float
    tone: float
    habits: dict
    lopsided: float
    seed: int
    looks: Looks


def make_identity(head: Head, subject: Subject, settings: DemoSettings) -> Identity:
    """The Identity of a Subject."""
    seed = seed_of(settings.seed, subject.layout, subject.number, "identity")
    random = np.random.default_rng(seed)
    looks = draw_looks(settings.variety, np.random.default_rng([seed, 2]))
    mix, tone = ETHNICITY_MIX[subject.ethnicity]
    races = random.dirichlet(np.array(mix) * 12 + 0.05)
    old = float(np.clip(random.beta(1.2, 2.4) + looks.older, 0.0, 1.0))
    weights = macro_weights(races, subject.sex, old, *random.normal(0, (0.4, 0.35)))
    weights |= _local_weights(head.names, settings.face_variation, random)
    return Identity(
        shape=head.vertices + combine(head, weights),
        sex=subject.sex,
        age=20 + 45 * old,
        tone=float(np.clip(tone + looks.tone + random.normal(0, 0.06), 0.0, 1.0)),
        habits=_habits(head.names, settings.expression_variation, random),
        lopsided=float(np.clip(random.normal(0, 0.12), -0.3, 0.3)),
        seed=seed,
        looks=looks,
    )


def average_shape(head: Head) -> np.ndarray:
    """The vertices (N, 3) of the mean young face, on which skin is laid out, mm."""
    shapes = [macro_weights((1 / 3,) * 3, sex, 0.0, 0.0, 0.0) for sex in "FM"]
    return head.vertices + np.mean([combine(head, weights) for weights in shapes], axis=0)


def combine(head: Head, weights: dict[str, float]) -> np.ndarray:
    """Sum (N, 3) of the Head's targets by {name: weight}."""
    position = {name: number for number, name in enumerate(head.names)}
    used = [name for name, weight in weights.items() if weight != 0]
    factors = np.array([weights[name] for name in used], np.float32)
    return np.tensordot(factors, head.offsets[[position[name] for name in used]], axes=1).astype(float)


def macro_weights(
    races: Sequence[float] | np.ndarray, sex: str, old: float, weight: float, muscle: float
) -> dict[str, float]:
    """Weights of MakeHuman's macro targets; old in [0, 1], weight and muscle in [-1, 1] about the average."""
    gender = {"F": "female", "M": "male"}[sex]
    weight, muscle = np.clip((weight, muscle), -1, 1)
    muscles = {"averagemuscle": 1 - abs(muscle), ("maxmuscle" if muscle > 0 else "minmuscle"): abs(muscle)}
    figures = {"averageweight": 1 - abs(weight), ("maxweight" if weight > 0 else "minweight"): abs(weight)}
    weights = {}
    for age, share in (("young", 1 - old), ("old", old)):
        for race, part in zip(RACES, races, strict=True):
            weights[f"macro/{race}-{gender}-{age}"] = share * part
        for muscle_name, muscle_share in muscles.items():
            for figure_name, figure_share in figures.items():
                name = f"macro/universal-{gender}-{age}-{muscle_name}-{figure_name}"
                weights[name] = share * muscle_share * figure_share
    return weights


def _local_weights(names: np.ndarray, variation: float, random: np.random.Generator) -> dict[str, float]:
    """Random weights of local targets: of each opposed pair (incr, decr) one, both sides of the face alike."""
    families: dict[str, dict[str, list[str]]] = {}
    for name in sorted(str(name) for name in names if name.startswith("local/")):
        if any(word in name for word in LEFT_OUT):
            continue
        stem, ending = re.sub(r"/(l|r)-", "/", name).rsplit("-", 1)
        families.setdefault(stem, {}).setdefault(ending, []).append(name)
    weights: dict[str, float] = {}
    for stem, endings in families.items():
        deviation, limit = SPREAD.get(stem.split("/")[1], SPREAD_ELSE)
        value = np.clip(random.normal(0, deviation), -limit, limit) * variation
        ending = sorted(endings)[0 if value < 0 else -1]
        weights |= {name: abs(value) for name in endings[ending]}
    return weights


def _habits(names: np.ndarray, variation: float, random: np.random.Generator) -> dict[str, float]:
    """A factor about 1 for every face unit, the same left and right."""
    units = sorted({unit_of(name) for name in names if name.startswith("unit/")})
    return {unit: float(np.exp(random.normal(0, variation))) for unit in units}


def unit_of(name: str) -> str:
    """The face unit of a target's name: "unit/browDownLeft" belongs to "browDown"."""
    return re.sub(r"(Left|Right)$", "", name.removeprefix("unit/"))
