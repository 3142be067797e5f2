"""README.md: its examples run as they stand, and its commands can be found by a program."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=["awaited", "blocking"])
def test_example_runs_as_it_stands(example: str, tmp_path: Path):
    """The example prints a verified return and a processed refund, with no warning."""
    script = tmp_path / "example.py"
    script.write_text(example, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-W", "error", script],
        capture_output=True,
        check=False,
        text=True,
        timeout=50,
    )

    assert (0, "") == (ended.returncode, ended.stderr)
    assert "ReturnedOrder(order_id=" in ended.stdout
    assert "status=<RefundStatus.PROCESSED: 'PROCESSED'>" in ended.stdout


def test_examples_are_short():
    """Each example is about twenty lines of code, and the two differ by their keywords only."""
    awaited, blocking = ([line for line in example.splitlines() if line.strip()] for example in EXAMPLES)
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
