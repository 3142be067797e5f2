"""Take payments with Pine Labs Online (Plural): an asyncio SDK. ``pinelabs_sync`` has the same names, blocking."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinelabs_async.api import OPERATIONS as OPERATIONS
    from pinelabs_async.session import Session as Session

_WHERE = {
    "OPERATIONS": "api",
    "Address": "api.common",
    "Session": "session",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
