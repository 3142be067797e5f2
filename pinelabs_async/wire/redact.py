"""Keep secrets out of everything that people and log files see."""

import functools
import hmac
import re
from collections.abc import Callable, Iterable
from typing import Final, NoReturn, ParamSpec, TypeVar

from pinelabs_async.errors import PineLabsError

E = TypeVar("E", bound=Exception)
P = ParamSpec("P")
R = TypeVar("R")

MASK: Final = "***"
_PLAIN_WORD: Final = 6
"""Characters of a private text from which on it is masked inside a longer word, too."""
_LONG_WORD: Final = 1000
"""Characters of a private text up to which it is masked in any case of its letters: more take a pattern too long."""


def mask(text: str, private: Iterable[str]) -> str:
    """Return a text in which none of these stands any more; short ones count as whole words only."""
    longest_first = sorted({word for word in private if 1 < len(word) <= len(text)}, key=len, reverse=True)
    words: list[str] = []
    for word in longest_first:
        if len(word) > _LONG_WORD:
            text = text.replace(word, MASK)
        elif len(word) >= _PLAIN_WORD:
            words.append(re.escape(word))
        else:
            words.append(rf"(?<!\w){re.escape(word)}(?!\w)")
    return re.sub("|".join(words), MASK, text, flags=re.IGNORECASE) if words else text


def without_frames(error: E) -> E:
    """Return an error without the frames that it came through: their locals hold what the caller gave."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def frameless(call: Callable[P, R]) -> Callable[P, R]:
    """Let a function that is given secrets raise its documented errors without the frames that hold them."""

    @functools.wraps(call)
    def shielded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except (PineLabsError, TypeError, ValueError) as error:
            wrong = without_frames(error)
        del args, kwargs
        raise wrong

    return shielded


def frameless_init(cls: type[R]) -> type[R]:
    """Let a class that is made of secrets raise so."""
    type.__setattr__(cls, "__init__", frameless(cls.__init__))
    return cls


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
