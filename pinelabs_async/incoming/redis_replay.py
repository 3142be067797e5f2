"""Handling each webhook once, on several machines: needs the extra ``[redis]``."""

from typing import Any, Protocol

from pinelabs_async.incoming.replay import AGE, LEASE, Claim, check_times


class RedisClient(Protocol):
    """Be what a ``redis.asyncio.Redis`` is, as far as it is used here: of Any types, which differ by release."""

    async def set(self, name: Any, value: Any, *, nx: bool = ..., px: Any = ...) -> Any:
        """Set a key that expires after ``px`` milliseconds; with ``nx`` only where there is none."""
        ...

    async def get(self, name: Any) -> Any:
        """Return a key's value."""
        ...

    async def delete(self, *names: Any) -> Any:
        """Delete keys."""
        ...


class RedisReplayStore:
    """Remember in Redis, which the processes of many machines share.

    Args:
        client: A ``redis.asyncio.Redis`` of your own; used, not closed.
        prefix: What the keys begin with.
        lease: Seconds after which the claim of a handler that never ended is free again.
        age: Seconds to remember what is done.

    Raises:
        ConfigurationError: a setting that cannot work.
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
        self._client = client
        self._prefix, self._lease, self._age = prefix, int(lease * 1000), int(age * 1000)

    async def claim(self, key: str) -> Claim:
        """Take a key before its handler runs."""
        # SET NX is one step for Redis: of two that come at once one gets it.
        if await self._client.set(self._prefix + key, "running", nx=True, px=self._lease):
            return "claimed"
        value = await self._client.get(self._prefix + key)
        return "done" if value in ("done", b"done") else "running"

    async def release(self, key: str) -> None:
        """Give a key back."""
        await self._client.delete(self._prefix + key)

    async def finish(self, key: str) -> None:
        """Mark a key as done."""
        await self._client.set(self._prefix + key, "done", px=self._age)
