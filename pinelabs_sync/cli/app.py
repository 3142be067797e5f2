"""The commands and their options."""

import contextlib
import signal
import sys
import threading
from types import FrameType

import click

from pinelabs_async.errors import PineLabsError
from pinelabs_async.sandbox.event_samples import SAMPLES
from pinelabs_sync.cli.demo import Demo, DemoError
from pinelabs_sync.cli.trigger import made, sent
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
@click.option("--webhook-url", default="", metavar="URL", help="Where the merchant's webhooks go.")
def sandbox(port: int, webhook_url: str) -> None:
    """Run a local Pine Labs until Ctrl-C; prints its address and credentials as export lines."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        box = Sandbox(port=port, webhook_url=webhook_url).start()
    except OSError as error:
        sys.exit(f"pinelabs sandbox: port {port} cannot be used: {error.strerror}")
    with contextlib.closing(box):
        for name, value in (
            ("PINELABS_BASE_URL", box.base_url),
            ("PINELABS_CLIENT_ID", box.client_id),
            ("PINELABS_CLIENT_SECRET", box.client_secret),
            ("PINELABS_ENV", "uat"),
            ("PINELABS_MERCHANT_ID", box.merchant_id),
            ("PINELABS_ACCESS_CODE", box.access_code),
            ("PINELABS_RETURN_URL_SECRET", box.return_url_secret),
            ("PINELABS_WEBHOOK_SECRET", box.webhook_secret),
        ):
            click.echo(f"export {name}={value}")
        click.echo(f"The sandbox runs until Ctrl-C; open {box.base_url} in a browser.", err=True)
        sys.stdout.flush()
        while not stopped.wait(0.5):  # a bare wait() cannot be interrupted on Windows
            pass


@app.command(epilog=f"EVENT is one of {', '.join(sorted(SAMPLES))}.")
@click.argument("event", type=click.Choice(sorted(SAMPLES), case_sensitive=False), metavar="EVENT")
@click.option("--to", required=True, metavar="URL", help="Where your webhook handler listens.")
@click.option(
    "--secret",
    required=True,
    envvar="PINELABS_WEBHOOK_SECRET",
    help="The webhook secret; better given as PINELABS_WEBHOOK_SECRET, which no list of processes shows.",
)
@click.option("--merchant-id", default="123456", show_default=True, help="The merchant that it is about.")
@click.option("--id", "webhook_id", metavar="MSG", help="Its webhook-id, to send the same one again.")
def trigger(event: str, to: str, secret: str, merchant_id: str, webhook_id: str | None) -> None:
    """Send one signed sample EVENT, such as ORDER_PROCESSED, to your webhook handler.

    It ends with 0 where the handler answers with a 2xx within five seconds, as the gateway wants it.
    """
    if not secret:
        raise click.BadParameter("it is empty", param_hint="--secret")
    told = made(event, merchant_id, webhook_id)
    attempt = sent(told, to, secret)
    click.echo(f"{told.type} {told.id} to {to}: {attempt.error or attempt.status}")
    if not attempt.accepted:
        sys.exit("pinelabs trigger: no 2xx; the gateway would send it again")
