"""Lists the pins of requirements.lock that have newer releases, those of packages that the project uses first."""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

from ffnet.commands.check_packages import locked_versions

ROOT = pathlib.Path(__file__).resolve().parent.parent
PIP = (sys.executable, "-m", "pip", "list", "--outdated", "--format", "json", "--disable-pip-version-check")
HOW = """
To raise a pin:
1. make lock RAISE=NAME, or RAISE=NAME==VERSION. Other pins change only where NAME needs it; packages that are newly
   needed or no longer needed are added or removed. git diff requirements.lock shows what changed.
2. make test lint slow. The next run repeats all jobs, as every job depends on the pins.
"""


def plain(name):
    """A package's name as requirements.lock writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def used_packages(text):
    """The names of the packages that pyproject.toml says the project itself uses."""
    pyproject = tomllib.loads(text)
    return {*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]}


def outdated_text(pins, used, found):
    """The text to print. found: pip's list of outdated packages, [{"name": ..., "latest_version": ...}]."""
    newer = {plain(row["name"]): row["latest_version"] for row in found}
    rows = [(name, pins[name], newer[name]) for name in sorted(newer) if name in pins and newer[name] != pins[name]]
    lines = []
    for heading, wanted in (("used by the project itself", True), ("needed by these", False)):
        chosen = [row for row in rows if (row[0] in used) == wanted]
        lines += [f"{heading}: {len(chosen)} with newer releases"]
        lines += [f"  {name:40} {pinned:20} -> {latest}" for name, pinned, latest in chosen]
    return "\n".join(lines)


if __name__ == "__main__":
    pins = locked_versions((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    used = used_packages((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    print(outdated_text(pins, used, json.loads(subprocess.run(PIP, stdout=subprocess.PIPE, check=True).stdout)))
    print(HOW)
