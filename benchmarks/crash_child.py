"""Make one write and stop for ever at one point of it, so that ``benchmarks.crash`` can kill this process there."""

import asyncio
import json
import sys
from typing import Any

import pinelabs_sync
from pinelabs_async import OPERATIONS, Intent, Session, SQLiteIntentStore, from_json


class Stopping(SQLiteIntentStore):
    """Say that a point of the write is reached, and go no further."""

    def __init__(self, path: str, point: str) -> None:
        super().__init__(path)
        self._point = point

    async def record(self, intent: Intent) -> None:
        await self._stop_at("before recording")
        await super().record(intent)
        await self._stop_at("after recording")

    async def settle(self, key: str, *, carried_out: bool | None) -> None:
        await self._stop_at("before settling")
        await super().settle(key, carried_out=carried_out)

    async def _stop_at(self, point: str) -> None:
        if point == self._point:
            print("here", flush=True)
            await asyncio.Event().wait()


def arguments(job: dict[str, Any]) -> tuple[Any, ...]:
    """Return what the method takes: the ids, and the body where there is one."""
    kind = OPERATIONS[job["operation"]].body
    return (*job["ids"],) if kind is None else (*job["ids"], from_json(kind, job["body"]))


async def write(job: dict[str, Any], group: str, verb: str) -> None:
    journal = Stopping(job["journal"], job["point"])
    async with Session(*job["credentials"], base_url=job["base_url"], journal=journal) as pinelabs:
        await getattr(getattr(pinelabs, group), verb)(*arguments(job))


def write_blocking(job: dict[str, Any], group: str, verb: str) -> None:
    journal = Stopping(job["journal"], job["point"])
    with pinelabs_sync.Session(*job["credentials"], base_url=job["base_url"], journal=journal) as pinelabs:
        getattr(getattr(pinelabs, group), verb)(*arguments(job))


def main() -> None:
    job = json.loads(sys.stdin.readline())
    group, _, verb = job["operation"].partition(".")
    if job["package"] == "pinelabs_async":
        asyncio.run(write(job, group, verb))
    else:
        write_blocking(job, group, verb)
    print("not stopped", flush=True)


if __name__ == "__main__":
    main()
