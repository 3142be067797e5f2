"""Run the shop beside a sandbox: no account, no internet, no money.

python run.py [PORT]
"""

import sys

import uvicorn
from shop import Settings, make_shop

from pinelabs_async import Session
from pinelabs_sync.sandbox import Sandbox


def main(port: int) -> None:
    """Open both, and close both after Ctrl-C."""
    address = f"http://127.0.0.1:{port}"
    with Sandbox(webhook_url=f"{address}/webhooks/pinelabs") as box:
        settings = Settings(
            address=address,
            webhook_secret=box.webhook_secret,
            return_url_secret=box.return_url_secret,
            open_session=lambda: Session(box.client_id, box.client_secret, base_url=box.base_url),
        )
        print(f"The shop opens at {address}", flush=True)
        uvicorn.run(make_shop(settings), port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
