import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.scans.formats.landmark_files import read_bnd, read_lm2, read_lm3

LM3 = "# measured\n* Bosphorus\n7 landmarks:\n\n2 landmarks:\nNose tip\n1 2 -3.5\n\nChin middle\n4e0 5 6\n"
LM2 = "# in the photo\n\n2 landmarks:\n\nLabels:\nNose tip\nChin middle\n\n2D Image coordinates:\n1.5 2\n3 4\n"


def write(folder, name, text, encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_83_landmarks_of_bu3dfe_keep_their_order(tmp_path, end):
    lines = [f"{1000 - i}\t\t{i}.25 {-i} 3" for i in range(83)]
    numbers, points = read_bnd(write(tmp_path, "a.bnd", end.join(lines) + end))
    assert numbers.dtype == np.int64
    np.testing.assert_array_equal(numbers, 1000 - np.arange(83))
    np.testing.assert_array_equal(points, np.stack([np.arange(83) + 0.25, -np.arange(83), np.full(83, 3)], axis=1))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_labels_go_with_their_own_places_and_information_blocks_are_passed_over(tmp_path, end):
    places = read_lm3(write(tmp_path, "a.lm3", LM3.replace("\n", end)))
    assert list(places) == ["Nose tip", "Chin middle"]
    np.testing.assert_array_equal([*places.values()], [[1, 2, -3.5], [4, 5, 6]])
    pixels = read_lm2(write(tmp_path, "a.lm2", LM2.replace("\n", end)))
    assert {label: place.tolist() for label, place in pixels.items()} == {"Nose tip": [1.5, 2], "Chin middle": [3, 4]}


@pytest.mark.parametrize("first", ["", "* opens no block", "1 2 3", "free words", "# comment"])
def test_the_first_line_of_a_lm3_is_passed_over_whatever_it_holds(tmp_path, first):
    places = read_lm3(write(tmp_path, "a.lm3", f"{first}\n2 landmarks:\nNose tip\n1 2 3\nChin middle\n4 5 6\n"))
    assert list(places) == ["Nose tip", "Chin middle"]


def test_no_landmark_at_all_is_possible(tmp_path):
    assert read_lm3(write(tmp_path, "a.lm3", "0 landmarks:\n")) == {}
    assert read_lm2(write(tmp_path, "a.lm2", "0 landmarks:\nLabels:\n2D Image coordinates:\n")) == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2 landmarks", "two landmarks", "the line 'N landmarks:' is missing"),
        ("2 landmarks", "3 landmarks", "promises 3 landmarks: expected 6 lines, .* found 4"),
        ("Chin middle", "Nose tip", "the label 'Nose tip' occurs twice"),
        ("4e0 5 6", "4e0 5", "the line '4e0 5' must hold 3 finite numbers"),
        ("4e0 5 6", "4e0 5 nan", "must hold 3 finite numbers"),
        ("4e0 5 6", "4e0 5 six", "b'six' is not a number, in the line '4e0 5 six'"),
        ("7 landmarks:\n\n", "7 landmarks:\n", "the line 'N landmarks:' is missing"),
    ],
)
def test_a_broken_landmark_file_is_named_with_what_is_wrong(tmp_path, old, new, message):
    with pytest.raises(ScanError, match=f"a.lm3: .*{message}"):
        read_lm3(write(tmp_path, "a.lm3", LM3.replace(old, new)))


def test_text_of_two_bytes_a_letter_is_refused(tmp_path):
    for read in (read_bnd, read_lm2, read_lm3):
        with pytest.raises(ScanError, match="UTF-16 text; copy it again or save it as UTF-8"):
            read(write(tmp_path, "a", LM3, "utf-16"))
