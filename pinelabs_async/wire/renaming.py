"""Read answers whose JSON has names of its own fast, too: members are called by their attributes, then msgspec reads them.

msgspec knows attrs classes by the names of their attributes alone.
"""

from collections.abc import Callable
from typing import Any, cast, get_args, get_origin

import attrs

from pinelabs_async.wire.names import json_name, spellings
from pinelabs_async.wire.shape import is_shape, is_tuple

Renaming = Callable[[Any], Any]
"""What calls the members of parsed JSON by their attributes; what is of another kind than expected it leaves alone."""


def renaming_of(cls: type[Any]) -> Renaming:
    """Make the renaming of a class and of all its parts; members that are not modelled are left out."""
    fields = [
        (spellings(json_name(cls, field.name)), field.name, _follow(field.type))
        for field in attrs.fields(cls)
    ]

    def rename(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        members = cast("dict[str, Any]", value)
        renamed: dict[str, Any] = {}
        for names, attribute, follow in fields:
            for name in names:
                if name in members:
                    item = members[name]
                    renamed[attribute] = item if follow is None else follow(item)
                    break
        return renamed

    return rename


def _follow(annotation: Any) -> Renaming | None:
    """Return what renames a member's own members, None where it has none."""
    if is_shape(annotation):
        return renaming_of(annotation)
    kinds = [kind for kind in get_args(annotation) if kind not in (type(None), ...)]
    if is_tuple(annotation):
        return _follow_each(_follow(kinds[0]))
    if get_origin(annotation) is not None and len(kinds) == 1:
        return _follow(kinds[0])
    return None


def _follow_each(follow: Renaming | None) -> Renaming | None:
    if follow is None:
        return None

    def rename_all(value: Any) -> Any:
        return [follow(item) for item in cast("list[object]", value)] if isinstance(value, list) else value

    return rename_all
