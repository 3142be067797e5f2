"""The table of the contract: for each operation a row that brings about what it needs, calls it, and looks at the answer."""

import inspect
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pydantic
import pytest
from pinelabs import AsyncPinelabsApi
from pinelabs.core.parse_error import ParsingError

from tests.sandbox.mandate_calls import money

__all__ = ["BEYOND", "OPERATIONS", "PLAIN", "ROWS", "World", "example", "money", "row"]

DATA = Path(__file__).parents[1] / "data"
EXAMPLES = DATA / "examples"
OPERATIONS = {entry["call"]: entry for entry in json.loads((DATA / "operations.json").read_text())}
PLAIN = {name for name, entry in OPERATIONS.items() if not entry["in_official_sdk"]} | {
    "payments.authorize",  # the official SDK has Apple Pay's body on this path only
    "reserve_pay.debit",  # it is the official SDK's create_presentation, which has its row already
}
"""The operations without a method of their own in the official SDK: these are asked over plain HTTP."""

_ACQUIRER = ".data.payments.acquirer_data.acquirer_name"
BEYOND = {
    "auth.generate_token": {".expires_in"},
    "orders.get": {_ACQUIRER},
    "orders.capture": {_ACQUIRER},
    "orders.cancel": {_ACQUIRER},
    "payments.authorize_apple_pay": {".data.payment_retries_remaining"},
    "refunds.create": {".data.payments.parent_payment_id"},
    "split_settlements.release": {_ACQUIRER, ".data.callback_url"},
    "split_settlements.cancel": {_ACQUIRER, ".data.callback_url"},
}
"""Documented members that the official SDK has no name for in these answers."""

ROWS: dict[str, Callable[["World"], Awaitable[None]]] = {}


def row(name):
    """Enter a coroutine as the row of an operation."""

    def enter(check):
        assert name not in ROWS, name
        ROWS[name] = check
        return check

    return enter


def example(name):
    return json.loads((EXAMPLES / name).read_text())


class World:
    """A sandbox, a plain client that prepares it, and the way to ask the operation of one row."""

    def __init__(self, name, api):
        self.name, self.api, self.box = name, api, api.box
        self.unnamed = set()
        """Where the last answer had members that the official SDK's classes do not name."""

    def official(self):
        """Make the official client; its connections need no TLS here, which is slow to set up."""
        return AsyncPinelabsApi(
            base_url=self.box.base_url,
            token=self.api.token,
            httpx_client=httpx.AsyncClient(verify=False, trust_env=False),
        )

    async def ask(self, *, untyped=(), **given):
        """Call the operation by the official SDK, each argument but the untyped ones as one of its own classes."""
        group, _, verb = OPERATIONS[self.name]["sdk_method"].partition(".")
        client = self.official()
        method = getattr(getattr(client, group), verb)
        parameters = inspect.signature(method, eval_str=True).parameters
        typed = {
            name: value
            if name in untyped
            else pydantic.TypeAdapter(parameters[name].annotation).validate_python(value)
            for name, value in given.items()
        }
        try:
            called = method(**typed)
            if inspect.isawaitable(called):
                answer = await called
                self.unnamed = set(unnamed(answer))
                return answer
            return b"".join([chunk async for chunk in called])
        finally:
            await client._client_wrapper.httpx_client.httpx_client.aclose()

    async def misread(self, places, **given):
        """Call the operation by the official SDK, which cannot read documented members; return the answer."""
        with pytest.raises(ParsingError) as failed:
            await self.ask(**given)
        assert set(places) == {error["loc"] for error in failed.value.cause.errors()}
        return failed.value.body

    async def send(self, ids=(), body=None, *, query="", **more):
        """Call the operation over plain HTTP; return status and answer, None where it has no body."""
        operation = OPERATIONS[self.name]
        given = iter([ids] if isinstance(ids, str) else ids)
        path = re.sub(r"\{\w+\}", lambda _: next(given), operation["path"])
        headers = {"Authorization": f"Bearer {self.api.token}"}
        async with self.api.http.request(
            operation["method"], path + query, json=body, headers=headers, **more
        ) as answer:
            content = await answer.read()
            return answer.status, json.loads(content) if content else None


def unnamed(answer, place=""):
    """Yield the places of members that the official SDK's classes keep without a name of their own."""
    if isinstance(answer, list):
        for item in answer:
            yield from unnamed(item, place)
    elif isinstance(answer, pydantic.BaseModel):
        yield from (f"{place}.{name}" for name in answer.model_extra or {})
        for name in type(answer).model_fields:
            yield from unnamed(getattr(answer, name), f"{place}.{name}")
