"""What a test asks of a sandbox besides its answers: events, and how the SDK reads it."""

import json

from pinelabs_async import Session, to_json
from tests.api.samples import as_written


def events(box, *types):
    """Name every event told so far, oldest first, with its data; of some types where given."""
    told = [(event.type, json.loads(event.body)["data"]) for event in box._state.outbox]
    return [(kind, data) for kind, data in told if not types or kind in types]


def session(box, **more):
    """Make a Session of the SDK that talks to the sandbox's first merchant."""
    return Session(box.client_id, box.client_secret, base_url=box.base_url, **more)


def whole(answer):
    """Check that the SDK read all of an answer: without problems, and nothing left unmodelled."""
    assert () == answer.problems
    assert as_written(answer.raw) == json.loads(to_json(answer))
    return answer


async def later(api, **step):
    """Let time pass, and get a new token for the one that may have ended meanwhile."""
    api.box.clock.advance(**step)
    await api.login()


def whole_data(answer):
    """Check the same of an answer that came in the envelope `data`."""
    assert () == answer.problems
    assert as_written(answer.raw["data"]) == json.loads(to_json(answer))
    return answer
