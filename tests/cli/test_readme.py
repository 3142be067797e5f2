"""README.md: its examples run as they stand, and its commands can be found by a program."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


# The scope is said because pytest-asyncio warns where nobody does, and warnings are errors here.
PYTEST = ["-m", "pytest", "-q", "-o", "asyncio_default_fixture_loop_scope=function", "--rootdir=."]
PURCHASE = ("ReturnedOrder(order_id=", "status=<RefundStatus.PROCESSED: 'PROCESSED'>")
PRINTED = {
    "awaited": PURCHASE,
    "blocking": PURCHASE,
    "tests": ("1 passed",),
    "lost answer": ("resolved: True", "recovered: ", " True"),
    "webhook": ("read v1-1 and ship",),
}


@pytest.mark.parametrize(
    ("example", "printed"), list(zip(EXAMPLES, PRINTED.values(), strict=True)), ids=list(PRINTED)
)
def test_example_runs_as_it_stands(example: str, printed: tuple[str, ...], tmp_path: Path):
    """The example prints what it is there to show, with no warning."""
    script = tmp_path / "example.py"
    script.write_text(example, encoding="utf-8")
    run = PYTEST if "import pytest" in example else []
    ended = subprocess.run(
        [sys.executable, "-W", "error", *run, script],
        capture_output=True,
        check=False,
        text=True,
        timeout=50,
        cwd=tmp_path,
    )

    assert (0, "") == (ended.returncode, ended.stderr)
    assert [] == [text for text in printed if text not in ended.stdout]


def test_examples_are_short():
    """Each purchase is about twenty lines of code, and the two differ by their keywords only."""
    awaited, blocking = ([line for line in example.splitlines() if line.strip()] for example in EXAMPLES[:2])
    assert len(awaited) <= 22
    assert len(blocking) <= 16


@pytest.mark.parametrize(
    ("name", "ending"), [("demo", ".venv/bin/pinelabs demo"), ("test", "pytest -n auto")]
)
def test_command_is_marked_and_is_one_line(name: str, ending: str):
    """The marked block after each comment holds one line that ends in what it is for."""
    found = re.search(rf"^<!-- command: {name} -->\n```sh\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
    assert found is not None
    assert "\n" not in found[1]
    assert found[1].endswith(ending)


def test_every_error_of_the_table_exists():
    """The errors that the README names are those of the package."""
    import pinelabs_async

    for name in re.findall(r"`(\w+Error)`", README):
        assert hasattr(pinelabs_async, name) or name in {"TypeError", "ValueError"}
