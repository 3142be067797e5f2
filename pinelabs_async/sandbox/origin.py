"""Whether a request was made on one of the sandbox's own pages, as far as the browser says."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def is_local(host: str) -> bool:
    """Tell whether the browser was sent here by a local name, and not by a stranger's that leads here."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_own(host: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a form came from a page of this host; a client that is no browser says nothing of it."""
    origin = headers.get("Origin")
    site = headers.get("Sec-Fetch-Site", "same-origin")
    return site == "same-origin" and origin in (None, f"http://{host}")
