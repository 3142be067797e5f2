"""The pages of docs/: every piece of Python compiles, and what a page says it prints it prints."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("**/*.md"))
BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:```text\n(?P<printed>.*?)^```$)?", re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")


def blocks():
    """Yield each block of Python with the text that follows it, or None."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 2
            yield pytest.param(found["code"], found["printed"], id=f"{page.stem}-{line}")


BLOCKS = list(blocks())
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@pytest.mark.parametrize(("code", "printed"), BLOCKS)
def test_block(code, printed, tmp_path):
    """A block compiles; one that is followed by a text prints it when it is run as a program, with no warning."""
    compile(code, "block", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if printed is None:
        return
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (printed, "", 0) == (ended.stdout, ended.stderr, ended.returncode)


@each_page
def test_links(page):
    """Every link to a file or to a heading of the page leads somewhere."""
    text = page.read_text(encoding="utf-8")
    headings = {
        "#" + re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    for target, anchor in LINK.findall(text):
        assert (page.parent / target).exists(), target
        assert target or anchor in headings, anchor


def test_there_are_pages():
    """The tables are not empty, and blocks are run."""
    assert PAGES
    assert any(param.values[1] is not None for param in BLOCKS)
