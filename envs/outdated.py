"""Prints which pins of requirements.lock have newer releases, those of packages that the project itself uses first."""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PIP = (sys.executable, "-m", "pip", "list", "--outdated", "--format", "json", "--disable-pip-version-check")
HOW = """
To raise a pin:
1. .venv/bin/pip install NAME==VERSION; it says which other packages it changes and which would not fit.
2. Write the new versions of all that changed into requirements.lock.
3. make test: it says the line that envs/ffnet.yaml gets for the new lock file.
4. make lint slow. Results are made anew at the next run, as every job depends on the pins.
"""


def plain(name):
    """A package's name as requirements.lock writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_pins(text):
    """{name: version} of a lock file's text."""
    return dict(re.findall(r"^([^#\s]+)==(\S+)", text, re.MULTILINE))


def used_packages(text):
    """The names of the packages that pyproject.toml says the project itself uses."""
    told = tomllib.loads(text)
    return {*told["project"]["dependencies"], *told["dependency-groups"]["dev"]}


def outdated_text(pins, used, found):
    """What to print. found: [{"name": ..., "latest_version": ...}], as pip gives it for all that is installed."""
    newer = {plain(row["name"]): row["latest_version"] for row in found}
    rows = [(name, pins[name], newer[name]) for name in sorted(newer) if name in pins and newer[name] != pins[name]]
    lines = []
    for heading, wanted in (("used by the project itself", True), ("needed by these", False)):
        chosen = [row for row in rows if (row[0] in used) == wanted]
        lines += [f"{heading}: {len(chosen)} with newer releases"]
        lines += [f"  {name:40} {pinned:20} -> {latest}" for name, pinned, latest in chosen]
    return "\n".join(lines)


if __name__ == "__main__":
    pins, used = (
        read_pins((ROOT / "requirements.lock").read_text()),
        used_packages((ROOT / "pyproject.toml").read_text()),
    )
    print(outdated_text(pins, used, json.loads(subprocess.run(PIP, stdout=subprocess.PIPE, check=True).stdout)))
    print(HOW)
