"""A house rule as a small lint: no clock, no randomness and no floats in the pure rooms (DESIGN §8)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE_ROOMS = ("shared/ledger", "shared/rulebook", "services/*/domain")
IMPURE_MODULES = {"time", "random", "secrets", "asyncio", "socket", "os", "subprocess", "threading"}
IMPURE_CALLS = {"uuid1", "uuid4", "now", "utcnow", "today", "open", "print", "input", "float"}


def pure_files() -> list[Path]:
    files = {file for room in PURE_ROOMS for folder in ROOT.glob(room) for file in folder.rglob("*.py")}
    return sorted(files | set(ROOT.glob("services/*/domain.py")))


def impurities(source: str) -> Iterator[str]:
    """What of a module's source breaks the rule, each as `line: what`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                for name in names:
                    if name.name.split(".")[0] in IMPURE_MODULES:
                        yield f"{node.lineno}: imports {name.name}"
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in IMPURE_MODULES:
                yield f"{node.lineno}: imports from {module}"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in IMPURE_CALLS:
                yield f"{node.lineno}: calls {name}"
            case ast.Constant(value=float()):
                yield f"{node.lineno}: has the float {node.value!r}"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) if not _is_exact(node):
                yield f"{node.lineno}: divides with /, which makes a float of integers"
            case _:
                pass


def _is_exact(node: ast.AST) -> bool:
    """Whether a division is of fractions, which stay exact."""
    return any(isinstance(part, ast.Name) and part.id == "Fraction" for part in ast.walk(node))


DOUBLES = ROOT / "shared/rulebook/families/canvas.py"
"""The one module with floats, which reproduces another system's (DESIGN §5)."""


def test_the_module_of_doubles_has_no_clock_and_no_randomness_either() -> None:
    assert [found for found in impurities(DOUBLES.read_text()) if "float" not in found] == []


def test_the_module_of_doubles_has_plus_minus_times_and_divided_by_alone() -> None:
    """IEEE 754 fixes these to the last bit on every machine; a power or a logarithm would be the library's."""
    tree = ast.parse(DOUBLES.read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Pow)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in {"sum", "math", "pow"}]


@pytest.mark.parametrize(
    "file", [file for file in pure_files() if file != DOUBLES], ids=lambda file: str(file.relative_to(ROOT))
)
def test_a_pure_room_has_no_clock_no_randomness_and_no_float(file: Path) -> None:
    assert list(impurities(file.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from random import random",
        "uuid4()",
        "datetime.now(UTC)",
        "x = 0.5",
        "a / b",
        "x /= 2",
        "float(x)",
    ],
)
def test_the_lint_sees_what_it_forbids(source: str) -> None:
    assert len(list(impurities(source))) == 1
