"""Who may import whom (docs/architecture.md), and that no test fakes what the local cloud can play for real."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"app", "template_gen", "changesets", "local_cloud", "groat", "website"}
MAY_IMPORT = {
    "app": set(),
    "template_gen": set(),
    "changesets": set(),
    "local_cloud": set(),
    "groat": {"template_gen", "changesets", "local_cloud"},
}
CLOUDFORMATION = ("schemas", "template", "resources", "operations", "changes", "api")


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module that runs because of this file; what only a type checker reads is left out."""
    return frozenset(imports(path))


def imports(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unread = {node for part in ast.walk(tree) if is_type_checking(part) for node in ast.walk(part)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and node not in unread:
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node not in unread:
            yield from (submodule(node.module or "", name.name) for name in node.names)


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def submodule(module: str, name: str) -> str:
    inner = f"{module}.{name}"
    path = ROOT / inner.replace(".", "/")
    return inner if path.with_suffix(".py").is_file() or path.is_dir() else module


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_the_architecture_allows(package: str) -> None:
    used = {name.split(".")[0] for path in sources(package) for name in imported(path)}
    assert (used & OURS) - {package} <= MAY_IMPORT[package]


def test_nothing_imports_in_a_circle() -> None:
    modules = {module_name(path): path for package in MAY_IMPORT for path in sources(package)}
    graph = {
        name: {used for used in imported(path) if used in modules and used != name} for name, path in modules.items()
    }
    while free := {name for name, uses in graph.items() if not uses & graph.keys()}:
        graph = {name: uses for name, uses in graph.items() if name not in free}
    assert graph == {}


def test_a_package_of_the_local_cloudformation_imports_only_those_before_it() -> None:
    root = "local_cloud.cloudformation."
    for number, package in enumerate(CLOUDFORMATION):
        used = {name for path in sources(f"local_cloud/cloudformation/{package}") for name in imported(path)}
        ours = {name.removeprefix(root).partition(".")[0] for name in used if name.startswith(root)}
        assert ours
        assert ours.isdisjoint(CLOUDFORMATION[number + 1 :])


def test_nothing_is_mocked() -> None:
    used = {name for package in [*MAY_IMPORT, "tests"] for path in sources(package) for name in imported(path)}
    assert "pytest" in used
    assert not {name for name in used if "mock" in name.split(".")}


def test_nothing_is_patched_but_environment_variables() -> None:
    used = {
        node.attr
        for path in sources("tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "monkeypatch"
    }
    assert used == {"setenv", "delenv"}


def test_only_the_gateway_of_changesets_knows_botocore() -> None:
    knows = {
        path.name for path in sources("changesets") for name in imported(path) if name.startswith(("boto3", "botocore"))
    }
    assert knows == {"gateway.py"}
