"""What goes wrong on purpose: which operation, at which point of it, in which way, how often."""

from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Any, Final, Literal, TypeAlias, get_args

import attrs

from pinelabs_async.sandbox.problems import DOCUMENTED
from pinelabs_async.sandbox.routes import OPERATIONS, ROUTES

At: TypeAlias = Literal[
    "before_read",  # the head of the request has come, its body is not read
    "before_execute",  # all of it has come, nothing is carried out
    "after_execute",  # it is carried out, nothing is answered
]
What: TypeAlias = Literal[
    "drop",  # close the connection without an answer
    "reset",  # the same with a TCP reset
    "status",  # an error status with an error body
    "html",  # a web page where JSON belongs
    "garbage",  # not JSON
    "empty",  # no body
    "truncated",  # a body that ends before its announced length, and the connection with it
    "redirect",  # 307 to somewhere else
    "oversized",  # valid JSON of many bytes
    "slow",  # wait, then go on as if nothing had happened
    "dribble",  # the right answer, head and body, byte by byte
    "revoke",  # from now on the access token of the request is invalid; go on with that
]

_STATUS: Final[dict[str, int]] = {"status": 503, "redirect": 307}
# The first code in the table that has a status stands for it where a fault names none.
_CODES: Final = {
    status: code for code, (status, _) in reversed(DOCUMENTED.items()) if code != "PATH_NOT_FOUND"
}
_WITH_TOKEN: Final = frozenset(route.operation for route in ROUTES if route.secured)
_SMALLEST: Final = len(b'{"data": {"padding": ""}}')


@attrs.define(kw_only=True)
class Fault:
    """One thing to go wrong."""

    operation: str
    at: At
    what: What
    times: int | None
    """How often it still happens; None for always."""
    status: int
    code: str
    message: str
    delay: float
    """Seconds, in real time, before it happens; before each byte of a dribbled answer."""
    size: int
    """Bytes of an oversized body."""
    headers: dict[str, str]
    hits: int = 0
    """How often it has happened."""

    def fits(self, operations: Collection[str], at: At) -> bool:
        """Tell whether it is due at this point of a request that is one of these operations."""
        return self.at == at and self.times != 0 and self._means(operations)

    def _means(self, operations: Collection[str]) -> bool:
        if self.what == "revoke" and _WITH_TOKEN.isdisjoint(operations):
            return False
        return _everywhere(operations) if self.operation == "*" else self.operation in operations


@attrs.define(kw_only=True)
class Chance:
    """Things that go wrong with a share of the requests, and the seed says with which."""

    operations: Collection[str]
    """Empty for all."""
    share: float
    choices: Sequence[Fault]
    draws: Random = attrs.field(repr=False)

    @property
    def hits(self) -> int:
        """How many requests were struck by it."""
        return sum(fault.hits for fault in self.choices)

    def draw(self, operations: Collection[str]) -> Fault | None:
        """Return what is to happen to one request: struck or not, each takes the same two numbers of the seed."""
        meant = (
            any(name in self.operations for name in operations)
            if self.operations
            else _everywhere(operations)
        )
        if not meant:
            return None
        struck, which = self.draws.random() < self.share, self.draws.random()
        return self.choices[int(which * len(self.choices))] if struck else None


class Faults:
    """The faults of one sandbox; the first one that fits strikes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._chances: list[Chance] = []
        self._hits = 0

    @property
    def hits(self) -> int:
        """How many requests were struck."""
        return self._hits

    def add(
        self,
        *,
        operation: str = "*",
        at: At = "before_execute",
        what: What,
        times: int | None = 1,
        status: int | None = None,
        code: str | None = None,
        message: str | None = None,
        delay: float = 0,
        retry_after: float | str | None = None,
        headers: Mapping[str, str] | None = None,
        location: str = "/elsewhere",
        size: int = 16 * 1024 * 1024,
    ) -> Fault:
        """Let something go wrong.

        Args:
            operation: The operation's name, or `*` for every operation.
            at: Before the body is read (two operations on one path are one there, since the body tells
                them apart), before anything is carried out, or after it is: then state and ledger have
                changed and only the answer is lost.
            what: How it goes wrong.
            times: How many requests are struck; None for all.
            status: HTTP status; else 503 for `status`, 307 for `redirect` and 200 for the others.
            code: The error body's code; else one that is documented for the status.
            message: The error body's message; else the code's documented one.
            delay: Real seconds to wait first; before each byte of a dribbled answer.
            retry_after: Value of a `Retry-After` header: seconds, or an HTTP date.
            headers: More headers of the answer.
            location: Where a redirect points to.
            size: Bytes of an oversized body.

        Raises:
            ValueError: An argument is out of its range; the text names it.
        """
        _check(operation=operation, at=at, what=what, times=times, status=status, delay=delay, size=size)
        answered = _STATUS.get(what, 200) if status is None else status
        named = code or _CODES.get(answered, "UNKNOWN_ERROR")
        sent = dict(headers or {})
        if retry_after is not None:
            sent.setdefault("Retry-After", str(retry_after))
        if what == "redirect":
            sent.setdefault("Location", location)
        fault = Fault(
            operation=operation,
            at=at,
            what=what,
            times=times,
            status=answered,
            code=named,
            message=message or DOCUMENTED.get(named, DOCUMENTED["UNKNOWN_ERROR"])[1],
            delay=delay,
            size=size,
            headers=sent,
        )
        self._faults.append(fault)
        return fault

    def random(
        self,
        *,
        seed: int | str,
        share: float = 0.3,
        what: Sequence[What] = ("drop", "reset", "status", "truncated", "empty", "slow"),
        at: Sequence[At] = get_args(At),
        operations: Collection[str] = (),
        delay: float = 0.01,
    ) -> Chance:
        """Let something go wrong with a share of the requests, until cleared.

        The same seed strikes the same requests in the same ways, if they come in the same order. Where an
        added fault fits as well, that one strikes. What is drawn for after the execution
        does not happen to a request that is refused.

        Args:
            seed: What the choices follow from.
            share: How many of the requests, from 0 to 1.
            what: How they may go wrong, each as likely; name one twice to see more of it.
            at: Where, each as likely.
            operations: The operations' names; all where there is none.
            delay: Real seconds of a slow answer, and before each byte of a dribbled one.

        Raises:
            ValueError: An argument is out of its range; the text names it.
        """
        _check_chance(share=share, what=what, at=at, operations=operations)
        drawn = Faults()
        choices = [
            drawn.add(at=place, what=kind, times=None, delay=delay if kind in ("slow", "dribble") else 0)
            for kind in what
            for place in at
        ]
        draws = Random(seed)  # noqa: S311  # to be repeated, not to be secret
        chance = Chance(operations=frozenset(operations), share=share, choices=choices, draws=draws)
        self._chances.append(chance)
        return chance

    def draw(self, operations: Collection[str]) -> list[Fault]:
        """Return what is to happen by chance to one request that is one of these operations."""
        drawn = (chance.draw(operations) for chance in self._chances)
        return [fault for fault in drawn if fault is not None]

    def strike(self, operations: Collection[str], at: At, drawn: Sequence[Fault] = ()) -> Fault | None:
        """Return the fault that is due for a request, counted as happened, or None."""
        fault = next((fault for fault in (*self._faults, *drawn) if fault.fits(operations, at)), None)
        if fault is not None:
            fault.hits += 1
            self._hits += 1
            if fault.times is not None:
                fault.times -= 1
        return fault

    def clear(self) -> None:
        """Let everything go right again, and count from zero."""
        self._faults.clear()
        self._chances.clear()
        self._hits = 0

    def __len__(self) -> int:
        return sum(fault.times != 0 for fault in self._faults) + len(self._chances)


def ways(
    *, at: Sequence[At] = get_args(At), what: Sequence[What] | None = None, delay: float = 0.01, **more: Any
) -> list[dict[str, Any]]:
    """Return the arguments of `Faults.add` for each way at each place; a token cannot end where none is carried."""
    tokenless = more.get("operation", "*") not in ("*", *_WITH_TOKEN)
    usual = [kind for kind in get_args(What) if not (kind == "revoke" and tokenless)]
    return [
        {**more, "at": place, "what": kind, "delay": delay if kind == "slow" else 0}
        for kind in (usual if what is None else what)
        for place in at
    ]


def _everywhere(operations: Collection[str]) -> bool:
    # The payer's pages are not operations of the gateway: what strikes everywhere leaves them alone.
    return bool(operations) and not any(name.startswith("challenge.") for name in operations)


def _check(
    *, operation: str, at: str, what: str, times: int | None, status: int | None, delay: float, size: int
) -> None:
    rules = {
        f"operation is {operation!r}: no such operation": operation == "*" or operation in OPERATIONS,
        f"at is {at!r}, not one of {', '.join(get_args(At))}": at in get_args(At),
        f"what is {what!r}, not one of {', '.join(get_args(What))}": what in get_args(What),
        f"times is {times!r}, not a number from 1 on": times is None or times >= 1,
        f"status is {status!r}, not an HTTP status from 200 to 599": status is None or 200 <= status <= 599,
        f"delay is {delay!r}, less than no time": delay >= 0,
        "delay is 0: a slow answer needs one": what != "slow" or delay > 0,
        f"operation is {operation!r}: it carries no access token": what != "revoke"
        or operation in ("*", *_WITH_TOKEN),
        f"size is {size!r}, less than {_SMALLEST}": size >= _SMALLEST,
    }
    _hold(rules)


def _check_chance(
    *, share: float, what: Sequence[str], at: Sequence[str], operations: Collection[str]
) -> None:
    unknown = set(operations) - OPERATIONS
    rules = {
        f"share is {share!r}, not from 0 to 1": 0 <= share <= 1,
        f"what is {what!r}, no list of at least one": bool(what) and not isinstance(what, str),
        f"at is {at!r}, no list of at least one": bool(at) and not isinstance(at, str),
        f"operations is {operations!r}, no list": not isinstance(operations, str),
        f"operations is {operations!r}: no such operation": isinstance(operations, str) or not unknown,
    }
    _hold(rules)


def _hold(rules: Mapping[str, bool]) -> None:
    for complaint, holds in rules.items():
        if not holds:
            raise ValueError(complaint)
