"""Bring about what an operation needs, and learn how it is called, from the rows of the contract."""

import json
import re
from datetime import date

import attrs

from pinelabs_async import OPERATIONS, Document, PayoutFile, from_json, to_json
from pinelabs_async.wire.names import CamelCase
from tests.contract import mandates_rows, offers_rows, orders_rows, people_rows
from tests.contract.world import OPERATIONS as RECORDED
from tests.contract.world import ROWS, World

MODULES = (mandates_rows, offers_rows, orders_rows, people_rows)
"""The rows: each enters itself when it is imported."""
CREDENTIALS = {"MERCHANT_ID", "MERCHANT_ACCESS_CODE"}
"""What a Session adds to a form of the older gateway by itself."""
PDF = Document(b"%PDF-1.4 \x00\xff", "paper.pdf")
READ_AS = {
    "size": int,
    "count": int,
    "per_page": int,
    "start_date": date.fromisoformat,
    "end_date": date.fromisoformat,
}
"""How parameters that the rows have as texts are given to this SDK."""


@attrs.frozen
class Ask:
    """Hold how one operation is called, on a Session of either package."""

    name: str
    ids: tuple[str, ...] = ()
    body: object = None
    query: dict[str, object] = attrs.field(factory=dict)

    def of(self, session):
        """Call it; return what the method returns, which may have to be awaited or gone through."""
        group, _, verb = self.name.partition(".")
        given = () if self.body is None else (self.body,)
        return getattr(getattr(session, group), verb)(*self.ids, *given, **self.query)

    @property
    def reference(self):
        """Return the merchant reference in the body, found by its documented name; None where it has none."""
        place = RECORDED[self.name].get("reference")
        if place is None:
            return None
        found = json.loads(to_json(self.body))
        for part in place.split("."):
            found = found[part.removesuffix("[]")]
            found = found[0] if isinstance(found, list) else found
        return found


async def reach(name, api):
    """Bring about what the operation needs, and return how it is called."""
    try:
        await ROWS[name](_Reach(name, api))
    except _Reached as reached:
        return reached.ask
    raise AssertionError(f"the row of {name} does not call it")


class _Reached(Exception):  # noqa: N818 - no error: it unwinds a row
    """Carry how the operation of a row is called."""

    def __init__(self, ask):
        super().__init__(ask.name)
        self.ask = ask


class _Reach(World):
    """Be the world of a row up to its call, and stop there."""

    async def ask(self, *, untyped=(), **given):
        """Stop, and tell how this SDK makes the call that the row makes by the official one."""
        names = [_snake(place) for place in re.findall(r"\{(\w+)\}", RECORDED[self.name]["path"])]
        body = OPERATIONS[self.name].body
        in_body = set() if body is None else {field.name for field in attrs.fields(body)}
        rest = {name: value for name, value in given.items() if name not in names or name in in_body}
        self._tell([given[name] for name in names], rest)

    async def misread(self, places, **given):
        """Stop; how the official SDK reads the answer does not matter here."""
        await self.ask(**given)

    async def send(self, ids=(), body=None, *, query="", data=None):
        """Stop, and tell how this SDK makes the call that the row makes over plain HTTP."""
        if query:
            body = dict(part.split("=") for part in query.removeprefix("?").split("&"))
        self._tell([ids] if isinstance(ids, str) else ids, data if body is None else body)

    def _tell(self, ids, rest):
        body = OPERATIONS[self.name].body
        if body is None:
            query = {name: READ_AS.get(name, str)(value) for name, value in (rest or {}).items()}
            query.pop("page", None)  # listings turn their pages themselves
            raise _Reached(Ask(self.name, tuple(ids), query=query))
        raise _Reached(Ask(self.name, tuple(ids), _body(body, rest)))


def _body(cls, members):
    if cls is Document:
        return PDF
    if cls is PayoutFile:
        return PayoutFile(members["file"].encode(), "payouts.csv")
    if isinstance(members, dict):
        camel = issubclass(cls, CamelCase)
        members = {
            _camel(name) if camel else name: value
            for name, value in members.items()
            if name not in CREDENTIALS
        }
    return from_json(cls, json.dumps(members, default=lambda time: time.isoformat()))


def _snake(name):
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def _camel(name):
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
