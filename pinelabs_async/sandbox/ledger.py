"""What the gateway really carried out, in order: the thing to assert on."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, Literal, TypeAlias

import attrs

Expected: TypeAlias = tuple[str, str | None] | tuple[str, str | None, int]
"""One execution of an operation with a reference, and its amount in paisa where that is to be compared."""

# What happens to a merchant, and not by a call of theirs.
_OF_OTHERS: Final = ("payer.", "bank.")


@attrs.frozen(kw_only=True)
class Execution:
    """One operation that changed the gateway's state; what was refused or dropped is none."""

    operation: str
    """The operation, such as `orders.create`, or the payer's act, such as `payer.approve`."""
    reference: str | None = None
    """The merchant's own reference, where the operation has one."""
    request_id: str | None = None
    """The `Request-ID` header of the call."""
    idempotency_key: str | None = None
    """The `Idempotency-Key` header of the call."""
    order_id: str | None = None
    """The order it happened to: the new one where one was made."""
    amount: int | None = None
    """In paisa."""
    currency: str | None = None
    at: datetime
    """By the sandbox's clock."""
    money: Literal["in", "out", "none"] = "none"
    """Whether `amount` reached the merchant, left it, or only stands on paper."""


class Ledger:
    """Lists the executions of one sandbox, oldest first."""

    def __init__(self) -> None:
        self._executions: list[Execution] = []

    def record(self, execution: Execution) -> None:
        """Add what was just carried out."""
        self._executions.append(execution)

    def executions(
        self, operation: str | None = None, *, reference: str | None = None
    ) -> tuple[Execution, ...]:
        """Return what was carried out, of one operation or with one reference where given."""
        return tuple(
            done
            for done in self._executions
            if operation in (None, done.operation) and reference in (None, done.reference)
        )

    def count(self, operation: str | None = None, *, reference: str | None = None) -> int:
        """Return how often it was carried out."""
        return len(self.executions(operation, reference=reference))

    def differences(self, expected: Iterable[Expected]) -> str:
        """Say how what was carried out differs from what was to be.

        Args:
            expected: An operation and a reference for each execution, with an amount in paisa where it matters. What
                payers and banks did (`payer.approve`, `bank.debit`) is compared only where it is among these.

        Returns:
            A line for each execution that is `missing`, `extra`, or happened `again`; empty where there is none.
        """
        wanted = list(expected)
        named = {one[0] for one in wanted}
        left = [
            done
            for done in self._executions
            if done.operation in named or not done.operation.startswith(_OF_OTHERS)
        ]
        before: set[tuple[str, str | None]] = set()
        lines: list[str] = []
        # Those with an amount choose first, so that the others do not take theirs.
        for one in sorted(wanted, key=len, reverse=True):
            found = next((number for number, done in enumerate(left) if _is(done, one)), None)
            if found is None:
                lines.append(_told("missing", *one))
            else:
                before.add((one[0], one[1]))
                del left[found]
        for done in left:
            happened = (done.operation, done.reference)
            lines.append(_told("again" if happened in before else "extra", *happened, done.amount))
            before.add(happened)
        return "\n".join(lines)

    @property
    def money_in(self) -> int:
        """What reached the merchant, in paisa: payments processed and captures."""
        return self._total("in")

    @property
    def money_out(self) -> int:
        """What left the merchant, in paisa: refunds."""
        return self._total("out")

    def clear(self) -> None:
        """Forget everything."""
        self._executions.clear()

    def _total(self, money: str) -> int:
        return sum(done.amount or 0 for done in self._executions if done.money == money)

    def __iter__(self) -> Iterator[Execution]:
        return iter(tuple(self._executions))

    def __len__(self) -> int:
        return len(self._executions)

    def __str__(self) -> str:
        head = ("time", "operation", "amount", "money", "reference", "order", "request id")
        rows = [head, *map(_cells, self._executions)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        lines = [
            "  ".join(
                _pad(cell, width, column)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        lines.append(f"in {rupees(self.money_in)}, out {rupees(self.money_out)}")
        return "\n".join(lines)


def rupees(paisa: int) -> str:
    """Return an amount in paisa as rupees with two decimals, without floating point."""
    return f"{paisa // 100:,}.{paisa % 100:02d}"


def _is(done: Execution, expected: Expected) -> bool:
    return (done.operation, done.reference, done.amount)[: len(expected)] == expected


def _told(what: str, *members: str | int | None) -> str:
    words = [rupees(one) if isinstance(one, int) else one for one in members if one is not None]
    return f"{what}: {' '.join(words)}"


def _cells(done: Execution) -> tuple[str, ...]:
    return (
        done.at.strftime("%H:%M:%S"),
        done.operation,
        "-" if done.amount is None else f"{rupees(done.amount)} {done.currency or ''}".rstrip(),
        "-" if done.money == "none" else done.money,
        done.reference or "-",
        done.order_id or "-",
        done.request_id or "-",
    )


def _pad(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if column == 2 else cell.ljust(width)
