"""The operations of a benchmark's items, one by one and two by two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Term:
    """An operation or a pair; `inside`: which items hold it; `alone`: which hold either operation of a pair."""

    operations: tuple[str, ...]
    inside: Mask
    alone: tuple[Mask, ...] = ()

    @property
    def name(self) -> str:
        return " + ".join(self.operations)


def terms_of(operations: Sequence[Sequence[str]], min_items: int) -> list[Term]:
    """Operations, then pairs, of `min_items` items and more, but not of all items.

    A pair on the same items as one of its operations cannot be told from it, and is left out.
    """
    names = sorted({name for of_item in operations for name in of_item})
    held = {name: np.array([name in of_item for of_item in operations], dtype=np.bool_) for name in names}
    singles = [Term((name,), inside) for name, inside in held.items()]
    both = [
        Term((one, other), held[one] & held[other], (held[one], held[other])) for one, other in combinations(names, 2)
    ]
    different = [term for term in both if all(term.inside.sum() < alone.sum() for alone in term.alone)]
    return [term for term in (*singles, *different) if min_items <= term.inside.sum() < term.inside.size]
