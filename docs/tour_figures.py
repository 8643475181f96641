"""The pictures of the tour. Each says that its face is synthetic."""

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap

from ffnet.demo.studio import rotation_xyz
from ffnet.figures.maps_figure import on_map
from ffnet.figures.saving import blank_figure, save_figure
from ffnet.geometry.mesh import vertex_normals
from ffnet.geometry.raycast import cast_view, interpolate, view_texture
from ffnet.geometry.shading import shade
from ffnet.normals.depth import normals_from_depth
from ffnet.scans.pose import EYE_CORNERS, NOSE_TIP, landmarks_in_space

PANEL, GAP, CAPTION, TITLE = 2.1, 0.14, 0.42, 0.34  # inches
DPI, VIEW = 160, 320
YELLOW, ORANGE, BLUE = "#ffe119", "#f4511e", "#1e88e5"
NOTE = "synthetic face"


def draw_all(walk, config, folder):
    """Writes all pictures of a Walk into a folder."""
    for name, figure in (
        ("raw", raw_figure(walk)),
        ("frontal", frontal_figure(walk, config)),
        ("maps", maps_figure(walk)),
        ("normals", normals_figure(walk)),
        ("masks", masks_figure(walk)),
        ("shard", shard_figure(walk)),
    ):
        with matplotlib.rc_context({"font.size": 9}):
            save_figure(figure, [folder / f"{name}.png"], DPI)


def panels(captions, title, columns=3, margin=0.0):
    """A Figure of square panels in lines of so many columns, captions below each, and its Axes. margin: inches more on
    the right."""
    lines = -(-len(captions) // columns)
    width = columns * PANEL + (columns + 1) * GAP + margin
    height = TITLE + lines * (PANEL + CAPTION)
    figure, axes = blank_figure(width, height), []
    for place, caption in enumerate(captions):
        line, column = divmod(place, columns)
        left, low = GAP + column * (PANEL + GAP), CAPTION + (lines - 1 - line) * (PANEL + CAPTION)
        axes.append(figure.add_axes((left / width, low / height, PANEL / width, PANEL / height)))
        axes[-1].set_axis_off()
        middle = (left + PANEL / 2) / width
        figure.text(middle, (low - 0.07) / height, caption, ha="center", va="top", fontsize=9)
    figure.text((width - margin) / 2 / width, 1 - 0.1 / height, f"{title} ({NOTE})", ha="center", va="top", fontsize=10)
    return figure, axes


def raw_figure(walk):
    """The photo, the points of the range image, and the mesh from two sides."""
    mesh = walk.raw
    names = ["photo", "measured points", "mesh, shaded", "mesh from the side"]
    figure, (photo, points, front, side) = panels(names, "The raw files", columns=2)
    photo.imshow(mesh.texture)
    middle, half = np.median(mesh.vertices, axis=0), np.ptp(mesh.vertices, axis=0)[:2].max() * 0.53
    x, y, z = (mesh.vertices - middle).T
    points.scatter(x, y, c=z, s=0.7, cmap="viridis", linewidths=0)
    points.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
    front.imshow(grey_view(mesh, np.eye(3), half))
    side.imshow(grey_view(mesh, rotation_xyz((0.0, -55.0, 0.0)), half))
    return figure


def frontal_figure(walk, config):
    """The scan as recorded with its landmarks, and turned to the camera with the square of its maps."""
    names = ["as scanned, with landmarks", "turned, with the square of the maps", "this square"]
    figure, (before, after, cut) = panels(names, "Turned to the camera and cropped")
    extent = config.scans.pose.view_extent * 0.82
    landmarks, _ = landmarks_in_space(walk.raw, config.scans.pose)
    middle = np.median(walk.raw.vertices, axis=0)
    before.imshow(lit_view(walk.raw, middle[:2], extent, VIEW))
    dots(before, (landmarks[:, :2] - middle[:2]) / extent)
    turned = walk.raw._replace(vertices=(walk.raw.vertices - walk.pose.nose_tip) @ walk.pose.rotation.T)
    center, side = walk.frontal.center, walk.frontal.extent
    after.imshow(lit_view(turned, center, extent, VIEW))
    place = (landmarks - walk.pose.nose_tip) @ walk.pose.rotation.T
    dots(after, (place[[*EYE_CORNERS, NOSE_TIP], :2] - center) / extent, size=5)
    edge = VIEW / 2 * (1 + np.array([-1, 1, 1, -1, -1]) * side / extent)
    after.plot(edge, np.roll(edge, 1)[[0, 1, 2, 3, 0]], color=YELLOW, linewidth=1.6)
    cut.imshow(lit_view(turned, center, side, VIEW))
    return figure


def maps_figure(walk):
    """The depth before and after cleaning as lit relief, outliers and holes, and the texture before and after."""
    names = ["depth as projected, lit", "outliers orange, holes blue", "depth cleaned, lit"]
    names += ["depth map: yellow is near", "texture as projected", "texture map"]
    figure, (before, found, after, depth, bare, texture) = panels(names, "Maps of 112 x 112 pixels")
    projection, maps, spacing = walk.projection, walk.maps, walk.maps["spacing"][0]
    before.imshow(relief(projection.depth, spacing))
    marks = np.where(projection.face, 0.86, 1.0)[..., None].repeat(3, axis=2)
    marks[projection.face & np.isnan(projection.depth)] = matplotlib.colors.to_rgb(BLUE)
    marks[walk.outliers] = matplotlib.colors.to_rgb(ORANGE)
    found.imshow(marks, interpolation="nearest")
    after.imshow(relief(maps["depth"][0], spacing))
    bare.imshow(np.nan_to_num(projection.texture, nan=255) / 255, interpolation="nearest")
    depth.imshow(maps["depth"][0], cmap="viridis", interpolation="nearest")
    texture.imshow(np.where(projection.face[..., None], maps["texture"][0], 255), interpolation="nearest")
    return figure


def normals_figure(walk):
    """The three components, and all of them as one picture."""
    names = ["x: red is right", "y: red is up", "z: white is to the camera", "x, y, z as red, green, blue"]
    figure, axes = panels(names, "Normals", columns=2)
    normals = walk.normals["normals"][0]
    kinds = ("RdBu_r", -1), ("RdBu_r", -1), ("gray", 0)
    for component, (colours, least) in enumerate(kinds):
        axes[component].imshow(normals[..., component], cmap=colours, vmin=least, vmax=1, interpolation="nearest")
    colours = np.where(np.isnan(normals), 1, (normals + 1) / 2)
    axes[3].imshow(np.clip(colours, 0, 1), interpolation="nearest")
    return figure


def masks_figure(walk):
    """The 51 landmarks on the texture, and both masks with the values of their weights."""
    names = ["51 landmarks", "mask-1, 56 x 56", "mask-2, 28 x 28"]
    figure, (texture, first, second) = panels(names, "Landmarks and masks", margin=0.55)
    face = walk.projection.face[..., None]
    texture.imshow(np.where(face, walk.maps["texture"][0], 255), interpolation="nearest")
    landmarks = on_map(walk.masks["landmarks"][0], walk.masks["mask1"].shape[1], len(face))
    texture.plot(*landmarks.T, "o", markersize=2.6, color=YELLOW, markeredgecolor="black", markeredgewidth=0.4)
    steps = (0, 0.6, 0.7, 0.8, 0.9, 1.0)
    colours = ListedColormap(["#20232a", *matplotlib.colormaps["YlOrRd_r"](np.linspace(0.15, 0.85, 5))])
    for where, name in ((first, "mask1"), (second, "mask2")):
        levels = np.searchsorted(np.array(steps) - 0.05, walk.masks[name][0]) - 1
        picture = where.imshow(levels, cmap=colours, vmin=-0.5, vmax=5.5, interpolation="nearest")
    width, height = figure.get_size_inches()
    place = ((3 * (PANEL + GAP) + 0.14) / width, CAPTION / height, 0.13 / width, PANEL / height)
    bar = figure.colorbar(picture, cax=figure.add_axes(place), ticks=range(6))
    bar.ax.set_yticklabels([f"{step:g}" for step in steps], fontsize=8)
    return figure


def shard_figure(walk):
    """The seven channels that the networks get, and the masks."""
    names = ["depth", "normal x", "normal y", "normal z", "red", "green", "blue", "mask-1", "mask-2"]
    figure, axes = panels(names, "Seven channels and two masks, as stored")
    shard = walk.shard
    colours = np.concatenate([shard["normals"][0], shard["texture"][0]], axis=2)
    pictures = [(shard["depth"][0], 0), *((channel, -1) for channel in np.moveaxis(colours, 2, 0))]
    pictures += [(shard["mask1"][0], 0), (shard["mask2"][0], 0)]
    for where, (picture, black) in zip(axes, pictures, strict=True):
        where.imshow(picture, cmap="gray", vmin=black, vmax=1, interpolation="nearest")
    return figure


def grey_view(mesh, turn, half):
    """A mesh without its texture, lit, from a side: (VIEW, VIEW) grey in [0, 1], white off it. half: mm shown to
    either side of the middle."""
    vertices = (mesh.vertices - np.median(mesh.vertices, axis=0)) @ turn.T
    hits, _ = cast_view(vertices, mesh.triangles, (0.0, 0.0), 2 * half, VIEW)
    normals = interpolate(vertex_normals(vertices, mesh.triangles)[mesh.triangles], hits)
    grey = np.where(np.isnan(normals[..., 0]), 1, np.clip(shade(normals) * 0.95, 0, 1))
    return grey[..., None].repeat(3, axis=2)


def lit_view(mesh, center, extent, size):
    """A mesh with its texture, lit, on a square: (size, size, 3) in [0, 1], white off it."""
    hits, _ = cast_view(mesh.vertices, mesh.triangles, center, extent, size)
    normals = interpolate(vertex_normals(mesh.vertices, mesh.triangles)[mesh.triangles], hits)
    lit = np.clip(view_texture(mesh, hits) / 255 * shade(normals)[..., None] * 1.15, 0, 1)
    return np.where(np.isnan(lit), 1, lit)


def relief(depth, spacing):
    """A depth map (S, S) as a lit surface (S, S, 3), white where nothing is known."""
    normals = normals_from_depth(np.asarray(depth, float), spacing)
    grey = np.where(np.isnan(normals[..., 0]), 1, np.clip(shade(normals) * 0.95, 0, 1))
    return grey[..., None].repeat(3, axis=2)


def dots(axes, places, size=2.6):
    """Landmarks on a view; places (N, 2) as shares of its side from its middle, y upwards."""
    x, y = VIEW / 2 * (1 + 2 * places[:, 0]), VIEW / 2 * (1 - 2 * places[:, 1])
    axes.plot(x, y, "o", markersize=size, color=YELLOW, markeredgecolor="black", markeredgewidth=0.4)
