import pytest

from ffnet import provenance

SCRIPT = '"""What it does."""\nfrom ffnet.work import add\n\nprint(add(1, 2))\n'
MODULE = '"""Sums."""\n\n\ndef add(a, b):\n    """The sum."""\n    return a + b\n'


@pytest.fixture
def code_hash(tmp_path, monkeypatch):
    """A function: the hash of a script, a module that it imports and a lock file with these texts."""

    def of(script=SCRIPT, module=MODULE, lock="numpy==1.0\n"):
        for function in (provenance.sources, provenance._imports, provenance._tree, provenance._syntax):
            function.cache_clear()
        provenance._pins.cache_clear()
        (tmp_path / "ffnet").mkdir(exist_ok=True)
        for name, text in (("script.py", script), ("ffnet/work.py", module), ("requirements.lock", lock)):
            (tmp_path / name).write_text(text)
        return provenance.code_hash("script.py")

    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setattr(provenance, "LOCK", tmp_path / "requirements.lock")
    yield of
    for function in (provenance.sources, provenance._imports, provenance._tree, provenance._syntax, provenance._pins):
        function.cache_clear()


def test_comments_docstrings_and_formatting_do_not_count(code_hash):
    same = code_hash()
    assert code_hash(module="# a word\n" + MODULE.replace("a + b", "(a\n        + b)  # sum")) == same
    assert code_hash(module=MODULE.replace("The sum.", "What comes of adding.").replace('"""Sums."""\n', "")) == same
    assert code_hash(lock="# pins\nnumpy==1.0  # newest\n\n") == same


@pytest.mark.parametrize(
    "change",
    [
        {"script": SCRIPT.replace("1, 2", "1, 3")},
        {"module": MODULE.replace("a + b", "a - b")},
        {"module": MODULE + '"""not a docstring"""\n'},
        {"module": MODULE.replace("    return", '    """second"""\n    return')},
        {"lock": "numpy==1.1\n"},
        {"lock": "numpy==1.0\nscipy==1.0\n"},
    ],
)
def test_what_is_run_and_pinned_counts(code_hash, change):
    assert code_hash(**change) != code_hash()


def test_relative_imports_are_refused(code_hash):
    with pytest.raises(ValueError, match=r"work.py:1: imports are written in full here, from ffnet\.\.\.\."):
        code_hash(module="from . import other\n")
