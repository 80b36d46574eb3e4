"""Models that embed inside this process: no server, no request, no wait."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from resources.embedder.errors import EmbeddingError
from resources.embedder.requests import Embedding
from resources.embedder.windows import Window, windows
from resources.language_model.engines import Connection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Encoder(Protocol):
    """A loaded model."""

    max_tokens: int
    """Tokens of the longest text that it reads to its end."""

    def n_tokens(self, text: str) -> int:
        """Tokens of a text, those at its ends that the model adds included."""

    def encode(self, texts: list[str]) -> "NDArray[np.float32]":
        """(texts, dimensions), of any length."""


@dataclass
class InProcessEngine:
    """An engine without an address. ``identity`` must cost little; ``load`` is called at the first text."""

    identity: Callable[[], str]
    load: Callable[[], Encoder]
    _encoder: Encoder | None = field(default=None, init=False, repr=False)

    def fingerprint(self) -> str:
        """What determines the vectors. Raises ConfigurationError, MissingPackageError."""
        return self.identity()

    def connect(self) -> Connection:
        """There is no server to ask."""
        return Connection((), "", None, self.identity())

    def known_context_tokens(self) -> int | None:
        """Once the model is loaded."""
        return None if self._encoder is None else self._encoder.max_tokens

    def close(self) -> None:
        """Let the weights go."""
        self._encoder = None

    def embeddings(
        self, texts: Iterable[tuple[str, str]], *, window_chars: int, texts_at_once: int
    ) -> Iterator[Embedding]:
        """Exactly one for each (key, text), in their order. Raises EmbeddingError at the first text that gets no usable
        vector, and as ``load`` does."""
        if self._encoder is None:
            self._encoder = self.load()
        remaining = iter(texts)
        while some := list(islice(remaining, texts_at_once)):
            yield from _embedded(some, self._encoder, window_chars, texts_at_once)


def _embedded(
    texts: list[tuple[str, str]], encoder: Encoder, window_chars: int, windows_at_once: int
) -> Iterator[Embedding]:
    """The windows of all of the texts go to the model, so many at once: one text may have thousands."""
    import numpy as np

    from resources.embedder.average import average, unit_rows, windows_of

    pieces = [
        windows_of(key, (piece for window in windows(text, window_chars) for piece in _readable(key, window, encoder)))
        for key, text in texts
    ]
    read = [piece.text for of_text in pieces for piece in of_text]
    batches = (read[at : at + windows_at_once] for at in range(0, len(read), windows_at_once))
    vectors = np.concatenate([encoder.encode(batch) for batch in batches])
    _check(vectors)
    unit = iter(unit_rows(vectors))
    for (key, _), of_text in zip(texts, pieces, strict=True):
        yield average(key, [(piece, next(unit)) for piece in of_text])


def _check(vectors: "NDArray[np.float32]") -> None:
    import numpy as np

    if not (np.isfinite(vectors).all() and np.linalg.norm(vectors, axis=1).all()):
        raise EmbeddingError("the model gave a vector that has no direction: its weights or its precision are at fault")


def _readable(key: str, window: Window, encoder: Encoder) -> Iterator[Window]:
    """The window, or halves of it that the model reads to their end; what is blank is left out."""
    if window.text.isspace():
        return
    if encoder.n_tokens(window.text) <= encoder.max_tokens:
        yield window
    elif len(window.text) == 1:
        raise EmbeddingError(f"one character of text {key} is more than the {encoder.max_tokens} tokens of the model")
    else:
        for half in window.halves():
            yield from _readable(key, half, encoder)
