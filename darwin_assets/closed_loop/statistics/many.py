"""Many tests at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from darwin_assets.closed_loop.statistics.shares import Floats


def holm(p_values: npt.ArrayLike, further: int = 0) -> Floats:
    """The p-values after Holm's correction; NaN, for what was not tested, stays and does not count. `further`: tests that
    might as well have been made, whose p-values are not known.

    Equal to `multipletests` of statsmodels, which collects the garbage of the whole process at each call (0.3 s).
    """
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]  # NaN comes last
    corrected = np.full(p.shape, np.nan)
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * (further + np.arange(order.size, 0, -1))), 1.0)
    return corrected
