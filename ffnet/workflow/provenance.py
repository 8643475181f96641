"""Hashes the code that a job runs, so that a change reruns the jobs it affects and no others.

Snakemake does not see a script's imports and compares only the times of scripts. The hash covers the syntax trees of a
script and of all modules that it imports from this package, and the pins of the lock file. Comments, docstrings,
formatting and file times do not count, nor do hints that only a type checker reads: those of functions and of
assignments inside them, and `if TYPE_CHECKING:` blocks with their imports. The hints of a class do count, as they
define the fields of a dataclass. Dynamic imports and data files are not covered: a rule that reads a data file lists it
as an input.
"""

import ast
import functools
import hashlib
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = "ffnet"
LOCK = ROOT / "requirements.lock"


def code_hash(script: str) -> str:
    """16 hex digits for a script, all modules that it imports from ffnet, and the lock file.

    script: path relative to the project folder.
    """
    digest = hashlib.sha256(_pins())
    for path in sources(script):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(_read(path)[1])
    return digest.hexdigest()[:16]


@functools.cache
def sources(script: str) -> tuple[pathlib.Path, ...]:
    """Sorted paths of a script and of all modules it imports from ffnet, directly or indirectly."""
    seen, waiting = set(), [ROOT / script]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting.extend(_imports(path))
    return tuple(sorted(seen))


def imported_names(path: pathlib.Path) -> set[str]:
    """Dotted names that a source file imports anywhere when it runs; `from a import b` gives a and a.b."""
    return set(_read(path)[0])


@functools.cache
def _read(path: pathlib.Path) -> tuple[frozenset[str], bytes]:
    """The imported names of a source file, and the part of its syntax tree that counts.

    The trees themselves are not kept: they would take 19 MiB for as long as the workflow runs.
    """
    tree = _WhatRuns().visit(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(_names(tree, path)), ast.dump(tree).encode()


def _names(tree: ast.Module, path: pathlib.Path) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise ValueError(f"{path}:{node.lineno}: write imports in full, from {PACKAGE}....")
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@functools.cache
def _imports(path: pathlib.Path) -> frozenset[pathlib.Path]:
    found: set[pathlib.Path] = set()
    for name in imported_names(path):
        parts = name.split(".")
        if parts[0] == PACKAGE:
            found |= {file for i in range(len(parts)) if (file := _module_file(parts[: i + 1]))}
    return frozenset(found)


def _module_file(parts: list[str]) -> pathlib.Path | None:
    base = ROOT.joinpath(*parts)
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


class _WhatRuns(ast.NodeTransformer):
    """Removes from a syntax tree what changes no result: docstrings, hints, and imports for a type checker."""

    in_function = False

    def visit_Module(self, node: ast.Module) -> ast.AST:
        return self._visit_scope(node, in_function=False)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._visit_scope(node, in_function=False)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self._visit_scope(node, in_function=True)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _visit_scope(
        self, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, in_function: bool
    ) -> ast.AST:
        if ast.get_docstring(node, clean=False):
            del node.body[0]
        outside, self.in_function = self.in_function, in_function
        self.generic_visit(node)
        self.in_function = outside
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        if self.in_function and node.value is not None:  # without a value it declares a local name
            return ast.Assign([node.target], node.value)
        return node

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING") else node


@functools.cache
def _pins() -> bytes:
    lines = (line.partition("#")[0].strip() for line in LOCK.read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line).encode()
