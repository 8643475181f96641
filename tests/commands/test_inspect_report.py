import numpy as np
import pytest

from ffnet.commands.inspect_report import ScanReport, measured_report, named_report, posed_report
from ffnet.geometry.mesh import Mesh
from ffnet.scans.formats.scan_file import ScanFile
from ffnet.scans.load import FrontalScan


def plane(extent, texture_size=(200, 200), loose=0):
    """A mesh of four used corners that spans the extent (x, y, z), and some vertices in no triangle."""
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 1], [0, 1, 0.5]] + [[0.5, 0.5, 0.5]] * loose) * extent
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    return Mesh(vertices, triangles, np.zeros((2, 3, 2)), np.zeros((*texture_size, 3), np.uint8))


@pytest.mark.parametrize(
    ("mesh", "warning"),
    [
        (plane((150, 200, 90)), None),
        (plane((150, 400, 90)), "400 mm across"),
        (plane((90, 100, 50)), "100 mm across"),
        (plane((150, 200, 10)), "only 10 mm deep"),
        (plane((150, 200, 90), texture_size=(111, 300)), "smaller than the maps made from it (112 x 112 pixels)"),
        (plane((150, 200, 90), texture_size=(112, 300)), None),
        (plane((150, 200, 90), loose=1), "20% of the vertices belong to no triangle"),
    ],
)
def test_odd_sizes_are_warned_of(mesh, warning):
    report = measured_report(ScanReport("x.wrl"), ScanFile(mesh, len(mesh.vertices)), 112)
    assert len(report.warnings) == (warning is not None)
    assert warning is None or warning in report.warnings[0]
    assert report.texture == [mesh.texture.shape[1], mesh.texture.shape[0]] and report.triangles == 2


def test_a_large_rotation_and_a_face_found_by_shape_alone_are_warned_of():
    scan = FrontalScan(None, np.zeros(2), 150.0, 12.345, "texture", np.array([1.0, 2.0, 3.0]), ())
    report = ScanReport("x")
    assert posed_report(report, scan).warnings == () and posed_report(report, scan).rotation_deg == 12.35
    assert "by its shape alone" in posed_report(report, scan._replace(route="shape")).warnings[0]
    unused = posed_report(report, scan._replace(notes=("a.bnd: is empty",))).warnings
    assert unused == ("a.bnd: is empty",)
    assert "turned by 25 degrees" in posed_report(report, scan._replace(rotation_degrees=25.0)).warnings[0]


def test_file_names_give_subject_and_expression_or_a_warning_that_they_do_not():
    neutral = named_report("d/F0001_NE00WH_F3D.WRL")
    assert (neutral.subject, neutral.expression, neutral.intensity, neutral.format) == ("F0001", "neutral", 0, "wrl")
    assert neutral.warnings == ()
    frame = named_report("BU4DFE/F001/Angry/007.wrl")
    assert (frame.subject, frame.expression, frame.warnings) == ("F001", "anger", ())
    assert named_report("anna.abs.gz").format == "abs.gz" and named_report("anna").format is None
    assert "no subject and expression" in named_report("anna.obj").warnings[0]
