"""How a face is curved, computed from its normals: shape index, curvedness, and masks of strongly curved places.

Normals n of a surface z(x, y), x to the right and y up, give its slopes p = -nx / nz and q = -ny / nz, and these the
mean curvature H and the Gaussian curvature K. Lengths are in pixels; the shape index has no unit.
"""

import math

import torch
from torch.nn import functional

from ffnet.networks.settings import Curvature

STEEPEST = 0.2  # nz below it counts as this: slopes at the rim would be endless
FLAT = 1e-12  # what H^2 - K is at least, as its root has no gradient at 0
SIGMA = 2.0  # pixels, of the Gaussian that smooths the masks


def curvature_map(normals: torch.Tensor, kind: Curvature) -> torch.Tensor:
    """The shape index or the curvedness of faces, (n, 1, H, W).

    normals: (n, 3 or more, H, W) float32, of which the first three channels are x right, y up, z towards the camera, 0
    off the face. The shape index is 2/pi * arctan(-H / sqrt(H^2 - K)): cup -1, rut -0.5, saddle 0, ridge 0.5, cap 1
    (Koenderink and van Doorn, 1992). The curvedness is sqrt(2 H^2 - K), in 1/pixel. Both are 0 where a pixel or one of
    its eight neighbours is off the face.
    """
    mean, gaussian, inside = curvatures(normals)
    if kind == "shape_index":
        values = 2 / math.pi * torch.atan2(-mean, (mean.square() - gaussian).clamp(min=FLAT).sqrt())
    else:
        values = (2 * mean.square() - gaussian).clamp(min=FLAT).sqrt()
    return torch.where(inside, values, torch.zeros_like(values))


def curvatures(normals: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """H and K, in 1/pixel and 1/pixel^2, and where they are known; (n, 1, H, W) each. normals: see curvature_map."""
    x, y, z = (normals[:, axis : axis + 1] for axis in range(3))
    on_face = ((x != 0) | (y != 0) | (z != 0)).to(normals.dtype)
    inside = functional.avg_pool2d(on_face, 3, 1, 1) > 0.99  # zeros around the picture count as off the face
    p, q = (_smooth(-slope / z.clamp(min=STEEPEST) * on_face, on_face) for slope in (x, y))
    (p_x, p_y), (q_x, q_y) = _slopes(p), _slopes(q)
    mixed, length = (p_y + q_x) / 2, 1 + p.square() + q.square()
    mean = ((1 + q.square()) * p_x - 2 * p * q * mixed + (1 + p.square()) * q_y) / (2 * length**1.5)
    return mean, (p_x * q_y - mixed.square()) / length.square(), inside


def _smooth(values: torch.Tensor, on_face: torch.Tensor) -> torch.Tensor:
    """Means of the pixels of 3x3 squares that are on the face."""
    sums, shares = (functional.avg_pool2d(one, 3, 1, 1) for one in (values, on_face))
    return sums / shares.clamp(min=1e-6)


def _slopes(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Central differences to the right and up, per pixel; rows are counted downwards."""
    padded = functional.pad(values, (1, 1, 1, 1))
    right = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) / 2
    return right, (padded[..., :-2, 1:-1] - padded[..., 2:, 1:-1]) / 2


def curvature_masks(normals: torch.Tensor) -> dict[str, torch.Tensor]:
    """mask1 (n, 1, H/2, W/2) and mask2 (n, 1, H/4, W/4) from 0 to 1: |H|, smoothed, divided by its largest value in
    each face. normals: see curvature_map."""
    mean, _, inside = curvatures(normals)
    strength = gaussian_blur(torch.where(inside, mean.abs(), torch.zeros_like(mean)), SIGMA)
    masks = {"mask1": functional.avg_pool2d(strength, 2), "mask2": functional.avg_pool2d(strength, 4)}
    return {name: mask / mask.amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-6) for name, mask in masks.items()}


def gaussian_blur(maps: torch.Tensor, sigma: float) -> torch.Tensor:
    """Maps (n, 1, H, W) smoothed by a Gaussian of `sigma` pixels, cut at three sigmas; 0 beyond the border."""
    reach = math.ceil(3 * sigma)
    weights = [math.exp(-(step**2) / (2 * sigma**2)) for step in range(-reach, reach + 1)]
    height, width = maps.shape[2:]
    padded = functional.pad(maps, (reach, reach, reach, reach))
    rows = torch.stack([weight * padded[..., k : k + height, :] for k, weight in enumerate(weights)]).sum(0)
    columns = torch.stack([weight * rows[..., k : k + width] for k, weight in enumerate(weights)]).sum(0)
    return columns / sum(weights) ** 2
