"""What is sent to an embedding server and what comes back; vectors are numpy arrays of 32-bit floats."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """Texts that travel together. ``key`` is unique in a run."""

    key: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingReply:
    """``vectors`` (texts, dimensions), of any length, in the order of the request; null exactly with an ``error`` class."""

    key: str
    vectors: "NDArray[np.float32] | None"
    error: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """The unit vector (dimensions,) of one text, and the number of windows that it is the mean of."""

    key: str
    vector: "NDArray[np.float32]"
    n_windows: int
