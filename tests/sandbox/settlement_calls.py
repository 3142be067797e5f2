"""How a test reads the settlements of a sandbox."""

import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from tests.sandbox.told import later

ROOT = "/api/settlements/v1"


async def ask(api, path):
    """Read JSON with its decimal numbers to the digit."""
    headers = {"Authorization": f"Bearer {api.token}"}
    async with api.http.get(f"{ROOT}{path}", headers=headers) as answer:
        return answer.status, json.loads(await answer.read(), parse_float=Decimal)


async def listed(api, *, days=59, **more):
    """List the settlements of the last days."""
    now = api.box.clock.now()
    span = f"start_date={now - timedelta(days=days):%Y-%m-%d}&end_date={now:%Y-%m-%d}"
    status, answer = await ask(api, f"/list?{span}" + "".join(f"&{name}={more[name]}" for name in more))
    assert 200 == status, answer
    return answer


async def detail(api, utr, query=""):
    status, answer = await ask(api, f"/detail/{utr}?{query}")
    assert 200 == status, answer
    return answer


async def tomorrow(api, hour=12, *, days=1):
    """Let it become an hour of one of the next days."""
    now = api.box.clock.now()
    target = datetime.combine(now.date() + timedelta(days=days), time(hour), tzinfo=UTC)
    await later(api, seconds=(target - now).total_seconds())


async def settled(api):
    """Return the only settlement there is, in detail."""
    (record,) = (await listed(api))["data"]
    return await detail(api, record["utr_number"])


def money(value):
    return {"value": value, "currency": "INR"}
