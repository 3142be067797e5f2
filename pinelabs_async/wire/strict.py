"""Strict mode: tests hear of every answer in which something did not fit."""

import warnings
from collections.abc import Coroutine
from typing import Any, TypeVar

from pinelabs_async.wire.shape import Answer

T = TypeVar("T", bound=Answer)


class AnswerProblemWarning(UserWarning):
    """Say that something in an answer did not fit its class, under ``Session(..., strict=True)``.

    The answer is returned all the same, with the same ``problems``, unless warnings are errors:
    ``-W error::pinelabs_async.AnswerProblemWarning`` makes a test fail where the gateway has changed.
    Such an error comes after the money has moved and in the place of the answer, which is why strict mode
    is for tests, and refused in production.
    """


async def strictly(call: Coroutine[Any, Any, T], name: str) -> T:
    """Await a call, and warn of what did not fit its answer; what a look-up cannot give back is no misfit."""
    answer = await call
    if answer.problems and not answer.recovered:
        told = "; ".join(map(str, answer.problems))
        warnings.warn(f"{name}: {told}", AnswerProblemWarning, stacklevel=3)
    return answer
