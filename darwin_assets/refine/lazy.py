"""Properties that are worked out when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class lazy(Generic[Value]):  # noqa: N801 - used as a decorator, like `property`
    """`functools.cached_property` without the lock that Python 3.11 takes at each first access: a comparison belongs to one
    thread and works out some fifty properties.
    """

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self.function = function
        self.name = function.__name__

    def __get__(self, owner: Any, _: type | None = None) -> Value:
        value = owner.__dict__[self.name] = self.function(owner)
        return value
