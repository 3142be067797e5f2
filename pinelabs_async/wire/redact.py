"""Keep secrets out of everything that people and log files see."""

import hmac
from typing import Final, NoReturn

MASK: Final = "***"


class Secret:
    """Hold a text that must not be seen: its ``repr`` and ``str`` are a mask, and it does not pickle.

    Only ``reveal()`` gives the text back, so that a search for that word finds every place where a
    secret leaves its shell.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def _bytes(self) -> bytes:
        return self._text.encode("utf-8", "surrogatepass")

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._bytes(), other._bytes())

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret does not pickle; keep it out of what is stored or sent elsewhere")


class Hidden:
    """Mark a field as one whose value is not shown: ``Annotated[str, Hidden()]``."""
