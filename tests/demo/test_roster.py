"""The plan of the demo collection: names from settings alone."""

import dataclasses
import pathlib
import re
import subprocess
import sys

import pytest

from ffnet.demo import roster


@pytest.mark.parametrize("layout", roster.LAYOUTS)
def test_the_first_subjects_stay_as_they_are_when_more_are_asked_for(settings, layout):
    few = roster.list_subjects(dataclasses.replace(settings, subjects=12), layout)
    many = roster.list_subjects(dataclasses.replace(settings, subjects=100), layout)
    assert many[: len(few)] == few
    assert len({subject.name for subject in many}) == 100


def test_names_follow_bu3dfe(settings):
    files = roster.collection_files(settings, "bu3dfe")
    pattern = r"/bu3dfe/([FM]\d{4})/\1_(AN|DI|FE|HA|SA|SU|NE)0[0-4](WH|BL|LA|AE|AM|IN)_F3D\.(wrl|bmp|bnd)"
    assert all(re.fullmatch(pattern, file) for file in files)
    assert len(files) == 2 * 7 * 3 == len(set(files))
    assert {file.split("/")[2] for file in files} == {"F0001", "M0001"}


def test_names_follow_bosphorus(settings):
    settings = dataclasses.replace(settings, takes=2)
    files = roster.subject_files_of(settings, roster.find_subject(settings, "bosphorus", "bs001"))
    assert "/bosphorus/bs001/bs001_N_N_0.bnt" in files and "/bosphorus/bs001/bs001_E_HAPPY_1.lm3" in files
    assert len(files) == 13 * 4


def test_every_ethnicity_occurs_about_as_often_as_its_share(settings):
    many = roster.list_subjects(dataclasses.replace(settings, subjects=3000), "bu3dfe")
    for code, share in zip(roster.ETHNICITIES, roster.ETHNICITY_SHARES, strict=True):
        assert sum(subject.ethnicity == code for subject in many) / 3000 == pytest.approx(share, abs=0.03)


def test_the_plan_imports_nothing_heavy():
    code = "import sys, ffnet.demo.roster, ffnet.demo.settings; print(*sys.modules)"
    root = pathlib.Path(roster.__file__).parents[2]
    loaded = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert not {"numpy", "cv2", "scipy", "open3d", "pandas"} & set(loaded.split())
