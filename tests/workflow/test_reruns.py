"""Only what a change touches runs again: for each kind of change the exact set of planned jobs, rule -> count.

The finished project has two collections of four people, in one and two shards; ridge and FFNet-M, both with one repeat
of two folds, on each. "train" counts repeats, whatever the training job is.
"""

import pathlib
import random
import shutil
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

# What follows a stage of both collections, from the tables back to the raw files
TABLE = {"make_tables": 1, "check_leakage": 1, "make_report": 1}
RUNS = TABLE | {"train": 4, "gather_runs": 4, "draw_confusion": 4}
SEEN = {"hash_scans": 2, "measure_quality": 2, "draw_contact_sheet": 2, "draw_maps": 2}
SPLITS = RUNS | {"split_subjects": 2}
CHOICE = SPLITS | {"choose_subjects": 2, "hash_shards": 2, "check_quarantine": 2}
SHARDS = CHOICE | {"write_shards": 3, "list_quarantine": 2} | SEEN
MASKS = SHARDS | {"make_masks": 3}
NORMALS = SHARDS | {"compute_normals": 3}
MAPS = MASKS | NORMALS | {"project_maps": 3}
SCANS = MAPS | {"load_scans": 3, "find_kind": 2}
DEMO = {"unpack_makehuman": 1, "make_demo_bu3dfe": 4, "make_demo_bosphorus": 4}
ALL = DEMO | SCANS | SPLITS | {"index_scans": 2}

# One experiment on both collections, and one shard of one collection with all that is trained on it
ONE_EXPERIMENT = TABLE | {"train": 2, "gather_runs": 2, "draw_confusion": 2}
ONE_SEEN = dict.fromkeys(SEEN, 1)
ONE_CHOICE = ("choose_subjects", "split_subjects", "hash_shards", "check_quarantine")
ONE_SHARD = ("load_scans", "project_maps", "compute_normals", "make_masks", "write_shards")
ONE_SHARD = dict.fromkeys((*ONE_SHARD, *ONE_CHOICE, "list_quarantine", "find_kind"), 1) | ONE_EXPERIMENT | ONE_SEEN

ONE_SUBJECT = {  # the fifth: its shard of two in one collection, the only one of the other
    **{"make_demo_bu3dfe": 1, "make_demo_bosphorus": 1, "index_scans": 2, "split_subjects": 2},
    **{"load_scans": 2, "project_maps": 2, "compute_normals": 2, "make_masks": 2, "write_shards": 2},
    **{"list_quarantine": 2, **CHOICE, **SEEN, "find_kind": 2},
}
ONE_PROJECTION = {  # two shards, and all that is trained on them
    **{"project_maps": 2, "compute_normals": 2, "make_masks": 2, "write_shards": 2},
    **dict.fromkeys((*ONE_CHOICE, "list_quarantine"), 1) | ONE_EXPERIMENT | ONE_SEEN,
}


def code(path, edit=lambda text: text + "\nEDITED = True\n"):
    """A change of one source file."""

    def change(project):
        file = project.folder / path
        text = file.read_text(encoding="utf-8")
        assert edit(text) != text
        file.write_text(edit(text), encoding="utf-8")

    return change


def comments(project):
    for file in sources(project):
        code(file, lambda text: "# a word\n" + text + "\n# another\n")(project)


def docstrings(project):
    for file in sources(project):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('"""', '"""Note well. ', 1), encoding="utf-8")


def formatting(project):
    files = sources(project)
    before = [file.read_text(encoding="utf-8") for file in files]
    ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--isolated", "--line-length", "50", *map(str, files)]
    subprocess.run(ruff, check=True)
    assert sum(old != file.read_text(encoding="utf-8") for old, file in zip(before, files, strict=True)) > 50


def sources(project):
    return sorted([*(project.folder / "ffnet").rglob("*.py"), *(project.folder / "workflow_scripts").glob("*.py")])


def touch(*parts):
    """New times, in disorder, for all files below the parts of the project."""

    def change(project):
        files = sorted(file for part in parts for file in (project.folder / part).rglob("*") if file.is_file())
        assert len(files) > 40
        random.Random(0).shuffle(files)
        for file in files:
            file.touch()

    return change


def checkout(project):
    """The same project, fetched again: every file that git keeps has a new time."""
    for part in ("ffnet", "rules", "workflow_scripts", "profiles", "envs"):
        folder = project.folder / part
        shutil.copytree(folder, folder.with_name("fetched"), copy_function=shutil.copyfile)
        shutil.rmtree(folder)
        folder.with_name("fetched").rename(folder)
    for part in ("Snakefile", "config.yaml", "requirements.lock"):
        (project.folder / part).touch()


def key(section, **values):
    """Other values in a section of config.yaml, which is named from the top."""

    def change(project):
        def edit(config):
            place = config
            for name in section.split(":"):
                place = place[name]
            assert all(name in place and place[name] != value for name, value in values.items())
            place |= values

        project.configure(edit)

    return change


def delete(pattern):
    def change(project):
        files = list(project.folder.glob(pattern))
        assert files
        for file in files:
            file.unlink()

    return change


def change_scan(project):
    path = project.folder / "data/demo/bosphorus/bs001/bs001_E_FEAR_0.lm3"
    assert path.exists()
    path = path.with_suffix(".bnt")
    data = bytearray(path.read_bytes())
    data[-4] ^= 1
    path.write_bytes(data)


CHANGES = {
    "nothing": (lambda project: None, {}),
    "the script of a stage": (code("workflow_scripts/project_maps.py"), MAPS),
    "a module of one stage": (code("ffnet/masks/weights.py"), MASKS),
    "a module behind a module": (code("ffnet/maps/gridfit.py"), MAPS),
    "a module of the tables alone": (code("ffnet/results/tables/all_tables.py"), TABLE),
    "a module of the command line": (code("ffnet/commands/check.py"), {}),
    "comments in every module": (comments, {}),
    "docstrings of every module": (docstrings, {}),
    "a hint of a function": (code("ffnet/masks/weights.py", lambda text: text.replace("size: int", "size: float")), {}),
    "every module formatted otherwise": (formatting, {}),
    "every file touched": (touch("."), {}),
    "every result touched": (touch("results", "data"), {}),
    "a fresh checkout": (checkout, {}),
    "the version of a package": (code("requirements.lock", lambda text: text + "added==1.0\n"), ALL),
    "a comment in the lock file": (code("requirements.lock", lambda text: "# a word\n" + text), {}),
    "a comment in config.yaml": (code("config.yaml", lambda text: "# a word\n" + text), {}),
    "a key of the demo": (key("demo", noise=0.3), {**DEMO, **SCANS, "unpack_makehuman": 0}),
    "a key of scans": (key("scans:crop", extent=1.9), SCANS),
    "a key of maps": (key("maps", smooth_sigma=1.1), MAPS),
    "a key of one dataset": (key("datasets:demo-bu3dfe", projection="splat"), ONE_PROJECTION),
    "a key of masks": (key("masks", radius_1=3), MASKS),
    "a key of shards": (key("shards", depth="fixed"), SHARDS),
    "a key of quarantine": (key("quarantine", max_share=0.1), {"check_quarantine": 2, "make_report": 1}),
    "a key of quarantine and one of ridge": (
        lambda project: [key("quarantine", max_share=0.1)(project), key("ridge", penalty=10.0)(project)],
        ONE_EXPERIMENT | {"check_quarantine": 2},
    ),
    "a key that changes no number": (key("execution", save_every=30.0, runs_per_gpu=2), {"make_report": 1}),
    "the device": (key("execution", device="cpu"), ONE_EXPERIMENT),
    "a key of networks": (key("networks", dropout=0.1), ONE_EXPERIMENT),
    "a key of training": (key("training", learning_rate=0.001), ONE_EXPERIMENT),
    "validation subjects, whom ridge does not have": (key("protocol", validation=1), ONE_EXPERIMENT),
    "a key of ridge": (key("ridge", penalty=10.0), ONE_EXPERIMENT),
    "a key of protocol": (key("protocol", seed=7), CHOICE),
    "subjects drawn again in each repeat, of one repeat": (key("protocol", redraw=True), TABLE),  # and a note
    "a key of results": (key("results", dpi=100), {"draw_confusion": 4, "draw_maps": 2, "make_report": 1}),
    "a key of robustness": (key("robustness:axes", yaw=[10]), {"make_report": 1}),
    "a module of robustness": (code("ffnet/robustness/turning.py"), {}),
    "a repeat added": (key("experiments:ridge", repeats=2), ONE_EXPERIMENT | {"split_subjects": 2}),
    "an experiment added": (key("experiments:F3DNet-d", repeats=1), ONE_EXPERIMENT),
    "an experiment left out": (key("experiments:FFNet-M", repeats=0), TABLE),
    "a subject added": (key("demo", subjects=5), ONE_SUBJECT),
    "a raw scan changed": (change_scan, ONE_SHARD),
    "an intermediate file deleted": (delete("results/*/maps/*.h5"), {}),
    "shards deleted": (delete("results/*/shards/*.h5"), {}),
    "tables deleted": (delete("results/tables/*"), TABLE),
    "logs deleted": (delete("logs/**/*.log"), {}),
}


def jobs_of(wanted, job):
    """What is planned where training jobs are folds, or repeats of two folds."""
    jobs = {rule: count for rule, count in wanted.items() if count}
    repeats = jobs.pop("train", 0)
    trained = {"fold": {"train_fold": 2 * repeats}, "repeat": {"train_repeat": repeats}}[job]
    return jobs | (trained if repeats else {})


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_reruns_what_it_touches_and_nothing_else(project, name):
    change, wanted = CHANGES[name]
    change(project)
    assert project.planned() == jobs_of(wanted, "repeat")


@pytest.mark.parametrize("name", CHANGES)
def test_so_it_does_where_jobs_are_folds_and_another_kind_of_job_trains_nothing_again(project, name):
    change, wanted = CHANGES[name]
    key("execution", job="fold")(project)
    change(project)
    assert project.planned() == jobs_of({"make_report": 1} | wanted, "fold")  # the page shows the settings


def test_runs_made_as_folds_are_not_trained_again_where_jobs_are_repeats(project):
    key("ridge", penalty=10.0)(project)
    key("execution", job="fold")(project)
    assert project.planned() == jobs_of(ONE_EXPERIMENT, "fold")
    assert project.run().returncode == 0
    key("execution", job="repeat")(project)
    assert project.planned() == {"make_report": 1}
    key("training", learning_rate=0.001)(project)
    assert project.planned() == jobs_of(ONE_EXPERIMENT, "repeat")


def test_shards_that_come_out_as_they_were_train_nothing_again(project):
    code("ffnet/masks/weights.py")(project)
    assert project.planned()["train_repeat"] == 4
    assert project.run("shards").returncode == 0
    assert "train_repeat" not in project.planned()


def test_a_shard_that_vanished_is_named_and_comes_back_without_a_run_trained_again(project):
    delete("results/demo-bu3dfe/shards/*.h5")(project)
    key("experiments:ridge", repeats=2)(project)
    done = project.run()
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "but missing; make it again with 'snakemake --cores all shards'" in done.stdout
    assert project.run("shards").returncode == 0
    assert project.planned()["train_repeat"] == 1  # the new one; that of the other collection is made


@pytest.fixture(scope="module")
def own(finished, tmp_path_factory):
    """A finished project on a folder that is nobody's output, with one broken scan; ridge alone, one shard."""
    project = finished.copy_to(tmp_path_factory.mktemp("own") / "project")
    folder = project.folder
    (folder / "data/demo/bosphorus").rename(folder / "data/own")
    broken = folder / FEAR
    broken.rename(folder / "kept.bnt")
    broken.write_bytes((folder / "kept.bnt").read_bytes()[:5000])

    def change(config):
        config["datasets"] = {"own": config["datasets"]["demo-bosphorus"] | {"folder": "data/own"}}
        config["experiments"] = {"ridge": config["experiments"]["ridge"]}
        config["models"] = []
        config["protocol"]["subjects"] = 2  # who lacks a class takes no part: here one, in a test another

    project.configure(change)
    done = project.run()
    assert done.returncode == 0, done.stdout[-3000:]
    assert FEAR.stem in project.read("results/own/quarantine.csv")
    return project


FEAR, ANGER = pathlib.Path("data/own/bs001/bs001_E_FEAR_0.bnt"), pathlib.Path("data/own/bs002/bs002_E_ANGER_0.bnt")
TRAINED = TABLE | {"train": 1, "gather_runs": 1, "draw_confusion": 1}
SHARD = ONE_SHARD | TRAINED
LISTED = SHARD | {"index_scans": 1, "choose_subjects": 1, "split_subjects": 1}


def remove(folder):
    for suffix in (".bnt", ".png", ".lm2", ".lm3"):
        (folder / ANGER.with_suffix(suffix)).unlink()


def add(folder):
    for suffix in (".bnt", ".png"):
        shutil.copy(folder / ANGER.with_suffix(suffix), folder / ANGER.with_name(f"bs002_E_ANGER_1{suffix}"))


OWN_CHANGES = {
    "a broken scan repaired": (lambda folder: shutil.copy(folder / "kept.bnt", folder / FEAR), SHARD),
    "a scan removed": (remove, LISTED),
    "a scan added": (add, LISTED),
    "a texture that is gone": (lambda folder: (folder / ANGER.with_suffix(".png")).unlink(), LISTED),
    "another texture": (lambda folder: (folder / ANGER.with_suffix(".png")).write_bytes(b"no picture"), SHARD),
    "files of no interest": (
        lambda folder: [(folder / "data/own/bs002" / name).touch() for name in ("bs002_LFAU_9_0.bnt", "notes.txt")],
        {},
    ),
}


@pytest.mark.parametrize("name", OWN_CHANGES)
def test_a_change_of_ones_own_scans_reruns_their_shard_and_what_is_trained_on_it(own, tmp_path, name):
    change, wanted = OWN_CHANGES[name]
    copy = own.copy_to(tmp_path / "project")
    change(copy.folder)
    assert copy.planned() == jobs_of(wanted, "repeat")
