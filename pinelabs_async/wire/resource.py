"""What a group of operations is: the calls of one Session, by name."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from pinelabs_async.wire.call import Caller
from pinelabs_async.wire.operation import Operation
from pinelabs_async.wire.query import Query
from pinelabs_async.wire.settings import Options
from pinelabs_async.wire.shape import Answer

T = TypeVar("T", bound=Answer)


class Resource:
    """Be a group of operations of a Session; you reach it as ``session.orders`` and so on."""

    __slots__ = ("_caller", "_options")

    def __init__(self, caller: Caller, options: Options) -> None:
        self._caller = caller
        self._options = options

    def _send(
        self, operation: Operation[T], *ids: str, body: object = None, query: Query | None = None
    ) -> Coroutine[Any, Any, T]:
        return self._caller.call(operation, ids, self._options, body=body, query=query)
