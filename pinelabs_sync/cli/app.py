"""The commands and their options."""

import contextlib
import signal
import sys
import threading
from types import FrameType

import click

from pinelabs_async.errors import PineLabsError
from pinelabs_sync.cli.demo import Demo, DemoError
from pinelabs_sync.sandbox import Sandbox


@click.group()
@click.version_option(package_name="pinelabs-async")
def app() -> None:
    """Try Pine Labs Online (Plural) on your own machine: no account, no internet."""


@app.command()
def demo() -> None:
    """Walk a purchase from order to refund, awaited and blocking, against a local sandbox."""
    try:
        Demo().run()
    except Exception as error:  # noqa: BLE001  # one clear line, whatever it is
        kind = "" if isinstance(error, (PineLabsError, DemoError)) else f"{type(error).__name__}: "
        sys.exit(f"pinelabs demo failed: {kind}{error}")


@app.command()
@click.option(
    "--port", default=0, show_default="a free one", type=click.IntRange(0, 65535), help="Loopback port."
)
def sandbox(port: int) -> None:
    """Run a local Pine Labs until Ctrl-C; prints its address and credentials as export lines."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        box = Sandbox(port=port).start()
    except OSError as error:
        sys.exit(f"pinelabs sandbox: port {port} cannot be used: {error.strerror}")
    with contextlib.closing(box):
        for name, value in (
            ("PINELABS_BASE_URL", box.base_url),
            ("PINELABS_CLIENT_ID", box.client_id),
            ("PINELABS_CLIENT_SECRET", box.client_secret),
            ("PINELABS_ENV", "uat"),
            ("PINELABS_RETURN_URL_SECRET", box.return_url_secret),
            ("PINELABS_WEBHOOK_SECRET", box.webhook_secret),
        ):
            click.echo(f"export {name}={value}")
        click.echo("The sandbox runs until Ctrl-C.", err=True)
        sys.stdout.flush()
        while not stopped.wait(0.5):  # a bare wait() cannot be interrupted on Windows
            pass
