"""The rules of the tree, read from the imports: who may know whom, who may do I/O, how long."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LONGEST = 250
SERVICES = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
INPUT_OUTPUT = {
    "aiokafka",
    "asyncio",
    "asyncpg",
    "fastapi",
    "faststream",
    "httpx",
    "os",
    "socket",
    "sqlite3",
    "starlette",
    "subprocess",
    "urllib",
    "uvicorn",
}
"""Packages that talk to the world, or serve those who do."""


def _modules() -> Mapping[str, Path]:
    """Return every module of shared and services by its dotted name."""
    paths = [path for top in ("shared", "services") for path in (ROOT / top).rglob("*.py")]
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {names[path].removesuffix(".__init__"): path for path in sorted(paths)}


MODULES = _modules()
PURE = sorted(
    name
    for name in MODULES
    if name.startswith(("services.", "shared.casework"))
    and (name.endswith(".model") or ".projections" in name)
)


def imports(name: str) -> set[str]:
    """Return the modules that a module imports, wherever in it; none is relative."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            assert node.module
            found.update(_members(node.module, node))
    return found


def _members(module: str, node: ast.ImportFrom) -> Iterator[str]:
    for alias in node.names:
        member = f"{module}.{alias.name}"
        yield member if member in MODULES else module


def reached(name: str, past: frozenset[str]) -> Mapping[str, str]:
    """Return every module that is loaded with one, and who imports it; `past` is not entered."""
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        if module not in MODULES or module in past:
            continue
        for imported in imports(module) - found.keys():
            found[imported] = module
            waiting.append(imported)
    return found


def test_the_tree_is_found() -> None:
    assert {"registry", "permits", "petitions", "returns", "reporting"} == SERVICES
    assert "services.reporting.projections.tallies" in PURE
    assert "shared.casework.model" in PURE
    assert "shared.units" in imports("shared.casework.place")


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("shared")])
def test_shared_imports_no_service(name: str) -> None:
    assert not {one for one in imports(name) if one.startswith(("services", "deploy", "tests"))}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_imports_no_other(service: str) -> None:
    own = f"services.{service}"
    of_service = [name for name in MODULES if name == own or name.startswith(f"{own}.")]
    foreign = {
        f"{name} imports {imported}"
        for name in of_service
        for imported in imports(name)
        if imported.startswith(("services.", "deploy", "tests"))
        and not (imported == own or imported.startswith(f"{own}."))
    }

    assert of_service
    assert not foreign


@pytest.mark.parametrize("name", PURE)
def test_what_decides_imports_nothing_that_does_input_or_output(name: str) -> None:
    assert not {one for one in imports(name) if one.partition(".")[0] in INPUT_OUTPUT}


@pytest.mark.parametrize("name", PURE)
def test_a_fold_or_decision_is_no_coroutine(name: str) -> None:
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]


@pytest.mark.parametrize("name", PURE)
def test_what_decides_loads_nothing_that_does_input_or_output(name: str) -> None:
    """No module that a rule loads, directly or through others, may do input or output."""
    loaded = reached(name, frozenset())
    found = {one: by for one, by in loaded.items() if one.partition(".")[0] in INPUT_OUTPUT}
    assert not found


@pytest.mark.parametrize("name", MODULES)
def test_a_module_fits_a_mind(name: str) -> None:
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_a_module_says_what_it_is_responsible_for(name: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8")))
