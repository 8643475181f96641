"""Random damage to a valid file, for the readers of every format; and generated faces whose pose is known."""

import pathlib
import time
import zlib
from typing import NamedTuple

import numpy as np
import pytest
import yaml
from scipy.spatial.transform import Rotation

from ffnet.demo import bosphorus_files, bu3dfe_files, roster
from ffnet.demo.makehuman import read_head
from ffnet.demo.model import build_model
from ffnet.demo.settings import DemoSettings
from ffnet.demo.studio import pose_head, prepare, rotation_xyz
from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.formats.bosphorus import read_bosphorus
from ffnet.scans.formats.bu3dfe import read_bu3dfe
from ffnet.scans.pose import NOSE_TIP
from ffnet.scans.settings import PoseSettings
from ffnet.settings import read_settings

SECONDS = 5  # of the processor at most, for one file
INSERTED = (
    *(b"0", b"-1", b" 65536 ", b" 4294967295 ", b"99999999999999999999", b"nan", b"inf", b"1e308", b"-1e-308"),
    *(b".", b"-", b"[", b"]", b"{", b"}", b"#", b'"', b"\\", b",", b"\n", b"\r", b"\0", b"\xff", b"\xff" * 8),
)


def damage(data, random):
    """One to three of: bytes changed, a bit flipped, the end cut, a piece doubled, dropped, inserted, words swapped."""
    for _ in range(random.integers(1, 4)):
        if len(data) < 4:
            break
        low, high = sorted(random.integers(0, len(data), 2))
        kind = random.integers(7)
        if kind == 0:
            data = data[:low] + random.bytes(min(8, high - low)) + data[low + min(8, high - low) :]
        elif kind == 1:
            data = data[:low] + bytes([data[low] ^ 1 << random.integers(8)]) + data[low + 1 :]
        elif kind == 2:
            data = data[:high]
        elif kind == 3:
            data = data[:high] + data[low:]
        elif kind == 4:
            data = data[:low] + data[low + random.integers(1, 40) :]
        elif kind == 5:
            data = data[:low] + INSERTED[random.integers(len(INSERTED))] + data[low:]
        else:
            words = data.split(b" ")
            first, second = random.integers(0, len(words), 2)
            words[first], words[second] = words[second], words[first]
            data = b" ".join(words)
    return data


@pytest.fixture
def read_damaged(tmp_path):
    """A function: damages a file `count` times. Nothing but ScanError may come out, which names a file of the folder.

    name: of the file. valid: its bytes. read: its reader. check: of what is read where the file still can be. others:
    name -> bytes of what lies beside it. least_refused: share of the damaged files that at least must be refused.
    """

    def run(name, valid, read, check, count, others=None, least_refused=0.25):
        path = tmp_path / name
        for other, content in (others or {}).items():
            (tmp_path / other).write_bytes(content)
        path.write_bytes(valid)
        check(read(path))  # the valid file is one
        random = np.random.default_rng([zlib.crc32(name.encode()), count])
        refused, longest = 0, 0.0
        for _ in range(count):
            path.write_bytes(damage(valid, random))
            start = time.process_time()
            try:
                got = read(path)
            except ScanError as error:
                refused += 1
                assert str(error).startswith(f"{path}: " if not others else f"{tmp_path}/"), str(error)
                assert len(str(error)) < len(str(path)) + 400
            else:
                check(got)
            longest = max(longest, time.process_time() - start)
        print(f"{name}: {count} damaged files, {refused} refused, {longest:.2f} s of the processor at most")
        assert longest < SECONDS and refused > least_refused * count

    return run


class Known(NamedTuple):
    """A scan read from its files, and the truth: landmarks (68, 3) in the file's coordinates, frontal (3, 3) the
    rotation that turns the face to the camera; path of the mesh, beside which its landmark files lie."""

    mesh: Mesh
    landmarks: np.ndarray
    frontal: np.ndarray
    path: pathlib.Path

    def turned(self, rotation, shift=(0.0, 0.0, 0.0)):
        """The same after a further turn and shift; its files stay as they are."""
        mesh = self.mesh._replace(vertices=self.mesh.vertices @ rotation.T + shift)
        return self._replace(
            mesh=mesh, landmarks=self.landmarks @ rotation.T + shift, frontal=self.frontal @ rotation.T
        )

    def errors(self, pose):
        """How far, in degrees, a Pose is from the truth, and its nose tip, in mm."""
        remaining = Rotation.from_matrix(pose.rotation @ self.frontal.T).magnitude()
        return np.degrees(remaining), np.linalg.norm(pose.nose_tip - self.landmarks[NOSE_TIP])


@pytest.fixture(scope="session")
def settings(request):
    section = yaml.safe_load((request.config.rootpath / "config.yaml").read_text())["scans"]["pose"]
    return read_settings(PoseSettings, section, "config.yaml: scans.pose")


@pytest.fixture(scope="session")
def known_scans(request, tmp_path_factory):
    """A function that makes Known scans, a few of each person: known_scans(seed, layout, numbers, scans)."""
    demo = yaml.safe_load((request.config.rootpath / "config.yaml").read_text())["demo"]
    model = build_model(read_head())

    def make(seed, layout, numbers, scans):
        settings = read_settings(DemoSettings, demo | {"seed": seed, "subjects": max(numbers) + 1}, "demo")
        people = roster.list_subjects(settings, layout)
        for subject in (people[number] for number in numbers):
            sitter, planned = prepare(model, subject, settings), roster.list_scans(settings, subject)
            random = np.random.default_rng([seed, subject.number])
            for number in random.choice(len(planned), scans, replace=False):
                posed = pose_head(sitter, planned[number], settings, random)
                folder = tmp_path_factory.mktemp("scan")
                path, mesh = _scan_and_read(folder, layout, sitter, posed, settings, random)
                yield Known(mesh, posed.landmarks, rotation_xyz(posed.degrees).T, path)

    return make


def _scan_and_read(folder, layout, sitter, posed, settings, random):
    if layout == "bu3dfe":
        face, numbers, _ = bu3dfe_files.scan_face(sitter, posed, settings, random)
        bu3dfe_files.write_wrl(f"{folder}/a.wrl", face, style=0)
        bu3dfe_files.write_bnd(f"{folder}/a.bnd", face, numbers)
        bu3dfe_files.write_picture(f"{folder}/a.bmp", face.texture)
        return folder / "a.wrl", read_bu3dfe(f"{folder}/a.wrl", f"{folder}/a.bmp")
    planes, picture, _ = bosphorus_files.scan_range(sitter, posed, settings, random)
    labelled = bosphorus_files.draw_labels(posed.landmarks, 0, np.random.default_rng(0))
    places = {label: bosphorus_files.photo_share(point) * picture.shape[1::-1] for label, point in labelled.items()}
    bosphorus_files.write_bnt(f"{folder}/a.bnt", planes, "a.png", only_depth=True)
    bosphorus_files.write_lm3(f"{folder}/a.lm3", labelled, "a", "\n")
    bosphorus_files.write_lm2(f"{folder}/a.lm2", places, "\n")
    bu3dfe_files.write_picture(f"{folder}/a.png", picture)
    return folder / "a.bnt", read_bosphorus(f"{folder}/a.bnt", f"{folder}/a.png", longest_edge=12.0)


@pytest.fixture(scope="session")
def known(known_scans):
    return next(known_scans(5, "bu3dfe", [0], 1))
