"""Where the objects of a class keep their fields: in slots, or in a dict where many an answer lacks some of them.

For each field that an answer lacks, msgspec asks whether the object has it. Of an empty slot it is told by an
exception, and half of the time of decoding an order went into those; what a dict lacks is found in the class, as
with any attribute of Python's.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, get_args, get_origin

import attrs

_MANY: Final = 11
"""Fields of a class from which on an answer lacks most of them."""
_ROOM: Final = 30
"""Objects that CPython sees made before it takes no more room in a dict than the class has had names."""


def is_often_partial(annotations: Collection[Any]) -> bool:
    """Tell whether answers will lack fields of a class: there are many, or they hold objects of JSON. Plain records come whole."""
    return len(annotations) >= _MANY or any(map(_holds_objects, annotations))


def _holds_objects(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return attrs.has(annotation)
    if get_origin(annotation) is Mapping:
        return True
    return any(map(_holds_objects, get_args(annotation)))


def keep_defaults_in_class(cls: type[Any]) -> None:
    """Let a field that an object does not have be found in its class."""
    for field in attrs.fields(cls):
        if field.default in (None, ()):
            type.__setattr__(cls, field.name, field.default)
    _settle_room(cls)


def _settle_room(cls: type[Any]) -> None:
    """Show CPython the names there are, and that no others come: else each dict has room for thirty.

    It learns that from objects that are made by their class; msgspec makes them in another way.
    """
    whole = object.__new__(cls)
    for field in attrs.fields(cls):
        object.__setattr__(whole, field.name, None)
    for _ in range(_ROOM):
        object.__new__(cls)
