"""Rules for the commands in the documentation, by their first word. Nothing here starts a command."""

import re
import shlex

from ffnet.commands.arguments import build_parser
from ffnet.workflow.provenance import ROOT

WRITTEN_BY_THE_READER = ("mine.yaml",)
ASKED_OF_A_CLUSTER = {"sinfo": (), "squeue": (), "scancel": (), "tmux": ("new",), "tail": (), "awk": (), "xargs": ()}


def command_lines(text):
    """The commands of a block of shell, each a list of its parts between pipes, each of these a list of words."""
    lines = []
    for line in text.splitlines():
        for command in line.partition(" #")[0].split("&&"):
            words = shlex.split(command)
            if words:
                ends = [at for at, word in enumerate(words) if word == "|"]
                starts = [0, *(at + 1 for at in ends)]
                lines.append([words[a:b] for a, b in zip(starts, [*ends, len(words)], strict=True)])
    return lines


def check_words(words):
    """Raises AssertionError unless these words are a command of the project or of a cluster."""
    program = words[0]
    if program == "ffnet":
        check_ffnet(words[1:])
    elif program == "make":
        check_make(words[1:])
    elif program == "snakemake":
        check_snakemake(words[1:])
    elif program.startswith(".venv/bin/"):
        for word in words[1:]:
            assert "/" not in word or (ROOT / word).exists(), f"there is no {word}"
    elif program == "source":
        assert words[1:] == [".venv/bin/activate"]
    else:
        assert program in ASKED_OF_A_CLUSTER, f"no rule for the program {program}"
        assert not ASKED_OF_A_CLUSTER[program] or words[1] in ASKED_OF_A_CLUSTER[program]


def check_ffnet(words):
    """The command and its options exist, and so do settings files. A command alone is its name."""
    try:
        chosen = build_parser().parse_args([*words, "--help"] if len(words) == 1 else words)
    except SystemExit as end:
        assert end.code == 0, f"ffnet {' '.join(words)}: the parser refuses it"
        return
    for path in (getattr(chosen, name, None) for name in ("config", "configfile")):
        check_settings_file(path)


def check_make(words):
    """The targets and variables are in the Makefile, and settings files exist."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            assert f"$({name})" in makefile or f"{name} ?=" in makefile, f"the Makefile has no {name}"
            for path in value.split() if name == "CONFIG" else ():
                check_settings_file(path)
        else:
            assert re.search(rf"^(\w+ )*{re.escape(name)}( \w+)*:", makefile, re.MULTILINE), f"no target {name}"


def check_snakemake(words):
    """The options are Snakemake's, and profiles and settings files exist."""
    from snakemake.cli import get_argument_parser

    try:
        chosen = get_argument_parser().parse_args(words)
    except SystemExit:
        raise AssertionError(f"snakemake {' '.join(words)}: the parser refuses it") from None
    assert chosen.workflow_profile is None or (ROOT / chosen.workflow_profile / "config.yaml").is_file()
    for path in chosen.configfile or ():
        check_settings_file(str(path))


def check_settings_file(path):
    assert path in (None, "FILE", *WRITTEN_BY_THE_READER) or (ROOT / path).is_file(), f"there is no file {path}"
