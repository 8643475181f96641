"""envs/setup.sh takes the first Python that fits, wants room on the disk, and leaves no half of a .venv."""

import importlib.util
import pathlib
import subprocess
import sys
from types import SimpleNamespace

import pytest

from ffnet.workflow.provenance import ROOT

# A program that answers as this version of Python would, until setup.sh has chosen one and asks it for its version
PYTHON = """#!/bin/bash
case "$*" in
  --version) echo "Python {version}" ;;
  *sys.exit*) exec {python} -c "import sys; sys.version_info = {numbers}; ${{2#import sys;}}" ;;
  *) echo "took $0" >&2; exit 9 ;;
esac
"""


@pytest.fixture
def setup(tmp_path):
    """Runs setup.sh on a system that has these Pythons alone, {name: version}; returns what it prints."""
    (tmp_path / "uname").symlink_to("/bin/uname")

    def run(pythons, *arguments):
        for name, version in pythons.items():
            numbers = tuple(map(int, version.split(".")))
            (tmp_path / name).write_text(PYTHON.format(version=version, python=sys.executable, numbers=numbers))
            (tmp_path / name).chmod(0o755)
        command = ["/bin/bash", ROOT / "envs" / "setup.sh", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
        assert done.returncode == (9 if "took" in done.stderr else 1)
        return done.stderr.replace(f"{tmp_path}/", "").strip()

    return run


@pytest.mark.parametrize(
    ("pythons", "taken"),
    [
        ({"python3": "3.12.3", "python3.11": "3.11.2", "python3.13": "3.13.5"}, "python3"),
        ({"python3": "3.9.2", "python3.12": "3.12.3", "python3.11": "3.11.2"}, "python3.12"),
        ({"python3": "3.14.0", "python3.11": "3.11.2"}, "python3.11"),
        ({"python3.13": "3.13.5"}, "python3.13"),
    ],
)
def test_the_systems_own_python_is_taken_where_it_fits_else_the_newest_that_does(setup, pythons, taken):
    assert setup(pythons) == setup(pythons, "") == f"took {taken}"


def test_a_python_that_was_asked_for_is_taken(setup):
    assert setup({"python3": "3.12.3", "python3.11": "3.11.2"}, "python3.11") == "took python3.11"


@pytest.mark.parametrize(
    ("pythons", "asked", "found"),
    [
        ({"python3": "3.10.12"}, (), "found python3: Python 3.10.12\n"),
        ({"python3": "3.14.0"}, ("",), "found python3: Python 3.14.0\n"),
        ({"python3": "3.12.3", "python3.9": "3.9.2"}, ("python3.9",), "found python3.9: Python 3.9.2\n"),
        ({"python3": "3.12.3"}, ("python4",), "found python4: "),
        ({}, (), "python3: command not found"),
    ],
)
def test_a_system_without_a_python_that_fits_is_told_what_to_install(setup, pythons, asked, found):
    message = setup(pythons, *asked)
    assert message.startswith("Expected Python 3.11, 3.12 or 3.13, found ") and found in message
    assert "apt-get install python3" in message and "make PYTHON=" in message


# A program that answers as Python 3.12 would: envs/free_space.py runs `space`, and the pip of its new .venv runs `pip`
FAKE = """#!/bin/bash
case "$*" in
  *%d.%d*) echo 3.12 ;;
  *free_space.py) {space} ;;
  "-m venv"*) mkdir -p .venv/bin; echo "half of it" >.venv/half
    printf '#!/bin/bash\n%s\n' '{pip}' >.venv/bin/pip; chmod +x .venv/bin/pip ;;
esac
"""


@pytest.fixture
def install(tmp_path):
    """Runs setup.sh in an empty folder with the FAKE Python; returns what is printed, with its exit code."""
    (tmp_path / "requirements.lock").write_text("one==1.0\n")

    def run(space="true", pip="exit 0"):
        tools = tmp_path / "tools"
        tools.mkdir(exist_ok=True)
        (tools / "python3").write_text(FAKE.format(space=space, pip=pip))
        (tools / "python3").chmod(0o755)
        command = ["/bin/bash", ROOT / "envs" / "setup.sh"]
        return subprocess.run(
            command, cwd=tmp_path, env={"PATH": f"{tools}:/usr/bin:/bin"}, capture_output=True, text=True
        )

    return run


def test_without_room_on_the_disk_nothing_is_made(install, tmp_path):
    done = install(space='echo "too little" >&2; exit 1')
    assert done.returncode == 1 and done.stderr == "too little\n" and done.stdout == ""
    assert not (tmp_path / ".venv").exists()


def test_the_option_that_fits_the_disk_reaches_pip(install, tmp_path):
    install(space="echo --no-cache-dir", pip='echo "$@" >>called')
    first, second = (tmp_path / "called").read_text().splitlines()
    assert "--no-cache-dir" in first and first.endswith("--no-deps -r requirements.lock") and "--editable ." in second


@pytest.mark.parametrize("fails", ["requirements.lock", "--editable"])
def test_a_setup_that_fails_deletes_what_it_made_and_says_what_to_do(install, tmp_path, fails):
    done = install(pip=f'case "$*" in *{fails}*) echo "No space left on device" >&2; exit 1 ;; esac')
    assert done.returncode == 1 and not (tmp_path / ".venv").exists()
    assert done.stderr.startswith("No space left on device\n")
    assert "Setup failed; the lines above say why. The unfinished .venv was deleted.\n" in done.stderr
    assert "If the disk is full, make room" in done.stderr and "Then type make again." in done.stderr


def test_a_setup_that_is_stopped_deletes_what_it_made_too(install, tmp_path):
    done = install(pip="kill -TERM $PPID")
    assert done.returncode == 1 and "The unfinished .venv was deleted." in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_update_that_fails_keeps_the_old_venv_but_not_its_mark(install, tmp_path):
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".ready").write_text("3.12\n")
    done = install(space="exit 1", pip="exit 1")  # an update needs little room, so nobody asks
    assert done.returncode == 1 and "The old .venv may be incomplete; the next make replaces it." in done.stderr
    assert [path.name for path in sorted((tmp_path / ".venv").iterdir())] == ["bin", "half"]


@pytest.fixture
def free_space(monkeypatch, tmp_path):
    """A function: envs/free_space.py as a module, on a machine with these disks, {folder below tmp_path: GiB free}. The
    project, the temporary files and pip's cache are in folders of these names."""
    spec = importlib.util.spec_from_file_location("free_space", ROOT / "envs" / "free_space.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("project", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setattr(module.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache" / "pip"))  # not there yet

    def on(disks):
        def disk_of(path):
            return next(name for name in disks if pathlib.Path(path).is_relative_to(tmp_path / name))

        free = {name: SimpleNamespace(free=gib * 2**30) for name, gib in disks.items()}
        monkeypatch.setattr(module, "disk_of", disk_of)
        monkeypatch.setattr(module.shutil, "disk_usage", lambda path: free[disk_of(path)])
        return module

    return on


def test_a_disk_with_room_for_all_is_enough_and_one_without_room_for_the_cache_too(free_space, capsys):
    module = free_space({"": 0})
    everything = module.VENV + 2 * module.WHEELS
    for free, printed in ((everything + 0.1, ""), (everything - 0.1, "--no-cache-dir\n")):
        free_space({"": free}).main()
        assert capsys.readouterr().out == printed
    free_space({"": module.VENV + module.WHEELS + 0.1}).main()
    assert capsys.readouterr().out == "--no-cache-dir\n"


def test_a_small_disk_is_refused_with_what_is_needed_and_free_and_where(free_space, tmp_path):
    module = free_space({"": 10})
    with pytest.raises(SystemExit) as stop:
        module.main()
    needed = module.VENV + module.WHEELS
    assert (
        f"Setup needs {needed:.1f} GiB of free disk space: {module.VENV} in {tmp_path / 'project'} for .venv and"
        f" {module.WHEELS} in {tmp_path / 'temporary'} for pip's temporary files. Found 10.0 GiB free."
    ) in stop.value.code
    assert "Nothing was installed. Make room" in stop.value.code and "TMPDIR=" in stop.value.code


def test_each_disk_is_counted_for_itself(free_space, capsys):
    module = free_space({"": 0})
    roomy = {"project": module.VENV + 0.1, "temporary": module.WHEELS + 0.1, "": module.WHEELS + 0.1}
    free_space(roomy).main()
    assert capsys.readouterr().out == ""
    free_space(roomy | {"": 0}).main()
    assert capsys.readouterr().out == "--no-cache-dir\n"
    for small in ("project", "temporary"):
        with pytest.raises(SystemExit) as stop:
            free_space(roomy | {small: 1}).main()
        assert stop.value.code.count("Setup needs") == 1 and "Found 1.0 GiB free" in stop.value.code


def test_an_old_venv_and_cached_wheels_count_as_room(free_space, tmp_path, monkeypatch):
    module = free_space({"": 0})
    monkeypatch.setattr(module, "GIB", 2**20)
    for folder in ("project/.venv/lib", "cache/pip/http-v2"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_bytes(b"x" * 2**20)
    venv, _ = module.setup_needs(tmp_path / "project")
    cache = module.cache_need({"PIP_CACHE_DIR": str(tmp_path / "cache" / "pip")})
    assert venv.gib == pytest.approx(module.VENV - 1, abs=0.01)
    assert cache.gib == pytest.approx(module.WHEELS - 1, abs=0.01)
    assert module.cache_need({"XDG_CACHE_HOME": str(tmp_path / "cache")}) == cache
    assert module.cache_need({}).folder == pathlib.Path.home() / ".cache" / "pip"
