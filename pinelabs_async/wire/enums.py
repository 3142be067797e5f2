"""Open enums: the documented values have names, and any other value stays itself."""

import enum
from typing import Self


class OpenEnum(enum.StrEnum):
    """Be a set of documented values that the gateway may widen at any time.

    A member is a ``str``. A value that is not documented becomes a member of its own, equal to its text:
    it compares, prints, hashes, pickles and goes back to the gateway unchanged.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        # Not kept in the class: a hostile answer must not be able to fill memory with names.
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def is_documented(self) -> bool:
        """Whether this SDK knows the value."""
        return self._value_ in type(self)._value2member_map_
