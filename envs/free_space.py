"""Is there room for .venv? setup.sh asks before anything is installed.

    python envs/free_space.py

Ends with exit code 1 and a message if the disk is too small. Otherwise prints pip's option --no-cache-dir if there is
room for all but its cache.
"""

import os
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from typing import NamedTuple

GIB = 2**30
VENV, WHEELS = 7.2, 3.8  # GiB; measured with this requirements.lock: 7.12, and 3.63 with 0.15 for packages built here
ADVICE = """Nothing was installed. Make room (df -h shows what is free), then type make again.
The temporary files can be on another disk: TMPDIR=/path/to/folder make"""


class Need(NamedTuple):
    """GiB that setup writes below a folder, which may not exist yet, and what they are."""

    folder: pathlib.Path
    gib: float
    what: str


def setup_needs(project: pathlib.Path) -> list[Need]:
    """The Needs of a setup: pip downloads all wheels before it installs them. An old .venv is replaced."""
    venv = project / ".venv"
    temporary = pathlib.Path(tempfile.gettempdir())
    return [Need(venv, max(VENV - gib_below(venv), 0), ".venv"), Need(temporary, WHEELS, "pip's temporary files")]


def cache_need(environment: Mapping[str, str]) -> Need:
    """What pip's cache keeps of the downloaded wheels, less what it has."""
    caches = environment.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    folder = pathlib.Path(environment.get("PIP_CACHE_DIR") or pathlib.Path(caches, "pip"))
    return Need(folder, max(WHEELS - gib_below(folder), 0), "pip's cache")


def gib_below(folder: pathlib.Path) -> float:
    """What the files below a folder take on the disk, in GiB; 0 if there is no folder."""
    blocks = 0
    for parent, _, names in os.walk(folder):
        blocks += sum(os.lstat(os.path.join(parent, name)).st_blocks for name in names)
    return blocks * 512 / GIB


def lacking_space(needs: Iterable[Need]) -> list[str]:
    """A sentence on each disk that has too little space for all the Needs on it."""
    disks: dict[int, list[Need]] = {}
    for need in needs:
        there = next(path for path in (need.folder, *need.folder.absolute().parents) if path.exists())
        disks.setdefault(disk_of(there), []).append(need._replace(folder=there))
    lines = []
    for on_disk in disks.values():
        needed, free = sum(need.gib for need in on_disk), shutil.disk_usage(on_disk[0].folder).free / GIB
        if free < needed:
            parts = " and ".join(f"{need.gib:.1f} in {need.folder} for {need.what}" for need in on_disk)
            lines.append(f"Setup needs {needed:.1f} GiB of free disk space: {parts}. Found {free:.1f} GiB free.")
    return lines


def disk_of(path: pathlib.Path) -> int:
    return os.stat(path).st_dev


def main() -> None:
    needs = setup_needs(pathlib.Path.cwd())
    if lines := lacking_space(needs):
        sys.exit("\n".join(["", *lines, ADVICE, ""]))
    if lacking_space([*needs, cache_need(os.environ)]):
        print("--no-cache-dir")


if __name__ == "__main__":
    main()
