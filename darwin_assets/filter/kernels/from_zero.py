"""numba's compiler, with indices that count from the beginning of an array only.

To an index below 0 numba adds the length of the array, as Python does, and so asks at each access whether it must: an eighth
of the time of a pass over a text. A kernel may count from the end by a constant only, as in `array[-1]`.
"""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numba.core import ir, types
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, PassManager, register_pass
from numba.core.typed_passes import NopythonRewrites


class _UnsignedIndices(FunctionPass):
    """Take every index of an array for unsigned, once its type is known; numba then has nothing to ask."""

    _name = "darwin_unsigned_indices"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        from_zero = {
            place: signature.replace(args=_counted_from_zero(signature.args))
            for place, signature in state.calltypes.items()
            if _is_access(place, signature)
        }
        state.calltypes.update(from_zero)
        return bool(from_zero)


register_pass(mutates_CFG=False, analysis_only=False)(_UnsignedIndices)


def _is_access(place: Any, signature: Any) -> bool:
    """Whether an array is read or written at an index, or at one for each dimension."""
    if not isinstance(place, ir.SetItem) and getattr(place, "op", None) != "getitem":
        return False
    indexed, index = signature.args[:2]
    several: Any = index if isinstance(index, types.BaseTuple) else (index,)
    return isinstance(indexed, types.Array) and all(isinstance(one, types.Integer) for one in several)


def _counted_from_zero(arguments: Sequence[Any]) -> tuple[Any, ...]:
    indexed, index, *value = arguments
    unsigned = types.UniTuple(types.uintp, len(index)) if isinstance(index, types.BaseTuple) else types.uintp
    return (indexed, unsigned, *value)


class KernelCompiler(CompilerBase):
    """What `numba.njit` takes as its `pipeline_class`."""

    def define_pipelines(self) -> list[PassManager]:
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(_UnsignedIndices, NopythonRewrites)
        passes.finalize()
        return [passes]
