"""The six expressions as mixtures of face units, each person's and each scan's own."""

import numpy as np

from ffnet.demo.identity import Identity, combine, unit_of
from ffnet.demo.makehuman import Head
from ffnet.demo.roster import Scan
from ffnet.demo.settings import DemoSettings
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
LEVELS = (0.0, 0.3, 0.5, 0.72, 0.92)  # strength by intensity 0 to 4
STRAY_UNITS = ("brow", "cheekSquint", "eyeSquint", "mouthPress", "mouthShrug", "mouthSmile", "mouthFrown",
               "mouthDimple", "mouthStretch", "noseSneer", "eyeBlink", "mouthPucker", "mouthRoll")  # fmt: skip


def unit_weights(
    names: np.ndarray, identity: Identity, scan: Scan, settings: DemoSettings, random: np.random.Generator
) -> dict[str, float]:
    """Weights {target: 0 to 1.15} of the face units for one scan of a person."""
    variation = settings.expression_variation
    strength = settings.expression_strength * LEVELS[scan.intensity] * np.exp(random.normal(0, 0.4 * variation))
    mixture = MIXTURES[scan.expression]
    spread = {unit: np.exp(random.normal(0, 0.6 * variation)) for unit in sorted(identity.habits)}
    strays = {unit: abs(random.normal(0, 0.12 * variation)) for unit in sorted(identity.habits)}
    asymmetry = identity.lopsided + random.normal(0, 0.06)
    weights = {}
    for name in (str(name) for name in names if name.startswith("unit/")):
        unit = unit_of(name)
        side = {"Left": 1 + asymmetry, "Right": 1 - asymmetry}.get(name.removeprefix(f"unit/{unit}"), 1.0)
        weight = strength * mixture.get(unit, 0.0) * identity.habits[unit] * spread[unit] * side
        if unit.startswith(STRAY_UNITS):
            weight += strays[unit]
        weights[name] = float(np.clip(weight, 0.0, 1.15))
    return weights


def expressed_shape(
    head: Head, identity: Identity, scan: Scan, settings: DemoSettings, random: np.random.Generator
) -> np.ndarray:
    """The vertices (N, 3) of a person in one scan, mm."""
    return identity.shape + combine(head, unit_weights(head.names, identity, scan, settings, random))
