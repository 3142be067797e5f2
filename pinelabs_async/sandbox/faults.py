"""What goes wrong on purpose: which operation, at which point of it, in which way, how often."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

import attrs

from pinelabs_async.sandbox.problems import DOCUMENTED
from pinelabs_async.sandbox.routes import OPERATIONS

At: TypeAlias = Literal["before_execute", "after_execute"]
What: TypeAlias = Literal[
    "drop",  # close the connection without an answer
    "reset",  # the same with a TCP reset
    "status",  # an error status with an error body
    "html",  # a web page where JSON belongs
    "garbage",  # not JSON
    "empty",  # no body
    "truncated",  # a body that ends before its announced length, and the connection with it
    "redirect",  # 307 to somewhere else
    "slow",  # wait, then go on as if nothing had happened
    "oversized",  # valid JSON of many bytes
]

_STATUS: Final[dict[str, int]] = {"status": 503, "redirect": 307}
# The first code in the table that has a status stands for it where a fault names none.
_CODES: Final = {
    status: code for code, (status, _) in reversed(DOCUMENTED.items()) if code != "PATH_NOT_FOUND"
}
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
    """Seconds, in real time, before it happens."""
    size: int
    """Bytes of an oversized body."""
    headers: dict[str, str]
    hits: int = 0
    """How often it has happened."""

    def fits(self, operation: str, at: At) -> bool:
        """Tell whether it is due for this operation at this point."""
        # The payer's pages are not operations of the gateway: `*` leaves them alone.
        everywhere = self.operation == "*" and not operation.startswith("challenge.")
        return self.at == at and self.times != 0 and (everywhere or self.operation == operation)


class Faults:
    """The faults of one sandbox; the first one that fits strikes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
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
            at: Before anything is carried out, or after it is: then state and ledger have changed
                and only the answer is lost.
            what: How it goes wrong.
            times: How many requests are struck; None for all.
            status: HTTP status; else 503 for `status`, 307 for `redirect` and 200 for the others.
            code: The error body's code; else one that is documented for the status.
            message: The error body's message; else the code's documented one.
            delay: Real seconds to wait first.
            retry_after: Value of a `Retry-After` header.
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

    def strike(self, operation: str, at: At) -> Fault | None:
        """Return the fault that is due, counted as happened, or None."""
        fault = next((fault for fault in self._faults if fault.fits(operation, at)), None)
        if fault is not None:
            fault.hits += 1
            self._hits += 1
            if fault.times is not None:
                fault.times -= 1
        return fault

    def clear(self) -> None:
        """Let everything go right again, and count from zero."""
        self._faults.clear()
        self._hits = 0

    def __len__(self) -> int:
        return sum(fault.times != 0 for fault in self._faults)


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
        f"size is {size!r}, less than {_SMALLEST}": size >= _SMALLEST,
    }
    for complaint, holds in rules.items():
        if not holds:
            raise ValueError(complaint)
