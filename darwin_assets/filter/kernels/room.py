"""Arrays that grow."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import kernel

Number = TypeVar("Number", bound=np.generic)


@kernel
def with_room(array: NDArray[Number], n_used: int, n_wanted: int) -> NDArray[Number]:
    """The array, or one of at least `n_wanted` rows that begins with its first `n_used`."""
    if n_wanted <= array.shape[0]:
        return array
    larger = np.empty((2 * n_wanted, *array.shape[1:]), dtype=array.dtype)
    larger[:n_used] = array[:n_used]
    return larger
