"""Reading a mesh of 18,000 vertices: ours, a plain Python reader, and two libraries on the same mesh as OBJ.

    python benchmarks/bench_reading.py

Then the largest meshes of other tools' formats, 700,000 triangles each: seconds of the processor and peak memory of a
process that reads one, the process that decodes it included.

The same vertices, texture coordinates and triangles, written with the same digits. Ours reads the .wrl and a texture of
4 x 4 pixels; the others read no texture at all. Each runs in turn, round after round; the best and the median round
count. The libraries cannot read VRML, and an OBJ is the smaller file: its indices are not separated by -1.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import cv2
import numpy as np
import trimesh
from PIL import Image
from rounds import print_times, time_in_turn

from ffnet.geometry.raycast import import_open3d
from ffnet.scans.formats.bu3dfe import read_bu3dfe

ROUNDS = 15
OURS = "ffnet read_bu3dfe, .wrl"
ROWS, COLUMNS = 150, 120
LARGEST = (592, 592)  # rows and columns of 700,000 triangles
READ = """import sys
from ffnet.scans.formats.meshfiles import read_meshfile
from ffnet.scans.formats.ply import read_ply
(read_ply if sys.argv[1].endswith("ply") else read_meshfile)(sys.argv[1], "")"""


def make_mesh(rows=ROWS, columns=COLUMNS):
    """Vertices (rows * columns, 3) in mm, texture coordinates for each, and triangles between them (M, 3)."""
    random = np.random.default_rng(0)
    y, x = np.meshgrid(np.linspace(-90, 90, rows), np.linspace(-70, 70, columns), indexing="ij")
    z = 100 - (x**2 + y**2) / 90 + random.normal(0, 0.2, x.shape)
    vertices = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    places = np.stack([(x + 70) / 140, (y + 90) / 180], axis=-1).reshape(-1, 2)
    corner = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (part.ravel() for part in (corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]))
    return vertices, places, np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def write_wrl(path, vertices, places, triangles):
    """As BU-3DFE writes: one vertex or polygon a line."""
    points, texture_points = (
        ",\n".join(" ".join(f"{value:.{digits}f}" for value in row) for row in rows)
        for rows, digits in ((vertices, 4), (places, 6))
    )
    polygons = ",\n".join(f"{a}, {b}, {c}, -1" for a, b, c in triangles)
    path.write_text(
        "#VRML V2.0 utf8\nShape { geometry IndexedFaceSet {\n"
        f"coord Coordinate {{ point [\n{points}\n] }}\ncoordIndex [\n{polygons}\n]\n"
        f"texCoord TextureCoordinate {{ point [\n{texture_points}\n] }}\ntexCoordIndex [\n{polygons}\n] }} }}\n"
    )


def write_obj(path, vertices, places, triangles):
    lines = [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in vertices]
    lines += [f"vt {u:.6f} {v:.6f}" for u, v in places]
    lines += ["f " + " ".join(f"{corner}/{corner}" for corner in row) for row in triangles + 1]
    path.write_text("\n".join(lines) + "\n")


def read_plainly(path):
    """Split and float: what one writes first. Vertices, triangles and texture coordinates of the corners."""
    with open(path) as file:
        text = file.read()
    blocks = []
    for part in text.split("[")[1:]:
        blocks.append(part.split("]")[0].replace(",", " ").split())
    points, polygons, places, corners = blocks
    vertices = np.array([float(word) for word in points]).reshape(-1, 3)
    places = np.array([float(word) for word in places]).reshape(-1, 2)
    triangles, texture_triangles = [], []
    for words, found in ((polygons, triangles), (corners, texture_triangles)):
        polygon = []
        for word in words:
            corner = int(word)
            if corner >= 0:
                polygon.append(corner)
                continue
            for nth in range(1, len(polygon) - 1):
                found.append((polygon[0], polygon[nth], polygon[nth + 1]))
            polygon = []
    return vertices, np.array(triangles), places[np.array(texture_triangles)]


def readers(wrl, obj, texture):
    """{name: function without arguments that gives vertices and triangles}"""
    found = {
        OURS: lambda: read_bu3dfe(wrl, texture)[:3],
        "plain Python, .wrl": lambda: read_plainly(wrl),
    }
    open3d = import_open3d()

    def by_open3d():
        mesh = open3d.io.read_triangle_mesh(str(obj))
        return np.asarray(mesh.vertices), np.asarray(mesh.triangles), np.asarray(mesh.triangle_uvs)

    found["open3d, .obj"] = by_open3d

    def by_trimesh():
        mesh = trimesh.load_mesh(obj, process=False)
        return mesh.vertices, mesh.faces, mesh.visual.uv

    found["trimesh, .obj"] = by_trimesh
    return found


def cost_of_reading(path):
    """Seconds of the processor and MiB at most of a process that reads a file, its own children included."""
    process = subprocess.Popen([sys.executable, "-c", READ, str(path)])
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, path
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def largest(folder):
    """Prints what reading each format costs, and what starting Python and the readers does."""
    vertices, places, triangles = make_mesh(*LARGEST)
    print(f"\n{len(vertices)} vertices, {len(triangles)} triangles:")
    visual = trimesh.visual.TextureVisuals(uv=places, image=Image.new("RGB", (64, 64)))
    mesh = trimesh.Trimesh(vertices, triangles, process=False)
    write_obj(folder / "largest.obj", vertices, places, triangles)
    trimesh.Trimesh(vertices, triangles, visual=visual, process=False).export(folder / "largest.glb")
    for suffix in ("ply", "stl", "off"):
        mesh.export(folder / f"largest.{suffix}")
    write_obj(folder / "nothing.obj", *make_mesh(2, 2))
    for path in sorted(folder.glob("*.*"), key=os.path.getsize):
        seconds, most = cost_of_reading(path)
        print(f"{path.name:>12} {path.stat().st_size / 1e6:6.1f} MB: {seconds:5.1f} s, {most:5.0f} MiB")


def main():
    with tempfile.TemporaryDirectory() as folder:
        wrl, obj, texture = (pathlib.Path(folder) / name for name in ("mesh.wrl", "mesh.obj", "texture.png"))
        mesh = make_mesh()
        write_wrl(wrl, *mesh)
        write_obj(obj, *mesh)
        cv2.imwrite(str(texture), np.zeros((4, 4, 3), np.uint8))
        print(f"{len(mesh[0])} vertices, {len(mesh[2])} triangles", end="; ")
        print(f".wrl {wrl.stat().st_size / 1e6:.2f} MB, .obj {obj.stat().st_size / 1e6:.2f} MB; {ROUNDS} rounds")
        found = readers(wrl, obj, texture)
        for name, read in found.items():
            vertices, triangles = read()[:2]
            assert np.abs(vertices[triangles] - mesh[0][mesh[2]]).max() < 1e-4, name  # libraries renumber vertices
        print_times(time_in_turn(found, ROUNDS), OURS)
    with tempfile.TemporaryDirectory() as folder:
        largest(pathlib.Path(folder))


if __name__ == "__main__":
    main()
