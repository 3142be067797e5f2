"""The same damage for the official SDK, ``pinelabs-python``, as it comes: a contrast for ``benchmarks.chaos``."""

import asyncio
import contextlib
import inspect
import json
import random
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from unittest import mock

import httpx
import pydantic
from pinelabs import AsyncPinelabsApi
from pinelabs.core import http_client
from pinelabs.core.api_error import ApiError

from benchmarks.chaos import TIMEOUT, blind_repetitions, damage, many, session
from benchmarks.writes import KINDS, Write, at_rest
from pinelabs_async import Credentials, to_json
from pinelabs_async.sandbox import Sandbox

_RECORDED: Final = json.loads((Path(__file__).parents[1] / "tests/data/operations.json").read_text())
METHODS: Final[Mapping[str, str]] = {each["call"]: each.get("sdk_method", "") for each in _RECORDED}
ARGUMENTS: Final = {
    "accountNumber": "account_number",
    "branchCode": "branch_code",
    "clientReferenceId": "client_reference_id",
    "payeeName": "payee_name",
}
"""The members of a body whose argument has another name."""
ROWS: Final = (
    "runs",
    "executed",
    "results",
    "errors",
    "foreign_errors",
    "errors_though_executed",
    "sent_again_blindly",
    "executed_twice",
)
"""Foreign errors are those of its HTTP library and its parser; an error though it was executed leaves the caller to guess."""


async def send(client: AsyncPinelabsApi, write: Write) -> None:
    """Make the write with arguments of the official SDK's own classes."""
    group, _, verb = METHODS[write.operation].partition(".")
    method = getattr(getattr(client, group), verb)
    parameters = inspect.signature(method, eval_str=True).parameters
    body: dict[str, Any] = {} if write.body is None else json.loads(to_json(write.body))
    named = {ARGUMENTS.get(member, member): value for member, value in body.items()}
    typed = {
        name: pydantic.TypeAdapter(parameters[name].annotation).validate_python(value)
        for name, value in named.items()
        if name in parameters
    }
    await method(*write.ids, **typed)


async def run(seed: int) -> Counter[str]:
    """Make the run that a seed stands for, and count what happened."""
    drawn = random.Random(seed)
    async with Sandbox(duplicate_references=drawn.choice(("refuse", "return"))) as box:
        async with session(box) as pinelabs:
            write = await KINDS[drawn.choice([*KINDS])].prepare(box, pinelabs, f"run-{seed}")
            secret = Credentials(client_id=box.client_id, client_secret=box.client_secret)
            token = await pinelabs.auth.generate_token(secret)
        box.exchanges.clear()
        damage(box, drawn, write.operation)
        error: Exception | None = None
        async with httpx.AsyncClient(
            verify=False, trust_env=False, timeout=TIMEOUT, follow_redirects=True
        ) as http:
            client = AsyncPinelabsApi(base_url=box.base_url, token=token.access_token, httpx_client=http)
            try:
                await send(client, write)
            except Exception as raised:  # noqa: BLE001  # which ones leak is what is counted
                error = raised
        box.faults.clear()
        await at_rest(box)
        done = len(write.executions(box))
        return Counter(
            runs=1,
            executed=done > 0,
            results=error is None,
            errors=error is not None,
            foreign_errors=error is not None and not isinstance(error, ApiError),
            errors_though_executed=error is not None and done > 0,
            sent_again_blindly=blind_repetitions(box.exchanges) > 0,
            executed_twice=done > 1,
        )


@contextlib.contextmanager
def short_pauses() -> Generator[None]:
    with mock.patch.object(http_client, "INITIAL_RETRY_DELAY_SECONDS", 0.005):
        yield


def official(seeds: Sequence[int]) -> Counter[str]:
    with short_pauses():
        return asyncio.run(many(seeds, run))
