"""Every block of code in README.md, CONTRIBUTING.md and docs/ is tested by a rule for its kind."""

import contextlib
import dataclasses
import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml

from ffnet.commands.config_file import merge_config
from ffnet.config import read_config
from ffnet.demo.write_subject import make_bu3dfe_subject
from ffnet.scans.scan_list import read_scan_list
from ffnet.scans.settings import DatasetSettings
from ffnet.workflow.provenance import ROOT
from tests.docs.commands import check_words, command_lines
from tests.docs.conftest import PAGES, blocks, inline_code, name_of, tokens
from tests.workflow.conftest import Project, make_tiny

MODEL = "results/demo-bu3dfe/models/FFNet-M.safetensors"
SCAN = "data/demo/bu3dfe/F0001/F0001_AN03WH_F3D.wrl"
MADE = {"_made/config.md", "_made/tour.md"}  # by make docs
PLACES = re.compile(r"(ffnet|rules|configs|tests|workflow_scripts|profiles|docs|envs|benchmarks)/[\w./-]*")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def mapping():
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def settings_are_taken(block, mapping, folder):
    read_config(merge_config(mapping, yaml.safe_load(block.text)))


def list_is_read(block, mapping, folder):
    (folder / "manifest.csv").write_text(block.text)
    dataset = DatasetSettings("manifest", str(folder), "mm", ("anger", "neutral"), (1,), "all", "raycast")
    rows, skipped = read_scan_list(dataset, read_config(mapping).scans, "here")
    assert len(rows) == len(block.text.splitlines()) - 1 and not skipped


def commands_are_there(block, mapping, folder):
    syntax = subprocess.run(["bash", "-n"], input=block.text, text=True, capture_output=True)
    assert syntax.returncode == 0, syntax.stderr
    for line in command_lines(block.text):
        for words in line:
            check_words(words)


def shown_commands_are_there(block, mapping, folder):
    assert shown_commands(block), "a console block needs a line that begins with $"
    for words in shown_commands(block):
        check_words(words)


def python_runs_after_that_above(block, mapping, folder):
    names = {}
    for above in blocks():
        if above.page == block.page and above.kind == "python" and above.line <= block.line:
            with contextlib.chdir(folder):
                exec(compile(above.text, str(above), "exec"), names)


def documented_objects_exist(block, mapping, folder):
    names = re.findall(r"^\.\. auto\w+:: (\S+)", block.text, re.MULTILINE)
    assert names
    for module, _, name in (name.rpartition(".") for name in names):
        assert getattr(importlib.import_module(module), name).__doc__


def file_is_there(block, mapping, folder):
    name = block.text.splitlines()[0]
    assert name in MADE or (ROOT / block.page).parent.joinpath(name).is_file()


def pages_are_there(block, mapping, folder):
    for name in block.text.splitlines():
        assert not name or name.startswith(":") or (ROOT / block.page).parent.joinpath(f"{name}.md").is_file()


RULES = {
    "yaml": settings_are_taken,
    "csv": list_is_read,
    "sh": commands_are_there,
    "console": shown_commands_are_there,
    "python": python_runs_after_that_above,
    "{eval-rst}": documented_objects_exist,
    "{include}": file_is_there,
    "{toctree}": pages_are_there,
}


def shown_commands(block):
    """The commands of a console block, as words."""
    return [line.split()[1:] for line in block.text.splitlines() if line.startswith("$ ")]


@pytest.fixture
def folder(block, tmp_path, request):
    """The folder of a block; for a page of Python with a model, it has a small model and a scan of the same names."""
    page = "".join(other.text for other in blocks() if (other.page, other.kind) == (block.page, "python"))
    if block.kind == "python" and f'"{MODEL}"' in page:
        scan = request.getfixturevalue("wrl")
        for path, source in (
            (MODEL, request.getfixturevalue("final_model")),
            (SCAN, scan),
            (SCAN.replace(".wrl", ".bmp"), scan.with_suffix(".bmp")),
        ):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, tmp_path / path)
    return tmp_path


@pytest.mark.parametrize("block", blocks(), ids=str)
def test_a_block_follows_the_rule_for_its_kind(block, mapping, folder):
    assert block.kind in RULES, f"{block}: no rule for blocks of the kind '{block.kind}'"
    RULES[block.kind](block, mapping, folder)


def test_no_page_hides_a_block():
    fences = sum(len(re.findall(r"^ *```\S", path.read_text(encoding="utf-8"), re.MULTILINE)) for path in PAGES)
    assert fences == len(blocks()) > 15
    assert not any(token.type.startswith("html") for path in PAGES for token in tokens(path))


@pytest.mark.parametrize(("page", "text"), inline_code(), ids=str)
def test_a_command_or_a_file_named_inline_exists(page, text):
    if re.match(r"(make|snakemake|ffnet|\.venv/bin/python)( |$)", text) and "DATASET" not in text:
        check_words(shlex.split(text))
    elif PLACES.fullmatch(text) and "curvature" not in text and not text.startswith("docs/_build"):
        assert (ROOT / text).exists(), f"{page}: there is no {text}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("ffnet chek", "the parser refuses it"),
        ("ffnet plan --gpu-count 2", "the parser refuses it"),
        ("ffnet plan --configfile configs/bu3df.yaml", "there is no file configs/bu3df.yaml"),
        ("make everything", "no target everything"),
        ("make SETTINGS=x.yaml", "has no SETTINGS"),
        ("make CONFIG=x.yaml", "there is no file x.yaml"),
        ("snakemake --workflow-profle profiles/slurm", "the parser refuses it"),
        ("snakemake --configfile x.yaml", "there is no file x.yaml"),
        ("snakemake --configfile mine.yaml models", "there is no file models"),
        ("rm -r results", "no rule for the program rm"),
        (".venv/bin/python -m pytest tests/nothing.py", "there is no tests/nothing.py"),
    ],
)
def test_a_command_that_does_not_exist_is_noticed(words, message, capsys):
    with pytest.raises(AssertionError, match=message):
        check_words(words.split())


def commands_of(program):
    """Every call of a program in the pages, once, without placeholders and without commands that are only named."""
    in_blocks = [words for b in blocks() if b.kind == "sh" for line in command_lines(b.text) for words in line]
    in_lines = [text.split() for _, text in inline_code() if "DATASET" not in text]
    found = {" ".join(words): words for words in [*in_blocks, *in_lines] if words and words[0] == program}
    return [words for words in found.values() if len(words) > 1 + (program == "ffnet") and "--report" not in words]


def with_own_settings(words):
    """A documented command with settings of one's own, put where the pages say."""
    return words if "--configfile" in words else [*words, "--configfile", "mine.yaml"]


@pytest.mark.parametrize(
    "words", [words for name in ("ffnet", "snakemake") for words in commands_of(name)], ids=" ".join
)
def test_every_documented_command_takes_settings_of_ones_own(words):
    if words[1] not in ("predict", "export"):  # they take everything from the model file
        check_words(with_own_settings(words))


@pytest.fixture(scope="module")
def tiny_project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("tiny"))
    shutil.copytree(ROOT / "configs", project.folder / "configs")
    project.configure(make_tiny)
    (project.folder / "mine.yaml").write_text("protocol: {subjects: 4, folds: 4}\n")
    return project


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True], ids=["config.yaml", "mine.yaml"])
@pytest.mark.parametrize("words", commands_of("snakemake"), ids=" ".join)
def test_a_call_of_snakemake_plans(words, own, tiny_project):
    dry = [] if "--unlock" in words else ["--dry-run", "--quiet", "all"]
    cores = [] if "--cores" in words or "--workflow-profile" in words else ["--cores", "1"]
    command = [sys.executable, "-m", *(with_own_settings(words) if own else words), *dry, *cores]
    done = subprocess.run(
        command,
        cwd=tiny_project.folder,
        env=tiny_project.environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("target", re.findall(r"^# make (\w+)", (ROOT / "Makefile").read_text(), re.MULTILINE))
def test_every_target_that_make_help_names_is_one(target):
    check_words(["make", target])
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def consoles(of_models):
    """The console blocks whose commands use a trained model, or the others."""
    return [block for block in blocks() if block.kind == "console" and (MODEL in block.text) == of_models]


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory, mapping):
    """A folder with config.yaml and the demo's first person, as the workflow makes it."""
    from ffnet.demo.makehuman import read_head
    from ffnet.demo.model import build_model

    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(ROOT / "config.yaml", folder)
    demo = read_config(mapping).demo
    demo = dataclasses.replace(demo, folder=str(folder / demo.folder))
    make_bu3dfe_subject(build_model(read_head()), demo, "F0001")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("block", consoles(of_models=False), ids=str)
def test_a_console_block_shows_what_its_command_prints(block, demo_folder):
    folder = demo_folder if "data/demo" in block.text else demo_folder / "empty"
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "config.yaml", folder / "config.yaml") if folder != demo_folder else None
    check_shown(block, folder, alike)


@pytest.fixture(scope="module")
def folder_of_models(tmp_path_factory):
    """A folder in which the default run's final models were trained: many minutes."""
    project = Project(tmp_path_factory.mktemp("models"))
    done = project.run("models")
    assert done.returncode == 0, done.stdout[-3000:]
    return project.folder


@pytest.mark.full
@pytest.mark.parametrize("block", consoles(of_models=True), ids=str)
def test_a_console_block_about_a_model_shows_what_its_command_prints(block, folder_of_models):
    check_shown(block, folder_of_models, about_alike)


def check_shown(block, folder, alike):
    """Every line of a console block is alike one that its command prints in a folder."""
    ((program, *words),) = shown_commands(block)
    assert program == "ffnet"
    done = subprocess.run(
        [sys.executable, "-m", "ffnet", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    printed = done.stdout.splitlines()
    machine = (ROOT / "ffnet" / "commands" / "check_machine.py").read_text(encoding="utf-8")
    for shown in block.text.splitlines()[1:]:
        known = any(alike(shown, line) for line in printed)
        assert known or shown == "..." or shown[9:] in machine, f"{shown!r} is not among {done.stdout}{done.stderr}"


def alike(shown, printed):
    """Whether two lines are the same, their numbers nearly so; sizes of disks may be any."""
    if NUMBER.sub("N", shown) != NUMBER.sub("N", printed):
        return False
    pairs = zip(map(float, NUMBER.findall(shown)), map(float, NUMBER.findall(printed)), strict=True)
    return "GiB of disk" in shown or all(abs(a - b) <= max(0.3, 0.02 * abs(a)) for a, b in pairs)


def about_alike(shown, printed):
    """Whether two lines have the same words; probabilities of so short a training differ between processors."""
    return NUMBER.sub("N", shown).split() == NUMBER.sub("N", printed).split()


def test_numbers_that_differ_are_seen():
    assert alike("pose 4.1 degrees", "pose 4.2 degrees") and not alike("pose 4.1 degrees", "pose 5.1 degrees")
    assert not alike("mesh 9950 vertices", "mesh 9000 vertices") and not alike("format wrl", "format bnt")
    assert name_of(PAGES[0]) == "README.md"
