"""The kinds of change by name, each with a severity."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ffnet.geometry.mesh import Mesh
from ffnet.robustness.degrading import add_noise, blur_texture, cut_holes, thin_points
from ffnet.robustness.occlusion import cover_face, glasses, hand
from ffnet.robustness.relighting import dim, lamp_direction, relight
from ffnet.robustness.settings import UNCHANGED, ChangeSettings, Condition
from ffnet.robustness.turning import turn
from ffnet.scans.pose import find_pose
from ffnet.scans.settings import PoseSettings
from ffnet.seeds import seed_of


class Situation(NamedTuple):
    """What a change may depend on besides mesh and severity. random: the same for all severities of one scan."""

    settings: ChangeSettings
    pose: PoseSettings
    random: np.random.Generator


Change = Callable[[Mesh, float, Situation], Mesh]


def _hand(mesh: Mesh, width: float, situation: Situation) -> Mesh:
    pose = find_pose(mesh, situation.pose)
    return cover_face(mesh, hand(mesh, pose, width), pose)


def _glasses(mesh: Mesh, rim: float, situation: Situation) -> Mesh:
    pose = find_pose(mesh, situation.pose)
    return cover_face(mesh, glasses(pose, rim), pose)


CHANGES: dict[str, Change] = {
    UNCHANGED.axis: lambda mesh, severity, situation: mesh,
    "yaw": lambda mesh, degrees, situation: turn(mesh, "yaw", degrees),
    "pitch": lambda mesh, degrees, situation: turn(mesh, "pitch", degrees),
    "roll": lambda mesh, degrees, situation: turn(mesh, "roll", degrees),
    "lamp": lambda mesh, degrees, situation: relight(mesh, lamp_direction(degrees), situation.settings.ambient),
    "dim": lambda mesh, factor, situation: dim(mesh, factor),
    "noise": lambda mesh, deviation, situation: add_noise(mesh, deviation, situation.random),
    "holes": lambda mesh, count, situation: cut_holes(
        mesh, round(count), situation.settings.hole_radius, situation.random
    ),
    "hand": _hand,
    "glasses": _glasses,
    "blur": lambda mesh, deviation, situation: blur_texture(mesh, deviation),
    "thin": lambda mesh, share, situation: thin_points(mesh, share, situation.random),
}


def change_scan(scan: str, mesh: Mesh, condition: Condition, settings: ChangeSettings, pose: PoseSettings) -> Mesh:
    """The Mesh of a scan under a Condition. scan: its name, from which all that is drawn has its seed.

    Raises ScanError if the change leaves no scan.
    """
    random = np.random.default_rng(seed_of(settings.seed, condition.axis, scan))
    return CHANGES[condition.axis](mesh, condition.severity, Situation(settings, pose, random))
