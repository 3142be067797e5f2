"""One webhook, signed and posted by hand."""

import asyncio

import attrs

from pinelabs_async.sandbox import Attempt, Clock
from pinelabs_async.sandbox.event_samples import beside, sample
from pinelabs_async.sandbox.outbox import Event, Outbox
from pinelabs_async.sandbox.posting import ANSWER_SECONDS, http_client, post, sign


def made(event_type: str, merchant_id: str, webhook_id: str | None) -> Event:
    """Make a sample event of now."""
    clock = Clock()
    data = sample(event_type, merchant_id=merchant_id, at=clock.now())
    more = beside(event_type, merchant_id=merchant_id, event_id="v1-event-001")
    event = Outbox(clock).tell(merchant_id, event_type, data, **more)
    return attrs.evolve(event, id=webhook_id) if webhook_id else event


def sent(event: Event, to: str, secret: str) -> Attempt:
    """Sign it, post it once, and return how it went."""
    headers = sign(event.body, secret, id=event.id, timestamp=int(event.at.timestamp()))

    async def once() -> Attempt:
        async with http_client() as http:
            return await post(http, to, event.body, headers, at=event.at, seconds=ANSWER_SECONDS)

    return asyncio.run(once())
