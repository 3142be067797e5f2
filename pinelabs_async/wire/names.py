"""What the members of bodies and answers are called in JSON."""

from collections.abc import Mapping
from typing import Any, ClassVar


class Renamed:
    """Mark a class whose JSON names follow a rule of their own; its attributes are snake_case as everywhere."""

    __slots__ = ()
    IRREGULAR: ClassVar[Mapping[str, str]] = {}
    """JSON names that the rule does not give, by attribute."""

    @staticmethod
    def rule(name: str) -> str:
        """Return the name in JSON of an attribute."""
        raise NotImplementedError


class CamelCase(Renamed):
    """Mark a class whose JSON is camelCase."""

    __slots__ = ()

    @staticmethod
    def rule(name: str) -> str:
        """Return the name in JSON of an attribute."""
        first, *rest = name.split("_")
        return first + "".join(word.capitalize() for word in rest)


class UpperCase(Renamed):
    """Mark a class whose JSON is UPPER_CASE."""

    __slots__ = ()

    @staticmethod
    def rule(name: str) -> str:
        """Return the name in JSON of an attribute."""
        return name.upper()


def json_name(cls: type[Any], name: str) -> str:
    """Return the name in JSON of a class's attribute."""
    if not issubclass(cls, Renamed):
        return name
    return cls.IRREGULAR.get(name) or cls.rule(name)


def spellings(name: str) -> tuple[str, ...]:
    """Return the names under which a member may come: some documented answers spell it camelCase or with a hyphen."""
    return tuple(dict.fromkeys((name, CamelCase.rule(name), name.replace("_", "-"))))
