"""Scans as training sees them: mirrored, turned, shifted, in another light, with noise, drawn again for each epoch.

Each kind has random numbers of its own, which depend on the run's seed and the epoch alone: turning one on changes no
draw of another and not the order of the scans, and a resumed run draws the same again. All draws are made on the CPU,
so that a GPU sees the same scans.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.nn import functional

from ffnet.seeds import seed_of
from ffnet.shards.scaling import IMAGENET_DEVIATION, IMAGENET_MEAN
from ffnet.training.settings import TrainingSettings

Inputs = dict[str, torch.Tensor]
"""depth, normals, texture (n, channels, H, W), mask1 and mask2 of the same scans, float32; see network_inputs."""

CHANNELS = {"depth": 1, "normals": 3, "texture": 3}
CHUNK = 64  # scans that are changed at a time
TEXTURE_SCALES = {"plain": ((0.5,) * 3, (0.5,) * 3), "imagenet": (IMAGENET_MEAN, IMAGENET_DEVIATION)}


class Draws(NamedTuple):
    """What is drawn for the n scans of an epoch, in their order.

    mirror: (n,) bool. turn: (n,) degrees, counter-clockwise as one looks at the map. shift: (n, 2) whole pixels of the
    maps to the right and down. light: (n, 2) logarithms of gain and gamma.
    """

    mirror: torch.Tensor
    turn: torch.Tensor
    shift: torch.Tensor
    light: torch.Tensor

    def take(self, rows: slice, device: torch.device) -> "Draws":
        """Those of some scans, on a device."""
        return Draws(*(values[rows].to(device) for values in self))


def stream(seed: int, kind: str, epoch: int) -> torch.Generator:
    """The random numbers of one kind of change in one epoch of a run."""
    return torch.Generator().manual_seed(seed_of(seed, kind, epoch))


def draw_changes(settings: TrainingSettings, count: int, seed: int, epoch: int) -> Draws:
    """The Draws of an epoch of `count` scans; what is off in the settings is 0."""

    def uniform(kind: str, *shape: int) -> torch.Tensor:
        return 2 * torch.rand(*shape, generator=stream(seed, kind, epoch)) - 1

    shifts = torch.randint(
        -settings.shift, settings.shift + 1, (count, 2), generator=stream(seed, "shift", epoch), dtype=torch.int64
    )
    return Draws(
        mirror=(uniform("mirror", count) < 0) & settings.mirror,
        turn=settings.turn * uniform("turn", count),
        shift=shifts.float(),
        light=math.log1p(settings.light) * uniform("light", count, 2),
    )


def augment(
    source: Inputs,
    order: torch.Tensor,
    settings: TrainingSettings,
    texture: str,
    seed: int,
    epoch: int,
    write: Callable[[torch.Tensor, Inputs], None],
) -> None:
    """Changes the scans of an epoch and passes them on in chunks, write(positions, their inputs).

    source: unchanged inputs of the whole collection, on the device. order: (n,) int64, positions of the scans. texture:
    how the shards scale it. seed: of the run.
    """
    draws, noises = draw_changes(settings, len(order), seed, epoch), stream(seed, "noise", epoch)
    device, size = source["depth"].device, source["depth"].shape[-1]
    for start in range(0, len(order), CHUNK):
        rows = slice(start, start + CHUNK)
        scans = order[rows].to(device)
        inputs = {name: values[scans].float() for name, values in source.items()}
        noise = None
        if settings.noise:
            noise = torch.randn(len(scans), sum(CHANNELS.values()), size, size, generator=noises).to(device)
        write(scans, change_scans(inputs, draws.take(rows, device), settings, texture, noise))


def change_scans(
    inputs: Inputs, draws: Draws, settings: TrainingSettings, texture: str, noise: torch.Tensor | None
) -> Inputs:
    """The inputs with all changes that the settings have, in the order of these. noise: (n, 7, H, W) with standard
    deviation 1, of depth, normals and texture; None for none."""
    if settings.mirror:
        inputs = mirrored(inputs, draws.mirror)
    if settings.turn or settings.shift:
        inputs = moved(inputs, draws.turn, draws.shift)
    if settings.light:
        gain, gamma = draws.light.exp().T
        lit = relit(inputs["texture"], gain, gamma, texture)
        inputs = inputs | {"texture": torch.where(face_of(inputs), lit, inputs["texture"])}
    return inputs if noise is None else with_noise(inputs, settings.noise * noise)


def face_of(inputs: Inputs) -> torch.Tensor:
    """(n, 1, H, W) bool, where the face is: normals are 0 off it."""
    return (inputs["normals"] != 0).any(dim=1, keepdim=True)


def mirrored(inputs: Inputs, which: torch.Tensor) -> Inputs:
    """The inputs with the mirror images of those scans where `which`, (n,) bool, is true: columns in reverse order, and
    the x of normals, which points to the right, with the other sign."""
    images = {name: values.flip(-1) for name, values in inputs.items()}
    images["normals"] = images["normals"] * _column(images["normals"], (-1.0, 1.0, 1.0))
    where = which[:, None, None, None]
    return {name: torch.where(where, images[name], values) for name, values in inputs.items()}


def moved(inputs: Inputs, turn: torch.Tensor, shift: torch.Tensor) -> Inputs:
    """The inputs turned about the middle of the square and then shifted; normals turn with them. What comes into the
    square is off the face.

    turn, shift: see Draws. Maps are interpolated between pixels of the face alone, so that its edge keeps its values.
    """
    radians = torch.deg2rad(turn)
    cosine, sine = radians.cos(), radians.sin()
    x, y = (2 * shift / inputs["depth"].shape[-1]).T  # in half sides
    rows = (cosine, -sine, sine * y - cosine * x), (sine, cosine, -sine * x - cosine * y)
    where_from = torch.stack([torch.stack(row, dim=1) for row in rows], dim=1)  # (n, 2, 3), from new places to old ones
    face = face_of(inputs)
    share = _sample(face.float(), where_from)
    found = {name: _sample(values, where_from) for name, values in inputs.items() if name not in CHANNELS}
    for name in CHANNELS:
        values = _sample(inputs[name] * face, where_from) / share.clamp_min(0.5)
        found[name] = torch.where(share >= 0.5, values, 0.0)
    right, up, ahead = found["normals"].unbind(dim=1)
    cosine, sine = cosine[:, None, None], sine[:, None, None]
    turned = torch.stack([cosine * right - sine * up, sine * right + cosine * up, ahead], dim=1)
    return found | {"normals": functional.normalize(turned, dim=1)}


def _sample(values: torch.Tensor, where_from: torch.Tensor) -> torch.Tensor:
    grid = functional.affine_grid(where_from, list(values.shape), align_corners=False)
    return functional.grid_sample(values, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def relit(texture: torch.Tensor, gain: torch.Tensor, gamma: torch.Tensor, scale: str) -> torch.Tensor:
    """A texture in another light: gain * value ** gamma of values in [0, 1], cut off at 1. texture: (n, 3, H, W) in the
    scale of the shards. gain, gamma: (n,)."""
    mean, deviation = (_column(texture, numbers) for numbers in TEXTURE_SCALES[scale])
    unit = (texture * deviation + mean).clamp(0, 1)
    lit = gain[:, None, None, None] * unit ** gamma[:, None, None, None]
    return (lit.clamp_max(1) - mean) / deviation


def with_noise(inputs: Inputs, noise: torch.Tensor) -> Inputs:
    """The inputs with noise on the maps inside the face; normals stay unit vectors. noise: (n, 7, H, W)."""
    face, found = face_of(inputs), dict(inputs)
    for name, part in zip(CHANNELS, noise.split(list(CHANNELS.values()), dim=1), strict=True):
        noisy = inputs[name] + part
        found[name] = torch.where(
            face, functional.normalize(noisy, dim=1) if name == "normals" else noisy, inputs[name]
        )
    return found


def _column(like: torch.Tensor, numbers: tuple[float, ...]) -> torch.Tensor:
    """(1, 3, 1, 1) numbers on the device of a tensor."""
    return torch.tensor(numbers, device=like.device)[None, :, None, None]
