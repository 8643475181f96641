import subprocess
import sys
from dataclasses import replace

import pytest

from ffnet.__main__ import main
from ffnet.commands import check
from ffnet.commands.check_collections import missing_expressions
from ffnet.commands.check_packages import DISTRIBUTIONS
from ffnet.commands.findings import Finding, finding_text, some
from ffnet.config import read_config
from ffnet.demo.roster import collection_files
from ffnet.expressions import EXPRESSIONS
from ffnet.scans.index import ScanRow
from ffnet.workflow.provenance import ROOT

CODES = ("AN", "DI", "FE", "HA", "SA", "SU")


@pytest.fixture
def collection(tmp_path):
    """A folder in BU-3DFE's layout: three complete people at level 4, files of one byte."""
    folder = tmp_path / "mine"
    for subject in ("F0001", "F0002", "M0001"):
        (folder / subject).mkdir(parents=True)
        for code in CODES:
            for suffix in ("wrl", "bmp"):
                (folder / subject / f"{subject}_{code}04WH_F3D.{suffix}").write_text("x")
    return folder


@pytest.fixture
def run(settings_file, collection, capsys, monkeypatch):
    """A function: checks settings that point at the collection, after change(mapping); exit code and lines. Findings
    that depend on the machine are left out."""
    for part in ("check_packages", "check_landmark_model", "check_computing", "check_space"):
        monkeypatch.setattr(check, part, lambda *arguments: ())

    def start(change=lambda mapping: None, *more):
        def point(mapping):
            dataset = mapping["datasets"]["demo-bu3dfe"] | {"folder": str(collection), "intensities": [4]}
            mapping["datasets"] = {"mine": dataset}
            mapping["protocol"] |= {"subjects": 3, "folds": 3}
            change(mapping)

        code = main(["check", "--config", settings_file(point), *more])
        return code, capsys.readouterr().out.splitlines()

    return start


def line_with(lines, words):
    (line,) = [line for line in lines if words in line]
    return line


def test_overrides_are_checked_and_named_in_the_command_to_start(run, tmp_path):
    path = tmp_path / "keys.yaml"
    path.write_text("experiments: {FFNet: {repeats: 2}}\n")
    code, lines = run(lambda mapping: None, "--configfile", str(path))
    assert code == 0 and lines[-1] == f"Ready. Start with: make CONFIG={path}"
    assert lines[0] == f"ok       {path}: ridge, FFNet, FFNet-M; 12 runs for each dataset"


def test_a_whole_collection_is_counted_and_all_is_well(run):
    code, lines = run()
    assert code == 0 and lines[-1] == "Ready. Start with: make"
    assert "ok       mine: 3 subjects, 18 scans, 3 complete subjects" in line_with(lines, "18 scans")
    assert line_with(lines, "take part") == "ok       mine: 3 subjects take part, in 3 folds"
    assert line_with(lines, "runs for").endswith("ridge, FFNet-M; 6 runs for each dataset")
    assert not [line for line in lines if line.startswith(("note", "PROBLEM"))]


def test_subjects_drawn_again_in_each_repeat_are_said_and_so_is_that_there_are_no_others(run):
    code, lines = run(lambda mapping: mapping["protocol"].update(redraw=True))
    assert code == 0 and line_with(lines, "take part").endswith("in 3 folds, drawn again in each repeat")
    assert line_with(lines, "changes little").endswith("the first two repeats draw the same 3 subjects")


def test_where_there_are_others_to_draw_no_note_says_otherwise(run):
    for seed in range(20):
        change = {"redraw": True, "subjects": 2, "folds": 2, "seed": seed}
        code, lines = run(lambda mapping, change=change: mapping["protocol"].update(change))
        if not [line for line in lines if "changes little" in line]:
            break
    assert code == 0 and seed < 19


def test_a_missing_expression_is_named_and_too_few_complete_subjects_are_a_problem(run, collection):
    (collection / "F0002" / "F0002_FE04WH_F3D.wrl").unlink()
    code, lines = run()
    assert code == 1 and lines[-1].startswith("1 problem to fix")
    assert line_with(lines, "lacks").startswith("note     mine: 1 subjects are incomplete")
    assert line_with(lines, "lacks").endswith("F0002 lacks fear")
    assert "PROBLEM  mine: protocol.subjects is 3, but mine has 2 subjects" in line_with(lines, "PROBLEM  ")


def test_fewer_subjects_than_folds_are_a_problem(run):
    code, lines = run(lambda mapping: mapping["protocol"].update(folds=4))
    assert code == 1 and "protocol.folds is 4, but there are 3 subjects" in line_with(lines, "PROBLEM  ")


def test_what_a_subject_lacks_names_the_level_where_there_are_several(settings_mapping):
    dataset = read_config(settings_mapping()).datasets["demo-bu3dfe"]
    faces = [(name, level) for name in EXPRESSIONS for level in (3, 4)]
    rows = [ScanRow("", "F0001", *face, "", "", "") for face in faces if face not in (("sadness", 3), ("fear", 4))]
    assert missing_expressions(rows, dataset) == {"F0001": "fear 4 and sadness 3"}
    assert missing_expressions(rows, replace(dataset, intensities=(4,))) == {"F0001": "fear"}
    with_neutral, neutral = (
        replace(dataset, classes=("fear", "neutral")),
        ScanRow("", "F0001", "neutral", 0, "", "", ""),
    )
    assert missing_expressions(rows, with_neutral) == {"F0001": "fear 4 and neutral"}
    assert missing_expressions([*rows, neutral], with_neutral) == {"F0001": "fear 4"}
    assert missing_expressions([*rows, neutral], replace(with_neutral, intensities=(3,))) == {}


def test_scans_without_texture_empty_files_and_others_are_noted(run, collection):
    (collection / "F0001" / "F0001_AN04WH_F3D.bmp").unlink()
    (collection / "M0001" / "M0001_SU04WH_F3D.wrl").write_text("")
    (collection / "M0001" / "M0001_NE00WH_F3D.wrl").write_text("x")
    lost = collection / "F0002" / "F0002_HA04WH_F3D.bmp"
    lost.unlink()
    lost.symlink_to(collection / "nowhere")
    code, lines = run()
    assert code == 0 and line_with(lines, "files are missing").endswith(": 1 files are missing: " + str(lost))
    assert "1 scans have no texture image next to them and will be left out: F0001_AN04WH" in "".join(lines)
    assert line_with(lines, "files are empty").endswith("M0001_SU04WH_F3D.wrl")
    assert line_with(lines, "not used").endswith("not used: 1 neutral")


def test_files_that_a_manifest_names_and_the_disk_lacks_are_noted(run, collection):
    scans = [
        f"{code}{n},S{n},{name},3,{code}{n}.ply,"
        for n in range(3)
        for code, name in zip(CODES, EXPRESSIONS, strict=True)
    ]
    (collection / "manifest.csv").write_text("\n".join(["scan,subject,expression,intensity,mesh,texture", *scans]))
    for line in scans[1:]:
        (collection / line.split(",")[4]).write_text("x")
    code, lines = run(lambda mapping: mapping["datasets"]["mine"].update(layout="manifest", intensities=[3]))
    assert code == 0 and line_with(lines, "files are missing").endswith(
        "1 files are missing: " + str(collection / "AN0.ply")
    )
    assert "18 scans, 3 complete subjects" in "".join(lines) and "no texture" not in "".join(lines)


def test_a_scan_that_is_found_twice_is_a_problem(run, collection):
    (collection / "copy").mkdir()
    (collection / "copy" / "F0001_AN04WH_F3D.wrl").write_text("x")
    code, lines = run()
    assert code == 1 and "F0001_AN04WH_F3D.wrl: the scan F0001_AN04WH is also in " in line_with(lines, "PROBLEM  ")


def test_a_missing_folder_is_a_problem_and_the_other_datasets_are_still_checked(run):
    def add(mapping):
        mapping["datasets"] = {"other": mapping["datasets"]["mine"] | {"folder": "/nowhere"}, **mapping["datasets"]}

    code, lines = run(add)
    assert code == 1 and "there is no folder '/nowhere'" in line_with(lines, "PROBLEM  ")
    assert line_with(lines, "mine: 3 subjects take part")


def test_a_demo_collection_that_is_not_generated_yet_is_a_note(run, tmp_path):
    mappings = []

    def generate(mapping):
        mappings.append(mapping)
        mapping["demo"] |= {"folder": str(tmp_path / "demo"), "subjects": 3, "intensities": [4]}
        mapping["datasets"]["mine"]["folder"] = str(tmp_path / "demo") + "/bu3dfe"

    code, lines = run(generate)
    assert code == 0
    assert line_with(lines, "the workflow generates them").startswith("note     mine: 3 subjects, 18 scans")
    files = [tmp_path / path for path in collection_files(read_config(mappings[0]).demo, "bu3dfe")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
    for file in files[:4]:
        file.touch()
    assert "4 of 63 files are there, the workflow generates the rest" in line_with(run(generate)[1], "18 scans")
    for file in files:
        file.touch()
    assert line_with(run(generate)[1], "18 scans").startswith("ok ")


def test_lists_for_a_dataset_that_is_not_there_are_noted(run):
    code, lines = run(lambda mapping: mapping["protocol"].update(subject_lists={"mien": ["F0001"]}))
    assert code == 0 and "note     protocol.subject_lists: there is no dataset 'mien'" in lines
    assert lines[lines.index("note     protocol.subject_lists: there is no dataset 'mien'") + 1].endswith("are: mine")


def test_settings_that_train_nothing_are_noted_and_no_dataset_is_a_problem(run):
    def untrained(mapping):
        for experiment in mapping["experiments"].values():
            experiment["repeats"] = 0

    assert line_with(run(untrained)[1], "nothing is trained").startswith("note ")
    code, lines = run(lambda mapping: mapping.update(datasets={}))
    assert code == 1 and "'datasets' is empty" in line_with(lines, "PROBLEM  ")


def test_a_misspelt_key_is_a_problem_with_the_nearest_right_one(run):
    code, lines = run(lambda mapping: mapping["training"].update(epoch=3))
    assert code == 1 and "unknown key 'epoch'; did you mean 'epochs'?" in line_with(lines, "PROBLEM  ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"scans:\n  shards: [1\nmaps: 2\n", "line 3"),
        (b"a: \xff\n", "not UTF-8 text (byte 3)"),
        (b"", "expected a section with keys, found None"),
        (None, "cannot read the settings (No such file"),
    ],
)
def test_settings_that_are_not_yaml_are_a_problem_that_names_the_line(run, tmp_path, capsys, content, message):
    path = tmp_path / "broken.yaml"
    if content is not None:
        path.write_bytes(content)
    assert main(["check", "--config", str(path)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("PROBLEM  ") and message in out.splitlines()[0]


def test_a_finding_begins_with_its_level_and_its_advice_is_on_the_next_line():
    assert finding_text(Finding("ok", "all")) == "ok       all"
    assert finding_text(Finding("PROBLEM", "none", "do")) == "PROBLEM  none\n         -> do"
    assert some("abcd") == "a, b, c, d" and some("abcdef") == "a, b, c, d and 2 more"


@pytest.mark.slow
def test_on_this_machine_the_command_finds_all_packages_the_model_and_the_demo():
    command = [sys.executable, "-m", "ffnet", "check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stdout + done.stderr
    assert f"{len(DISTRIBUTIONS)} of {len(DISTRIBUTIONS)} packages work" in done.stdout
    assert "landmark model found" in done.stdout and "12 complete subjects, synthetic" in done.stdout
