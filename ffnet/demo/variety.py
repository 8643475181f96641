"""How people, scanners and cameras differ beyond one laboratory; with `variety` 0 not at all."""

from typing import NamedTuple

import cv2
import numpy as np


class Looks(NamedTuple):
    """What paint makes of a person.

    tone, older: added to the skin's tone and to the share of old age. lips, sockets: how strongly lips and eye sockets
    differ from the skin; 1: as they are. brows: factors on their height and darkness. iris: factor on its size.
    """

    tone: float
    older: float
    lips: float
    sockets: float
    brows: tuple[float, float]
    iris: float


class Camera(NamedTuple):
    """How a camera renders colours: gain, (3,) factors; gamma, the power of its tone curve; saturation, 0: grey,
    1: as it is; blur, the deviation of a Gaussian in mm."""

    gain: np.ndarray
    gamma: float
    saturation: float
    blur: float


class Conditions(NamedTuple):
    """What is particular to one scan.

    ways: (4,) shares of the ways to show an expression, see face_units.mix_ways. one_sided: added to Identity.lopsided.
    strength: factor on the expression. angle: factor on how far round the head is scanned. above, below: mm more of the
    forehead and below the chin. grain: factor on the sensor noise. hollows: how dark hollows are; 1: as they are.
    """

    ways: np.ndarray
    one_sided: float
    strength: float
    angle: float
    above: float
    below: float
    grain: float
    hollows: float
    camera: Camera


OFTEN = (2.0, 0.4, 0.4, 0.4)  # how often the ways to show an expression are met, the usual one first


def draw_looks(variety: float, random: np.random.Generator) -> Looks:
    """The Looks of a person."""
    lips, sockets, height, dark, iris = np.exp(variety * random.normal(0, (0.5, 0.6, 0.35, 0.5, 0.1)))
    tone, older = variety * random.normal(0, 0.15), variety * random.uniform(-0.2, 0.5)
    return Looks(
        float(tone),
        float(older),
        float(lips),
        float(sockets),
        (float(height), float(dark)),
        float(np.clip(iris, 0.8, 1.3)),
    )


def draw_conditions(variety: float, random: np.random.Generator) -> Conditions:
    """The Conditions of a scan."""
    shares = random.dirichlet(OFTEN)
    usual = np.eye(len(OFTEN))[0]
    gain = np.exp(variety * (random.normal(0, 0.18) + random.normal(0, 0.05, 3)))
    gamma, grain, hollows, strength = np.exp(variety * random.normal(0, (0.2, 0.5, 0.5, 0.2)))
    return Conditions(
        ways=(1 - variety) * usual + variety * shares,
        one_sided=float(variety * random.normal(0, 0.15)),
        strength=float(strength),
        angle=float(np.exp(variety * random.uniform(-0.25, 0.25))),
        above=float(variety * random.uniform(-15, 25)),
        below=float(variety * random.uniform(-10, 25)),
        grain=float(grain),
        hollows=float(hollows),
        camera=Camera(
            gain, float(gamma), float(np.exp(variety * random.normal(0, 0.3))), float(variety * random.uniform(0, 1.2))
        ),
    )


USUAL = draw_conditions(0.0, np.random.default_rng(0))


def develop(picture: np.ndarray, camera: Camera, scale: float) -> np.ndarray:
    """A photograph (H, W, 3) uint8 sRGB as a Camera renders it. scale: mm per pixel."""
    if camera.blur == 0 and camera.gamma == 1 and camera.saturation == 1 and (camera.gain == 1).all():
        return picture
    colours = (picture.astype(np.float32) / 255) ** np.float32(camera.gamma) * camera.gain.astype(np.float32)
    grey = colours.mean(axis=-1, keepdims=True)
    colours = grey + np.float32(camera.saturation) * (colours - grey)
    if camera.blur:
        colours = cv2.GaussianBlur(colours, (0, 0), max(camera.blur / scale, 0.05))
    return (255 * np.clip(colours, 0, 1) + 0.5).astype(np.uint8)
