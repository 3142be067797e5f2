"""The command ``pinelabs``. It lives in the blocking package, which may use the other; nothing uses it."""

import io
import sys


def main() -> None:
    """Run the command line; end with one clear line where its extra is not installed."""
    try:
        from pinelabs_sync.cli.app import app  # noqa: PLC0415  # the SDK itself does without these libraries
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        sys.exit("pinelabs: the command needs its extra: pip install 'pinelabs-async[cli]'")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console without a rupee sign is no reason to stop
    app(prog_name="pinelabs")
