"""Who imports whom: the arrows run one way, and every file fits in the head."""

import ast
from pathlib import Path

import pytest

import pinelabs_async

ROOT = Path(pinelabs_async.__file__).parents[1]
FILES = {
    path.relative_to(ROOT).as_posix(): path
    for package in ("pinelabs_async", "pinelabs_sync")
    for path in sorted((ROOT / package).rglob("*.py"))
}
LONGEST = 450

ARROWS = {
    # a file that begins so -> what of the SDK it may import, itself included; the longest beginning counts
    "pinelabs_async/errors": {"pinelabs_async.errors"},
    "pinelabs_async/money": {"pinelabs_async.money"},
    "pinelabs_async/wire/": {"pinelabs_async.wire", "pinelabs_async.errors", "pinelabs_async.money"},
    "pinelabs_async/api/": {
        "pinelabs_async.api",
        "pinelabs_async.wire",
        "pinelabs_async.errors",
        "pinelabs_async.money",
    },
    "pinelabs_async/incoming/": {
        "pinelabs_async.incoming",
        "pinelabs_async.api",
        "pinelabs_async.wire",
        "pinelabs_async.errors",
        "pinelabs_async.money",
    },
    "pinelabs_async/groups": {"pinelabs_async.api", "pinelabs_async.wire"},
    "pinelabs_async/session": {
        "pinelabs_async.session",
        "pinelabs_async.groups",
        "pinelabs_async.recovery",
        "pinelabs_async.api",
        "pinelabs_async.wire",
        "pinelabs_async.errors",
        "pinelabs_async.money",
    },
    "pinelabs_async/recovery": {"pinelabs_async.api", "pinelabs_async.wire", "pinelabs_async.errors"},
    "pinelabs_async/journal": {"pinelabs_async.wire"},
    "pinelabs_async/sandbox/": {"pinelabs_async.sandbox"},
    "pinelabs_async/__init__": {
        "pinelabs_async.api",
        "pinelabs_async.wire",
        "pinelabs_async.incoming",
        "pinelabs_async.session",
        "pinelabs_async.journal",
        "pinelabs_async.errors",
        "pinelabs_async.money",
    },
    "pinelabs_sync/": {"pinelabs_async", "pinelabs_sync"},
}


def imported(path, root=ROOT):
    """Yield the module behind every import of a file, those inside functions included."""
    package = path.relative_to(root).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                module = ".".join((*package[: len(package) - node.level], *filter(None, [module])))
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            yield from (
                arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            )


def begins(module, allowed):
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


def allowed_for(name):
    longest = max((beginning for beginning in ARROWS if name.startswith(beginning)), key=len, default=None)
    assert longest is not None, f"{name}: say in ARROWS what it may import"
    return ARROWS[longest]


each_file = pytest.mark.parametrize("name", FILES)


@each_file
def test_arrows(name):
    """A file imports of the SDK only what its layer may."""
    allowed = allowed_for(name)
    ours = {module for module in imported(FILES[name]) if begins(module, {"pinelabs_async", "pinelabs_sync"})}
    # `from pinelabs_async import errors` yields the package as well, which alone holds nothing
    wrong = {module for module in ours - {"pinelabs_async"} if not begins(module, allowed)}
    assert set() == wrong


def offenders(forbidden, *, of, apart_from=()):
    """Return the files of a part of the SDK that import what they must not, with what they import."""
    found = {
        name: sorted(module for module in imported(path) if begins(module, forbidden))
        for name, path in FILES.items()
        if name.startswith(of) and not name.startswith(apart_from)
    }
    return {name: modules for name, modules in found.items() if modules}


def test_the_sdk_proper_does_without_the_sandbox():
    """Nothing of the asynchronous package imports the sandbox, but the sandbox."""
    sandbox = ("pinelabs_async/sandbox/",)
    assert {} == offenders({"pinelabs_async.sandbox"}, of="pinelabs_async/", apart_from=sandbox)


def test_the_blocking_sdk_proper_does_without_sandbox_and_commands():
    """Of the blocking package, only its sandbox, its commands and its pytest plugin import the sandbox."""
    forbidden = {"pinelabs_async.sandbox", "pinelabs_sync.sandbox", "pinelabs_sync.cli"}
    users = ("pinelabs_sync/sandbox", "pinelabs_sync/cli", "pinelabs_sync/pytest_plugin")
    assert {} == offenders(forbidden, of="pinelabs_sync/", apart_from=users)


def test_nothing_imports_the_blocking_package():
    """The asynchronous package knows nothing of the blocking one."""
    assert {} == offenders({"pinelabs_sync"}, of="pinelabs_async/")


def test_aiohttp_stays_in_few_files():
    """The HTTP library is known to the transport, the settings and the Session alone."""
    users = ("pinelabs_async/wire/transport", "pinelabs_async/wire/settings", "pinelabs_async/session")
    assert {} == offenders({"aiohttp"}, of="pinelabs_async/", apart_from=(*users, "pinelabs_async/sandbox/"))


def test_no_extra_is_needed():
    """A bare install works: libraries of extras are imported at the top by commands and framework parts alone."""
    extras = {"click", "rich", "fastapi", "starlette", "redis", "opentelemetry", "uvloop", "pydantic"}
    found = {}
    for name, path in FILES.items():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                modules = (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                )
                if any(begins(module, extras) for module in modules):
                    found[name] = modules
    allowed = ("pinelabs_sync/cli", "pinelabs_async/incoming/fastapi", "pinelabs_async/incoming/starlette")
    assert {} == {name: modules for name, modules in found.items() if not name.startswith(allowed)}


@pytest.mark.parametrize("name", [name for name in FILES if name.count("/") > 1 or "__init__" not in name])
def test_fits_in_the_head(name):
    """A file is one idea, below 450 lines; the two lists of public names are as long as there are names."""
    assert len(FILES[name].read_text().splitlines()) < LONGEST


def test_how_imports_are_read(tmp_path):
    """The reading of imports sees relative and lazy ones as well."""
    path = tmp_path / "pinelabs_async" / "wire" / "made_up.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "from . import codec\nfrom ..api import orders\nimport_module('pinelabs_async.sandbox')\n"
    )
    expected = {
        "pinelabs_async.wire",
        "pinelabs_async.wire.codec",
        "pinelabs_async.api",
        "pinelabs_async.api.orders",
    }
    assert {*expected, "pinelabs_async.sandbox"} == set(imported(path, tmp_path))
