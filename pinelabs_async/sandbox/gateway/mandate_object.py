"""What a payer has agreed to be debited for: the part that subscriptions and reserves have in common."""

from abc import ABC, abstractmethod
from typing import ClassVar

import attrs

from pinelabs_async.sandbox.call import Call


def _bare(call: Call) -> Call:
    """Return a call without its ids, and without a body that may hold an account's number."""
    return attrs.evolve(call, request_id=None, idempotency_key=None, body={}, content=b"")


@attrs.define(kw_only=True, eq=False)
class Mandate(ABC):
    """One payer's agreement."""

    retries: ClassVar[int] = 0
    """How often a notice or a debit that failed is tried again."""

    id: str
    call: Call = attrs.field(repr=False, converter=_bare)
    """The call that made it, in whose name later things happen."""
    status: str = "CREATED"

    def become(self, status: str) -> None:
        """Stand elsewhere."""
        self.status = status

    @property
    @abstractmethod
    def paused(self) -> bool:
        """Whether no debit happens for now."""

    @property
    @abstractmethod
    def live(self) -> bool:
        """Whether debits happen."""

    @abstractmethod
    def charged(self) -> None:
        """A debit succeeded."""

    @abstractmethod
    def failed(self, *, again: bool) -> None:
        """A debit failed, or its notice for good; ``again``: it has tries left."""
