"""How every kernel is compiled: to machine code at first use, cached on disk, without the GIL.

numba's cache notices a change of a kernel's own file, and none in the kernels that it calls from others. So the folder of
the cache bears a digest over the sources of all of them: another version compiles anew. It lies below NUMBA_CACHE_DIR, else
in `__pycache__` here; where that cannot be written, in `.cache/darwin-assets` of the user's home, else in a folder of the
user's own in the machine's temporary one.

Loading numba makes some 400,000 objects that stay to the end of the process. The garbage collector is kept from looking
through them, while they are made and ever after: that takes longer than numba does, above all when the process ends.
Where SciPy is installed, numba loads its linear algebra for `numpy.cov`, which no kernel uses; that is a fifth of the time.
"""

from __future__ import annotations

import gc
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, cast


@contextmanager
def _to_stay() -> Iterator[None]:
    """What is made meanwhile, and what is there already, is no longer looked at by the garbage collector."""
    was_enabled = gc.isenabled()
    gc.disable()
    yield
    gc.freeze()
    if was_enabled:
        gc.enable()


@contextmanager
def _without_linear_algebra() -> Iterator[None]:
    """numba finds no BLAS meanwhile, unless it is loaded already."""
    module = "scipy.linalg.cython_blas"
    was_loaded = module in sys.modules
    if not was_loaded:
        sys.modules[module] = None  # type: ignore[assignment]
    yield
    if not was_loaded:
        del sys.modules[module]


with _to_stay(), _without_linear_algebra():
    import numba
    from numba.core import config as numba_config
    from numba.core.registry import cpu_target

    from darwin_assets.filter.kernels.from_zero import KernelCompiler

    # what the first kernel that is called would load otherwise
    cpu_target.target_context.refresh()

config = cast(Any, numba_config)
Function = TypeVar("Function", bound=Callable[..., object])


def _cache_folder() -> str:
    """A folder for the compiled form of these very sources; it is made."""
    package = Path(__file__).parents[2]
    sources = sorted(package.glob("*/kernels/*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return next(str(base / digest) for base in _bases() if _is_writable(base / digest))


def _bases() -> Iterator[Path]:
    yield Path(config.CACHE_DIR or Path(__file__).parent / "__pycache__").absolute()
    with suppress(RuntimeError):  # a user without a home
        yield Path.home() / ".cache" / "darwin-assets"
    yield _private_folder()


def _is_writable(folder: Path) -> bool:
    """Whether files can be written there; a folder that is missing is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _private_folder() -> Path:
    """A temporary folder that nobody else can write: what a cache holds is run. The same each time, unless it is taken."""
    folder = Path(tempfile.gettempdir()) / f"darwin-kernels-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    is_open = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not is_open:
        return folder
    return Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))


config.CACHE_DIR = _cache_folder()
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "pipeline_class": KernelCompiler}


def kernel(function: Function) -> Function:
    """Compile a function over numpy arrays; the first call with new types compiles, later processes read the cache.

    Its indices count from the beginning of an array only (`from_zero`), and nothing asks whether they lie inside of it.
    """
    return cast(Function, numba.njit(**_OPTIONS)(function))


def inner_kernel(function: Function) -> Function:
    """Compile a function that kernels call in their innermost loops, into them and without reference counting.

    It may not allocate, slice or return an array: counting references to its arguments would take three quarters of the
    time of a pass over a text.
    """
    return cast(Function, cast(Any, numba.njit)(**_OPTIONS, forceinline=True, _nrt=False)(function))
