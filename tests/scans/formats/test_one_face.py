"""One face in every format, written by hand, by trimesh and by open3d: it is the same face."""

import numpy as np
import pytest
import yaml
from scipy import ndimage

from ffnet.geometry.mesh import Mesh
from ffnet.geometry.raycast import import_open3d
from ffnet.maps.settings import MapSettings
from ffnet.maps.shard import project_maps
from ffnet.masks.settings import MaskSettings
from ffnet.masks.shard import make_masks
from ffnet.normals.shard import compute_normals
from ffnet.scans.formats.readers import read_scan
from ffnet.scans.load import load_scan
from ffnet.scans.settings import ScanSettings
from ffnet.scans.shard import pack_scan, scan_columns
from ffnet.settings import read_settings
from ffnet.workflow.provenance import ROOT
from tests.scans.mesh_writers import (
    draco_glb,
    encoded,
    glb_of,
    shared_corners,
    write_obj,
    write_off,
    write_ply,
    write_stl,
    write_wrl,
    wrl_text,
)

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
SCANS = CONFIG["scans"] | {"pose": CONFIG["scans"]["pose"] | {"landmarks": "files"}}
SETTINGS = read_settings(ScanSettings, SCANS, "scans")


def grey(mesh):
    return np.repeat(mesh.texture.mean(axis=2, keepdims=True).round().astype(np.uint8), 3, axis=2)


def by_hand(path, mesh, variant):
    if variant in ("obj", "obj with normals"):
        write_obj(path, mesh, normals=variant != "obj")
    elif variant.endswith("ply"):
        write_ply(path, mesh, {"t": "ascii", "b": "binary_little_endian", "B": "binary_big_endian"}[variant[0]])
    elif variant.endswith("stl"):
        write_stl(path, mesh, text=variant == "text stl")
    elif variant == "off":
        write_off(path, mesh)
    elif variant == "wrl":
        write_wrl(path, mesh)
    elif variant == "bare wrl":
        path.write_text(wrl_text(mesh, "solid FALSE"))
    else:
        path.write_bytes(some_glb(mesh, variant).bytes())


def some_glb(mesh, variant):
    if variant == "jpg glb":
        return glb_of(mesh, encoded(mesh.texture, "JPEG", quality=95), "image/jpeg")
    if variant == "grey glb":
        return glb_of(mesh, encoded(grey(mesh)[..., 0], "PNG"))
    if variant == "node glb":
        half = {"rotation": [0, 0, np.sqrt(0.5), np.sqrt(0.5)], "translation": [5, -7, 9], "scale": [2, 2, 2]}
        back = (mesh.vertices - [5, -7, 9]) / 2 @ [[0, -1.0, 0], [1, 0, 0], [0, 0, 1]]
        return glb_of(mesh._replace(vertices=back), node=half)
    if variant == "draco glb":
        pytest.importorskip("DracoPy")
        return draco_glb(mesh)
    glb = glb_of(mesh, quantise=variant == "quantised glb")
    if variant == "two sets glb":
        primitive = glb.model["meshes"][0]["primitives"][0]
        primitive["attributes"]["TEXCOORD_1"] = primitive["attributes"]["TEXCOORD_0"]
        primitive["attributes"]["TEXCOORD_0"] = glb.add(np.zeros((len(shared_corners(mesh)[0]), 2), "<f4"))
        glb.model["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]["texCoord"] = 1
    return glb


def by_trimesh(path, mesh, variant):
    import trimesh
    from PIL import Image

    vertices, uv, triangles = shared_corners(mesh)
    visual = trimesh.visual.TextureVisuals(uv=uv, image=Image.fromarray(mesh.texture))
    if variant in ("stl", "off"):
        visual = None
    trimesh.Trimesh(vertices, triangles, visual=visual, process=False).export(path)


def by_open3d(path, mesh, variant):
    open3d = import_open3d()
    tensor, core = open3d.t.geometry.TriangleMesh, open3d.core.Tensor
    made = tensor(core(mesh.vertices), core(mesh.triangles))
    if variant == "glb":
        made.triangle.texture_uvs = core(mesh.uv.astype(np.float32))
        made.material.set_default_properties()
        made.material.material_name = "defaultLit"
        made.material.texture_maps["albedo"] = open3d.t.geometry.Image(core(mesh.texture))
        open3d.t.io.write_triangle_mesh(str(path), made)
        return
    legacy = made.to_legacy()
    if variant == "obj":
        legacy.triangle_uvs = open3d.utility.Vector2dVector(mesh.uv.reshape(-1, 2))
        legacy.triangle_material_ids = open3d.utility.IntVector([0] * len(mesh.triangles))
        legacy.textures = [open3d.geometry.Image(np.ascontiguousarray(mesh.texture[::-1]))]
    legacy.compute_triangle_normals()
    open3d.io.write_triangle_mesh(str(path), legacy)


HAND = [
    "obj",
    "obj with normals",
    "text ply",
    "binary ply",
    "Big ply",
    "png glb",
    "jpg glb",
    "grey glb",
    "two sets glb",
]
HAND += ["node glb", "quantised glb", "draco glb", "text stl", "binary stl", "off", "wrl", "bare wrl"]
VARIANTS = [(by_hand, name) for name in HAND]
VARIANTS += [(by_trimesh, name) for name in ("obj", "ply", "glb", "stl", "off")]
VARIANTS += [(by_open3d, name) for name in ("obj", "ply", "glb", "stl", "off")]
BARE = ("stl", "off", "text stl", "binary stl", "bare wrl")


@pytest.fixture(scope="module")
def face(known):
    """The face as float32 numbers, which all formats can hold, each vertex once."""
    mesh = known.mesh
    used, triangles = np.unique(mesh.triangles, return_inverse=True)
    return Mesh(mesh.vertices[used].astype("<f4").astype(float), triangles.reshape(-1, 3), mesh.uv, mesh.texture)


def written(folder, face, write, variant):
    path = folder / f"face.{variant.split()[-1] if variant != 'obj with normals' else 'obj'}"
    write(path, face, variant)
    return path


def textured(write, variant):
    return variant not in BARE and (write, variant) not in [(by_open3d, "ply"), (by_trimesh, "ply")]


@pytest.mark.parametrize(("write", "variant"), VARIANTS)
def test_vertices_are_joined_and_triangles_keep_their_places_and_coordinates(write, variant, face, tmp_path):
    scan = read_scan(str(written(tmp_path, face, write, variant)), "", SETTINGS, "mm")
    mesh, steps = scan.mesh, {"quantised glb": 65535, "draco glb": 2**20}.get(variant)
    loss = np.ptp(face.vertices) / steps if steps else 2e-5
    assert len(mesh.vertices) == len(face.vertices) and len(mesh.triangles) == len(face.triangles)
    splits = 1 if "draco" in variant else 0  # a vertex at which the surface touches itself
    shared = len(shared_corners(face)[0])
    assert scan.vertices in (len(face.vertices), shared, shared + splits, 3 * len(face.triangles))
    order = [np.lexsort(np.round(one.vertices[one.triangles].mean(axis=1), 1).T) for one in (mesh, face)]
    middles = [
        one.vertices[one.triangles].mean(axis=1)[places] for one, places in zip((mesh, face), order, strict=True)
    ]
    np.testing.assert_allclose(np.sort(middles[0], axis=0), np.sort(middles[1], axis=0), atol=loss)
    if textured(write, variant):
        assert mesh.texture.shape == face.texture.shape
        by_place = [np.sort(one.uv.mean(axis=1), axis=0) for one in (mesh, face)]
        np.testing.assert_allclose(*by_place, atol=2e-5)


@pytest.fixture(scope="module")
def maps_of(known):
    def make(path, texture=""):
        scan = load_scan(str(path), texture, str(known.path.with_suffix(".bnd")), "mm", SETTINGS)
        assert scan.route == "files"
        named = {"scan": np.array(["a"]), "subject": np.array([""]), "label": np.array([0]), "intensity": np.array([1])}
        columns = named | scan_columns([pack_scan(scan)])
        maps, rejected = project_maps(columns, "gridfit", read_settings(MapSettings, CONFIG["maps"], "maps"))
        masks, refused = make_masks(maps, read_settings(MaskSettings, CONFIG["masks"], "masks"))
        assert rejected == refused == []
        return maps, compute_normals(maps)["normals"][0], masks

    return make


@pytest.fixture(scope="module")
def wanted(known, maps_of):
    return maps_of(known.path, str(known.path.with_suffix(".bmp")))


@pytest.mark.slow
@pytest.mark.parametrize(("write", "variant"), VARIANTS)
def test_depth_normals_and_masks_are_those_of_the_native_file(write, variant, face, tmp_path, maps_of, wanted):
    maps, normals, masks = maps_of(written(tmp_path, face, write, variant))
    (native, native_normals, native_masks), depth = wanted, maps["depth"][0]
    on = np.isfinite(depth)
    assert (on == np.isfinite(native["depth"][0])).mean() > 0.999
    on &= np.isfinite(native["depth"][0])
    apart = np.where(on, np.abs(depth - native["depth"][0]), 0)
    assert apart[ndimage.binary_erosion(on, iterations=3)].max() < 0.1
    assert apart.max() < 0.5  # where the mesh ends a vertex more or less shows
    cosine = np.clip((normals * native_normals).sum(axis=-1)[on], -1, 1)
    assert np.degrees(np.arccos(cosine)).max() < 0.5
    if not textured(write, variant):
        assert (maps["texture"][0][on] == 160).all()
        return
    expected = native["texture"][0].astype(float)
    if variant == "grey glb":
        expected = np.repeat(expected.mean(axis=2, keepdims=True), 3, axis=2)
    lossy = 6 if variant in ("jpg glb", "quantised glb") else 2
    assert np.abs(maps["texture"][0] - expected)[on].mean() < lossy / 4
    assert np.percentile(np.abs(maps["texture"][0] - expected)[on], 99) < 3 * lossy
    if variant not in ("jpg glb", "grey glb", "quantised glb"):
        np.testing.assert_array_equal(masks["mask1"], native_masks["mask1"])
    assert np.abs(masks["landmarks"] - native_masks["landmarks"]).mean() < 1
