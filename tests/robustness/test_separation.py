"""A scan that a network was trained on is not new to it, whatever its name."""

import pytest

from ffnet.errors import InputError
from ffnet.results.audit.leakage import ScanHash, hash_text
from ffnet.robustness.separation import check_separate, check_strangers


def hashes(path, *digests):
    path.write_text(hash_text([ScanHash(f"{path.stem}-{i}", f"p{i}", digest) for i, digest in enumerate(digests)]))
    return path


def test_datasets_without_a_common_scan_are_separate(tmp_path):
    check_separate(hashes(tmp_path / "a.csv", "1", "2"), hashes(tmp_path / "b.csv", "3", "4"), "a", "b")


def test_a_scan_of_both_under_two_names_is_refused_with_both(tmp_path):
    with pytest.raises(InputError, match="1 scans of own have the content of scans .* b-1 is a-0 of demo; test other"):
        check_separate(hashes(tmp_path / "a.csv", "1", "2"), hashes(tmp_path / "b.csv", "3", "1"), "demo", "own")


def header(*names):
    return {"name": "FFNet-M", "layout": "bu3dfe", "trained_on": {"names": names}}


def test_a_model_is_refused_people_that_it_knows_and_not_their_namesakes_of_another_layout():
    headers = [header("F0001"), header("F0001", "F0002")]
    check_strangers(headers, "bu3dfe", ["F0003"])
    check_strangers(headers, "bosphorus", ["F0002"])
    with pytest.raises(InputError, match="FFNet-M was trained on 1 of these subjects, F0002 among them"):
        check_strangers(headers, "bu3dfe", iter(["F0003", "F0002"]))
