"""Fixtures of the tests of the blocking package."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import attrs
import pytest

import pinelabs_async
import pinelabs_sync
from pinelabs_sync.sandbox import Sandbox
from tests.loopback.raw import LoopThread, RawServer

ROOT = Path(pinelabs_async.__file__).parent.parent
PRELUDE = """\
import asyncio, gc, os, signal, sys, threading, time
BASE = sys.argv[1]
def say(*words):
    print(*words, flush=True)
"""


@pytest.fixture
def box():
    """A blocking sandbox of this test's own."""
    with Sandbox() as started:
        yield started


@pytest.fixture
def pinelabs(box):
    """A blocking Session on the sandbox."""
    with pinelabs_sync.Session(box.client_id, box.client_secret, base_url=box.base_url) as session:
        yield session


@pytest.fixture
def server():
    """A raw server on a thread of its own."""
    with LoopThread() as thread:
        raw = RawServer()
        thread.run(raw.__aenter__())
        yield raw
        thread.run(raw.__aexit__())


@pytest.fixture
def connect(server):
    """Make blocking Sessions on the raw server and close them at the end."""
    made = []

    def make(**settings):
        session = pinelabs_sync.Session(
            "client", "s3cret-of-the-client", base_url=server.base_url, **settings
        )
        made.append(session)
        return session

    yield make
    for session in made:
        session.close()


@attrs.define(slots=False)
class Script:
    """A Python program that runs while a test watches it."""

    process: subprocess.Popen
    lines: list = attrs.field(factory=list)
    """What it has printed, with the moment of each line."""

    def __attrs_post_init__(self):
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line.rstrip("\n")))

    @property
    def said(self):
        return [line for _, line in self.lines]

    def wait_for(self, word, timeout=10):
        """Wait until it has printed a line and return the moment of that."""
        ends_at = time.monotonic() + timeout
        while time.monotonic() < ends_at:
            for moment, line in list(self.lines):
                if line == word:
                    return moment
            time.sleep(0.01)
        raise AssertionError(f"no {word!r} in {self.said}; stderr: {self.stop()}")

    def stop(self):
        self.process.kill()
        return self.process.stderr.read()

    def end(self, timeout=10):
        """Wait for its end; return its status, what it wrote to stderr, and the seconds since its last line."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it never ended; said {self.said}; stderr: {self.stop()}") from None
        ended_at = time.monotonic()
        self.reader.join(5)
        return status, self.process.stderr.read(), ended_at - self.lines[-1][0] if self.lines else 0.0

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)


@pytest.fixture
def run(tmp_path, server):
    """Start a script that gets the raw server's URL as its argument; line 6 is the first of the given text."""
    started = []

    def start(text, *options):
        path = tmp_path / "shop_script.py"
        path.write_text(PRELUDE + textwrap.dedent(text).lstrip("\n"))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        process = subprocess.Popen(
            [sys.executable, *options, str(path), server.base_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**environment, "PYTHONPATH": str(ROOT)},
        )
        script = Script(process)
        started.append(script)
        return script

    yield start
    for script in started:
        script.process.kill()
        script.process.wait(5)
        script.reader.join(5)
        script.process.stdout.close()
        script.process.stderr.close()
