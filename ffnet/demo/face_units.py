"""The six expressions as mixtures of face units, each person's and each scan's own."""

import numpy as np

from ffnet.demo.identity import Identity, combine, unit_of
from ffnet.demo.makehuman import Head
from ffnet.demo.roster import Scan
from ffnet.demo.settings import DemoSettings
from ffnet.demo.variety import USUAL, Conditions
from ffnet.expressions import NEUTRAL

# after the action units that Ekman and Friesen's EMFACS lists for each expression
MIXTURES = {
    "anger": dict(browDown=1.0, eyeSquint=0.55, eyeWide=0.25, noseSneer=0.4, mouthPress=0.7, mouthRollUpper=0.25,
                  mouthRollLower=0.2, mouthFrown=0.35, jawForward=0.3, cheekSquint=0.2),
    "disgust": dict(noseSneer=1.0, mouthUpperUp=0.75, browDown=0.65, cheekSquint=0.7, eyeSquint=0.5, mouthFrown=0.4,
                    mouthShrugLower=0.35, mouthShrugUpper=0.3, jawOpen=0.05),
    "fear": dict(browInnerUp=0.95, browOuterUp=0.35, browDown=0.25, eyeWide=0.9, mouthStretch=0.9, jawOpen=0.25,
                 mouthLowerDown=0.45, mouthFrown=0.2),
    "happiness": dict(mouthSmile=1.0, cheekSquint=0.75, eyeSquint=0.35, mouthDimple=0.3, mouthUpperUp=0.45,
                      mouthLowerDown=0.2, jawOpen=0.1),
    "sadness": dict(browInnerUp=0.95, browDown=0.3, mouthFrown=0.95, mouthShrugLower=0.5, eyeSquint=0.2,
                    eyeBlink=0.15, mouthPucker=0.1, eyeLookDown=0.15),
    "surprise": dict(browInnerUp=0.85, browOuterUp=0.95, eyeWide=0.95, jawOpen=0.7, mouthFunnel=0.15,
                     mouthStretch=0.05),
    NEUTRAL: {},
}  # fmt: skip
# other ways to show the same, after EMFACS' variants: the mouth open or shut, the upper or the lower face alone
OTHER_WAYS = {
    "anger": (
        dict(browDown=1.0, eyeSquint=0.5, eyeWide=0.5, noseSneer=0.5, mouthUpperUp=0.5, mouthLowerDown=0.7, jawOpen=0.4,
             mouthFunnel=0.25, mouthStretch=0.2),
        dict(browDown=0.9, eyeSquint=0.8, mouthShrugLower=0.7, mouthRollLower=0.4, mouthPress=0.5, jawForward=0.4),
        dict(browDown=1.15, eyeWide=0.6, mouthPress=0.3),
    ),
    "disgust": (
        dict(noseSneer=0.8, mouthUpperUp=0.8, mouthLowerDown=0.5, jawOpen=0.3, tongueOut=0.3, browDown=0.4,
             eyeSquint=0.5, cheekSquint=0.6),
        dict(noseSneer=1.1, mouthShrugLower=0.6, mouthPress=0.2, browDown=0.8, eyeSquint=0.8, cheekSquint=0.5),
        dict(noseSneer=0.5, mouthUpperUp=1.0, mouthFrown=0.5, cheekSquint=0.6, mouthShrugUpper=0.2),
    ),
    "fear": (
        dict(browInnerUp=1.0, browOuterUp=0.5, browDown=0.3, eyeWide=1.0, mouthStretch=1.0, mouthLowerDown=0.15),
        dict(browInnerUp=0.9, browOuterUp=0.5, browDown=0.2, eyeWide=1.1, mouthStretch=0.6, jawOpen=0.55,
             mouthLowerDown=0.5),
        dict(browInnerUp=0.6, browDown=0.3, eyeWide=0.7, mouthStretch=0.9, jawOpen=0.15, mouthFrown=0.3),
    ),
    "happiness": (
        dict(mouthSmile=0.9, cheekSquint=0.6, eyeSquint=0.3, mouthDimple=0.5, mouthPress=0.2),
        dict(mouthSmile=1.0, cheekSquint=1.0, eyeSquint=0.7, mouthUpperUp=0.5, mouthLowerDown=0.4, jawOpen=0.45,
             browInnerUp=0.15),
        dict(mouthSmile=1.1, mouthDimple=0.2, mouthUpperUp=0.25, jawOpen=0.05),
    ),
    "sadness": (
        dict(browInnerUp=1.1, browDown=0.5, mouthFrown=0.6, mouthRollLower=0.3, eyeLookDown=0.4, eyeBlink=0.3),
        dict(browInnerUp=0.9, browDown=0.5, mouthFrown=0.7, mouthStretch=0.4, jawOpen=0.12, cheekSquint=0.5,
             eyeSquint=0.5, noseSneer=0.15),
        dict(browInnerUp=0.6, mouthFrown=1.1, mouthShrugLower=0.8, mouthPucker=0.2),
    ),
    "surprise": (
        dict(browInnerUp=0.9, browOuterUp=1.0, eyeWide=0.8, jawOpen=0.3),
        dict(browInnerUp=0.8, browOuterUp=0.8, eyeWide=0.9, jawOpen=1.05, mouthFunnel=0.4),
        dict(browInnerUp=1.0, browOuterUp=1.1, eyeWide=1.1, jawOpen=0.15, mouthPucker=0.15),
    ),
    NEUTRAL: ({}, {}, {}),
}  # fmt: skip
LEVELS = (0.0, 0.3, 0.5, 0.72, 0.92)  # strength by intensity 0 to 4
STRAY_UNITS = ("brow", "cheekSquint", "eyeSquint", "mouthPress", "mouthShrug", "mouthSmile", "mouthFrown",
               "mouthDimple", "mouthStretch", "noseSneer", "eyeBlink", "mouthPucker", "mouthRoll")  # fmt: skip


def unit_weights(
    names: np.ndarray,
    identity: Identity,
    scan: Scan,
    settings: DemoSettings,
    random: np.random.Generator,
    conditions: Conditions = USUAL,
) -> dict[str, float]:
    """Weights {target: 0 to 1.15} of the face units for one scan of a person."""
    variation = settings.expression_variation
    strength = (
        conditions.strength
        * settings.expression_strength
        * LEVELS[scan.intensity]
        * np.exp(random.normal(0, 0.4 * variation))
    )
    mixture = mix_ways(scan.expression, conditions.ways)
    spread = {unit: np.exp(random.normal(0, 0.6 * variation)) for unit in sorted(identity.habits)}
    strays = {unit: abs(random.normal(0, 0.12 * variation)) for unit in sorted(identity.habits)}
    asymmetry = identity.lopsided + conditions.one_sided + random.normal(0, 0.06)
    weights = {}
    for name in (str(name) for name in names if name.startswith("unit/")):
        unit = unit_of(name)
        side = {"Left": 1 + asymmetry, "Right": 1 - asymmetry}.get(name.removeprefix(f"unit/{unit}"), 1.0)
        weight = strength * mixture.get(unit, 0.0) * identity.habits[unit] * spread[unit] * side
        if unit.startswith(STRAY_UNITS):
            weight += strays[unit]
        weights[name] = float(np.clip(weight, 0.0, 1.15))
    return weights


def mix_ways(expression: str, shares: np.ndarray) -> dict[str, float]:
    """{face unit: weight} of an expression's ways, MIXTURES and then OTHER_WAYS, by their shares (4,)."""
    mixture: dict[str, float] = {}
    for share, way in zip(shares.tolist(), (MIXTURES[expression], *OTHER_WAYS[expression]), strict=True):
        for unit, weight in way.items():
            mixture[unit] = mixture.get(unit, 0.0) + share * weight
    return mixture


def expressed_shape(
    head: Head,
    identity: Identity,
    scan: Scan,
    settings: DemoSettings,
    random: np.random.Generator,
    conditions: Conditions = USUAL,
) -> np.ndarray:
    """The vertices (N, 3) of a person in one scan, mm."""
    return identity.shape + combine(head, unit_weights(head.names, identity, scan, settings, random, conditions))
