"""How every kernel is compiled: to machine code at first use, cached on disk beside the module, without the GIL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile a function over numpy arrays; the first call with new types compiles, later processes read the cache."""
    return cast(Function, numba.njit(cache=True, nogil=True)(function))
