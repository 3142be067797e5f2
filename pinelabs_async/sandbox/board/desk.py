"""What the page's parts work with, and the forms that its buttons are in."""

import secrets
from collections import deque
from collections.abc import Mapping
from typing import Final

import attrs

from pinelabs_async.sandbox.board.markup import Html, fill, join
from pinelabs_async.sandbox.delivery import Delivery
from pinelabs_async.sandbox.server import Exchange
from pinelabs_async.sandbox.state import Merchant, State
from pinelabs_async.sandbox.webhooks import Webhooks

_NOTES: Final = 20


@attrs.frozen(kw_only=True)
class Note:
    """What became of the press of a button."""

    id: str = attrs.field(factory=lambda: secrets.token_urlsafe(8))
    text: str
    refused: bool = False


@attrs.frozen(kw_only=True, eq=False)
class Desk:
    """One sandbox, as its page sees it."""

    state: State
    webhooks: Webhooks
    exchanges: deque[Exchange]
    token: str = attrs.field(factory=lambda: secrets.token_urlsafe(32), repr=False)
    """Stands in every form: a page of somebody else does not know it."""
    notes: deque[Note] = attrs.field(factory=lambda: deque[Note](maxlen=_NOTES))

    @property
    def merchants(self) -> list[Merchant]:
        """All merchants, the first one first."""
        return list(self.state.merchants.values())

    def note(self, note_id: str) -> Note | None:
        """Return a note that is still kept."""
        return next((note for note in self.notes if note.id == note_id), None)

    def deliveries(self) -> Mapping[str, list[Delivery]]:
        """Return the deliveries of each event, by its id."""
        found: dict[str, list[Delivery]] = {}
        for delivery in self.webhooks.deliveries:
            found.setdefault(delivery.id, []).append(delivery)
        return found

    def buttons(self, fields: Mapping[str, str], labels: Mapping[str, str]) -> Html:
        """Return a form of buttons alone: what each does, and what it says; nothing where there are none."""
        if not labels:
            return Html("")
        return self.form(fields, *(button(do, label) for do, label in labels.items()))

    def form(self, fields: Mapping[str, str], *content: object) -> Html:
        """Return a form that posts these fields beside what is in it."""
        hidden = join(
            fill('<input type="hidden" name="{name}" value="{value}">', name=name, value=value)
            for name, value in {"token": self.token, **fields}.items()
        )
        return fill(
            '<form method="post" action="/board/act">{hidden}{content}</form>',
            hidden=hidden,
            content=join(content),
        )


def button(value: str, label: str, *, name: str = "do") -> Html:
    """Return a button that does what its value names."""
    return fill('<button name="{name}" value="{value}">{label}</button>', name=name, value=value, label=label)


def amount_field(paisa: int) -> Html:
    """Return a field for an amount in rupees."""
    return fill(
        '<input name="amount" value="{rupees}" size="9" inputmode="decimal" aria-label="Rupees">',
        rupees=f"{paisa // 100}.{paisa % 100:02d}",
    )
