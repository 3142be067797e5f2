"""Handling each webhook once, on several machines: needs the extra ``[redis]``."""

import inspect
from typing import Any, Final, Protocol

from pinelabs_async.errors import ConfigurationError
from pinelabs_async.incoming.replay import AGE, LEASE, Claim, check_times

_DONE: Final = "done"
_RUNNING: Final = "running:"
_RELEASE: Final = """
if redis.call("get", KEYS[1]) == ARGV[1] then redis.call("del", KEYS[1]) end
"""


class RedisClient(Protocol):
    """Be what a ``redis.asyncio.Redis`` is, as far as it is used here: of Any types, which differ by release."""

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
        client: A ``redis.asyncio.Redis`` of your own; used, not closed.
        prefix: What the keys begin with.
        lease: Seconds after which the claim of a handler that never ended is free again.
        age: Seconds to remember what is done.

    Raises:
        ConfigurationError: a setting that cannot work, or a blocking ``redis.Redis``.
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
        if not inspect.iscoroutinefunction(getattr(client, "execute_command", None)):
            raise ConfigurationError(
                f"client must be a redis.asyncio.Redis, not a {type(client).__module__}.{type(client).__qualname__}."
            )
        self._client = client
        self._prefix, self._lease, self._age = prefix, _milliseconds(lease), _milliseconds(age)

    async def claim(self, key: str, owner: str) -> Claim:
        """Take a key before its handler runs."""
        name, mine = self._prefix + key, _RUNNING + owner
        # SET NX is one step for Redis: of two that come at once one gets it.
        if await self._client.set(name, mine, nx=True, px=self._lease):
            return "claimed"
        value = await self._client.get(name)
        if value in (_DONE, _DONE.encode()):
            return "done"
        # The client sends a command again when its answer gets lost: the first one may have taken the key.
        return "claimed" if value in (mine, mine.encode()) else "running"

    async def release(self, key: str, owner: str) -> None:
        """Give a key back."""
        await self._client.eval(_RELEASE, 1, self._prefix + key, _RUNNING + owner)

    async def finish(self, key: str) -> None:
        """Mark a key as done."""
        await self._client.set(self._prefix + key, _DONE, px=self._age)


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
