"""How every kernel is compiled: to machine code at first use, cached on disk, without the GIL.

numba's cache notices a change of a kernel's own file, and none in the kernels that it calls from others. So the folder of
the cache bears a digest over the sources of all of them: another version compiles anew. It lies in `__pycache__` here, or
below NUMBA_CACHE_DIR; where neither can be written, numba finds a place in the user's home.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config as numba_config

config = cast(Any, numba_config)
Function = TypeVar("Function", bound=Callable[..., object])


def _cache_folder() -> str:
    """A folder for the compiled form of these very sources; "" leaves the choice to numba."""
    package = Path(__file__).parents[2]
    sources = sorted(package.glob("*/kernels/*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    base = Path(config.CACHE_DIR or Path(__file__).parent / "__pycache__")
    return str(base / digest) if os.access(base.parent, os.W_OK) else ""


config.CACHE_DIR = _cache_folder()


def kernel(function: Function) -> Function:
    """Compile a function over numpy arrays; the first call with new types compiles, later processes read the cache."""
    return cast(Function, numba.njit(cache=True, nogil=True)(function))


def inner_kernel(function: Function) -> Function:
    """Compile a function that kernels call in their innermost loops, into them and without reference counting.

    It may not allocate, slice or return an array: counting references to its arguments would take three quarters of the
    time of a pass over a text.
    """
    return cast(Function, cast(Any, numba.njit)(cache=True, nogil=True, forceinline=True, _nrt=False)(function))
