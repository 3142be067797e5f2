"""The public names: listed, complete, equal in both packages, and imported only when they are used."""

import ast
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pinelabs_async
import pinelabs_sync

ROOT = Path(pinelabs_async.__file__).parents[1]
PACKAGES = {"pinelabs_async": pinelabs_async, "pinelabs_sync": pinelabs_sync}
OWN = {"Pages", "Session", "WebhookRouter"}
"""Names that are another object in either package; all others are the very same."""

each_package = pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)


def declared(package):
    """Return the module of each name that a package imports for type checkers."""
    tree = ast.parse(Path(package.__file__).read_text())
    (block,) = (
        node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    )
    return {
        (alias.asname or alias.name): (statement.module, alias.name)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }


def run(code):
    """Run code in a new interpreter and return what it printed as JSON."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import json, sys\n{code}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    return json.loads(done.stdout)


@each_package
def test_all_is_sorted_and_unique(package):
    """The list of names is sorted, with nothing twice."""
    assert sorted(set(package.__all__)) == list(package.__all__)


def test_both_packages_have_the_same_names():
    """Code is moved from one package to the other by changing the import."""
    assert pinelabs_async.__all__ == pinelabs_sync.__all__


@each_package
def test_all_is_what_type_checkers_see(package):
    """The imports for type checkers and the list are the same names, each under its own."""
    assert set(package.__all__) == set(declared(package))
    assert [] == [name for name, (_, original) in declared(package).items() if name != original]


@each_package
def test_every_name_is_what_type_checkers_see(package):
    """Each name gives, at run time, the object of the module that type checkers are told."""
    for name, (module, _) in declared(package).items():
        parent = importlib.import_module(module)
        expected = getattr(parent, name, None) or importlib.import_module(f"{module}.{name}")
        assert expected is getattr(package, name), name


def test_both_packages_have_the_same_objects():
    """Errors, bodies and answers are the same classes in both packages; only what blocks has a twin."""
    different = {
        name
        for name in pinelabs_async.__all__
        if getattr(pinelabs_async, name) is not getattr(pinelabs_sync, name)
    }
    assert different == OWN & set(pinelabs_async.__all__)


@each_package
def test_dir_lists_the_names(package):
    """Completion in a shell offers the public names."""
    assert package.__all__ == dir(package)


@each_package
@pytest.mark.parametrize("name", ["Nope", "session_", "_secret", "NewOrders", ""])
def test_unknown_name(package, name):
    """A name that is not there is an AttributeError with package and name, as of any module."""
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute '{name}'"):
        getattr(package, name)


def test_no_name_of_python_is_hidden():
    """A star import shadows no built-in."""
    import builtins

    assert set() == set(pinelabs_async.__all__) & set(dir(builtins))


@pytest.mark.parametrize("package", PACKAGES)
def test_import_alone_is_light(package):
    """Importing the package imports none of the libraries behind it, and no module of its own."""
    loaded = run(f"import {package}\nprint(json.dumps(sorted(sys.modules)))")
    heavy = {"aiohttp", "anyio", "attr", "attrs", "cattrs", "click", "msgspec", "multidict", "rich", "yarl"}
    assert set() == heavy & set(loaded)
    assert {"pinelabs_async", package} == {name for name in loaded if name.startswith("pinelabs")}


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("name", ["Money", "PineLabsError", "OutcomeUnknownError", "Secret"])
def test_plain_names_are_light(package, name):
    """Money and errors are used in places that never call the gateway, so that they import no HTTP library."""
    loaded = run(f"from {package} import {name}\nprint(json.dumps(sorted(sys.modules)))")
    assert set() == {"aiohttp", "anyio", "cattrs", "msgspec", "yarl"} & set(loaded)


READ = """
import asyncio
from aiohttp import web
from pinelabs_async import Session

async def answer(request):
    token = request.path.endswith("/token")
    return web.json_response({"access_token": "a"} if token else {"data": {"order_id": "v1-1"}})

async def main():
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with Session("id", "secret", base_url=f"http://127.0.0.1:{port}") as pinelabs:
        assert "v1-1" == (await pinelabs.orders.get("v1-1")).order_id
    await runner.cleanup()

asyncio.run(main())
"""


def test_a_program_that_only_reads_does_without_cattrs():
    """The token is fetched and an order read without what writes bodies: a twentieth of a cold start."""
    loaded = run(READ + "print(json.dumps(sorted(sys.modules)))")
    assert not {"cattrs", "pinelabs_async.wire.converter"} & set(loaded)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_writes_a_body_comes_with_its_name(package):
    """A program that names a body has cattrs before its first request, within which an import would be a stall."""
    loaded = run(f"from {package} import NewOrder\nprint(json.dumps(sorted(sys.modules)))")
    assert {"cattrs", "pinelabs_async.wire.converter"} <= set(loaded)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_sandbox_is_never_imported_on_the_way(package):
    """All names together, and a Session with all its groups, import nothing of the sandbox or the commands."""
    loaded = run(
        f"from {package} import *\nfrom pinelabs_async.api import GROUPS\nmade = Session('id', 's')\n"
        "[getattr(made, group) for group in GROUPS]\nprint(json.dumps(sorted(sys.modules)))"
    )
    assert [] == [name for name in loaded if "sandbox" in name or name.startswith("pinelabs_sync.cli")]
    assert not {"click", "rich", "fastapi", "redis", "opentelemetry"} & set(loaded)


@pytest.mark.parametrize("name", pinelabs_async.__all__)
def test_blocking_package_alone_gives_every_name(name):
    """A name is found by attribute however it is asked for first."""
    assert getattr(pinelabs_sync, name) is getattr(pinelabs_sync, name)


@each_package
def test_star_import(package):
    """A star import gives exactly the listed names."""
    names = run(
        f"before = set(globals())\nfrom {package.__name__} import *\n"
        "print(json.dumps(sorted(set(globals()) - before - {'before'})))"
    )
    assert sorted(package.__all__) == names


@each_package
def test_typed(package):
    """The package tells type checkers that it is typed."""
    assert (Path(package.__file__).parent / "py.typed").is_file()


def test_every_exported_class_names_its_place():
    """The module and name of each class lead back to it, as pickle needs."""
    for name in pinelabs_async.__all__:
        value = getattr(pinelabs_async, name)
        if isinstance(value, type):
            assert value is getattr(importlib.import_module(value.__module__), value.__qualname__), name
