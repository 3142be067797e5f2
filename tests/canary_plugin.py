"""A plugin that fails every test whose log records show a secret: ``python -m pytest -p tests.canary_plugin``.

A secret is what the SDK itself held as one while the test ran: the text of every ``Secret``, and every private
field of every body that a Session was to send. Tests that count the SDK's own steps see the plugin's, too:
leave ``tests/loopback/test_work.py`` out.
"""

import logging

import pytest

from pinelabs_async.wire import call, redact, shape
from tests.safety.canary import Trap

SHORTEST = 8
"""Characters of a secret that cannot be in a log by chance."""


class Watch(Trap):
    """Collect what is secret, and the log records that show it."""

    def __init__(self):
        super().__init__()
        self.secrets = set()

    def learn(self, text):
        if isinstance(text, str) and len(text) >= SHORTEST:
            self.secrets.add(text)

    def emit(self, record):
        super().emit(record)
        text = self.texts.pop()  # tests that measure memory shall not see a log grow
        if any(secret in text for secret in list(self.secrets)):
            self.texts.append(text)


KEY = pytest.StashKey[Watch]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Watch one test, with its fixtures, with every logger at DEBUG."""
    watch = item.stash[KEY] = Watch()
    hide, prepare = redact.Secret.__init__, call.Caller._prepare

    def hide_and_tell(self, text):
        watch.learn(text)
        hide(self, text)

    def prepare_and_tell(self, operation, ids, options, *, body, **more):
        for text in shape.private_texts(body):
            watch.learn(text)
        return prepare(self, operation, ids, options, body=body, **more)

    redact.Secret.__init__, call.Caller._prepare = hide_and_tell, prepare_and_tell
    pytest_own = item.config.pluginmanager.get_plugin("logging-plugin")
    handlers = (pytest_own.caplog_handler, pytest_own.report_handler)
    for handler in handlers:  # what tests and reports see of the log stays as it is without the plugin
        handler.setLevel(logging.WARNING)
    try:
        with watch:
            return (yield)
    finally:
        redact.Secret.__init__, call.Caller._prepare = hide, prepare
        for handler in handlers:
            handler.setLevel(logging.NOTSET)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """Fail the test at its end."""
    yield
    shown = item.stash[KEY].texts
    if shown:
        pytest.fail(f"{len(shown)} log records show a secret, the first of them:\n{shown[0]}", pytrace=False)
