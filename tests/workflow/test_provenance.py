import pytest

from ffnet.workflow import provenance

SCRIPT = '"""What it does."""\nfrom ffnet.work import add\n\nprint(add(1, 2))\n'
MODULE = '"""Sums."""\n\n\ndef add(a, b):\n    """The sum."""\n    return a + b\n'


@pytest.fixture
def code_hash(tmp_path, monkeypatch):
    """A function: the hash of a script, a module that it imports and a lock file with these texts."""

    def of(script=SCRIPT, module=MODULE, lock="numpy==1.0\n"):
        forget()
        (tmp_path / "ffnet").mkdir(exist_ok=True)
        for name, text in (("script.py", script), ("ffnet/work.py", module), ("requirements.lock", lock)):
            (tmp_path / name).write_text(text)
        return provenance.code_hash("script.py")

    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    monkeypatch.setattr(provenance, "LOCK", tmp_path / "requirements.lock")
    yield of
    forget()


def forget():
    for function in (provenance.sources, provenance._imports, provenance._read, provenance._pins):
        function.cache_clear()


def test_comments_docstrings_and_formatting_do_not_count(code_hash):
    same = code_hash()
    assert code_hash(module="# a word\n" + MODULE.replace("a + b", "(a\n        + b)  # sum")) == same
    assert code_hash(module=MODULE.replace("The sum.", "What comes of adding.").replace('"""Sums."""\n', "")) == same
    assert code_hash(lock="# pins\nnumpy==1.0  # newest\n\n") == same


@pytest.mark.parametrize(
    ("bare", "hinted"),
    [
        (
            "def f(a, *b, c=1, **d):\n    return a",
            "def f(a: int, *b: str, c: int = 1, **d: 'list[int]') -> int:\n    return a",
        ),
        ("async def f(a):\n    return a", "async def f(a: int) -> int:\n    return a"),
        ("def f(a):\n    b = [a]\n    return b", "def f(a):\n    b: list[int] = [a]\n    return b"),
        ("def f(a):\n    a.b = 1", "def f(a):\n    a.b: int = 1"),
        ("def f(a):\n    if a:\n        b = lambda c=1: c", "def f(a):\n    if a:\n        b: object = lambda c=1: c"),
        ("class A:\n    def f(self):\n        b = 1", "class A:\n    def f(self) -> None:\n        b: int = 1"),
        ("import typing", "import typing\nif typing.TYPE_CHECKING:\n    import ffnet.other"),
        ("def f():\n    return 1", "def f():\n    if TYPE_CHECKING:\n        import ffnet.other\n    return 1"),
        ("import a", "if TYPE_CHECKING:\n    import b\nelse:\n    import a"),
    ],
)
def test_hints_of_functions_do_not_count(code_hash, bare, hinted):
    assert code_hash(module=hinted + "\n") == code_hash(module=bare + "\n")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("class A:\n    b: int = 1", "class A:\n    b: float = 1"),
        ("class A:\n    b: int = 1", "class A:\n    b = 1"),
        ("class A:\n    b: int", "class A:\n    b: float"),
        ("B: int = 1", "B = 1"),
        ("def f():\n    class A:\n        b: int = 1", "def f():\n    class A:\n        b = 1"),
        (
            "class A:\n    def f(self):\n        return 1\n    b: int = 1",
            "class A:\n    def f(self):\n        return 1\n    b = 1",
        ),
        ("def f():\n    b: int = 1", "def f():\n    b: int = 2"),
        ("def f(a: int = 1):\n    return a", "def f(a: int = 2):\n    return a"),
        ("def f():\n    print(b)", "def f():\n    print(b)\n    b: int"),
        (
            "if TYPE_CHECKING:\n    import b\nelse:\n    import a",
            "if TYPE_CHECKING:\n    import b\nelse:\n    import c",
        ),
        ("if CHECKING:\n    a = 1", "if CHECKING:\n    a = 2"),
    ],
)
def test_fields_of_classes_and_values_count(code_hash, one, other):
    assert code_hash(module=one + "\n") != code_hash(module=other + "\n")


def test_an_import_for_the_type_checker_makes_nothing_a_source(code_hash, tmp_path):
    (tmp_path / "ffnet").mkdir()
    (tmp_path / "ffnet" / "other.py").write_text("VALUE = 1\n")
    block = "if TYPE_CHECKING:\n    from ffnet.other import VALUE\n"
    code_hash(module=block)
    assert tmp_path / "ffnet/other.py" not in provenance.sources("script.py")
    code_hash(module=block.replace("TYPE_CHECKING", "True"))
    assert tmp_path / "ffnet/other.py" in provenance.sources("script.py")


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
    with pytest.raises(ValueError, match=r"work.py:1: write imports in full, from ffnet\.\.\.\."):
        code_hash(module="from . import other\n")
