"""Handling each webhook once, on several machines: needs the extra ``[redis]``."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, Final, Protocol

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.incoming.replay import AGE, LEASE, Claim, check_times

_DONE: Final = "done"
_RUNNING: Final = "running:"
_RELEASE: Final = """
if redis.call("get", KEYS[1]) == ARGV[1] then redis.call("del", KEYS[1]) end
"""
_RENEW: Final = """
if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) end
return 0
"""


class RedisClient(Protocol):
    """Be what both kinds of Redis client are, as far as it is used here: of Any types, which differ by release."""

    def set(self, name: Any, value: Any, *, nx: bool = ..., px: Any = ...) -> Any:
        """Set a key that expires after ``px`` milliseconds; with ``nx`` only where there is none."""
        ...

    def get(self, name: Any) -> Any:
        """Return a key's value."""
        ...

    def eval(self, script: Any, numkeys: Any, *keys_and_args: Any) -> Any:
        """Run a script, in one step for everybody else."""
        ...


class RedisReplayStore:
    """Remember in Redis, which the processes of many machines share.

    Args:
        client: A ``redis.asyncio.Redis`` of your own, or a ``redis.Redis``, which works in threads: best for
            ``pinelabs_sync``. It is used, not closed. Give a ``redis.Redis`` a ``socket_timeout``: nothing else
            ends a thread that waits for a server which hangs.
        prefix: What the keys begin with.
        lease: Seconds after which the claim of a handler that never ended is free again.
        age: Seconds to remember what is done.

    Raises:
        ConfigurationError: a setting that cannot work, or a client that is none.
        redis.RedisError: from its methods, where Redis cannot be reached.
    """

    def __init__(
        self,
        client: RedisClient,
        *,
        prefix: str = "pinelabs:webhook:",
        lease: float = LEASE,
        age: float = AGE,
    ) -> None:
        check_times(lease, age)
        execute = getattr(client, "execute_command", None)
        if execute is None:
            raise ConfigurationError(
                f"client must be a redis.asyncio.Redis or a redis.Redis, not a {type(client).__qualname__}."
            )
        self.lease: Final = lease
        """Seconds that a claim lasts, from when it was made or renewed."""
        self._client, self._threaded = client, not inspect.iscoroutinefunction(execute)
        self._prefix, self._age = prefix, _milliseconds(age)

    async def claim(self, key: str, owner: str) -> Claim:
        """Take a key before its handler runs."""
        name, mine = self._prefix + key, _RUNNING + owner
        # SET NX is one step for Redis: of two that come at once one gets it.
        set_now = await self._do(self._client.set, name, mine, nx=True, px=_milliseconds(self.lease))
        if set_now in (True, "OK", b"OK"):
            return "claimed"
        value = await self._do(self._client.get, name)
        if value in (_DONE, _DONE.encode()):
            return "done"
        # The client sends a command again when its answer gets lost: the first one may have taken the key.
        return "claimed" if value in (mine, mine.encode()) else "running"

    async def renew(self, key: str, owner: str) -> bool:
        """Let a claim's lease begin anew, and tell whether it is still this owner's."""
        values = self._prefix + key, _RUNNING + owner, _milliseconds(self.lease)
        return bool(await self._do(self._client.eval, _RENEW, 1, *values))

    async def release(self, key: str, owner: str) -> None:
        """Give a key back."""
        await self._do(self._client.eval, _RELEASE, 1, self._prefix + key, _RUNNING + owner)

    async def finish(self, key: str) -> None:
        """Mark a key as done."""
        await self._do(self._client.set, self._prefix + key, _DONE, px=self._age)

    async def _do(self, command: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if self._threaded:
            result = await asyncio.to_thread(command, *args, **options)
        else:
            result = command(*args, **options)
        # What traces or wraps a client may hide that its methods are to be awaited.
        return await result if inspect.isawaitable(result) else result


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
