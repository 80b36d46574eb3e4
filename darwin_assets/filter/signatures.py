"""The keys by which duplicates find each other: one exact key and one key a MinHash band (D11, D12)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.filter.shingles import mixed_polynomial, shingle_hashes

if TYPE_CHECKING:
    import numpy as np
    from datasketch import MinHash
    from numpy.typing import NDArray

    from darwin_assets.filter.settings import FilterSettings

SIGNATURE: dict[str, pl.DataType] = {
    "id": pl.String(),
    "exact_key": pl.String(),
    "band_keys": pl.List(pl.Int64()),
}
"""Columns of a signature. Band keys of two texts are equal, band by band, where all hashes of it are."""

_SPACE = re.compile(r"\s+")
# Bounds the memory of one step: shingles x permutations x 4 bytes.
_SHINGLES_A_STEP = 2048


def exact_key(text: str) -> str:
    """Return the SHA-256 (hexadecimal) of the text in Unicode form NFC with single blanks for space.

    So two files that differ in line breaks, indentation or composed accents are the same document; those that
    differ in case or punctuation are left to the comparison of shingles.
    """
    plain = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return hashlib.sha256(plain.encode()).hexdigest()


def sign(ids: Iterable[str], texts: Iterable[str], settings: FilterSettings) -> pl.DataFrame:
    """Return `SIGNATURE` for each text, in order. A text without words has no band keys.

    Keys depend on the text, `shingle_words`, `bands`, `rows` and `seed` alone: the same in any process.
    """
    from datasketch import MinHash

    empty = MinHash(num_perm=settings.bands * settings.rows, seed=settings.seed, hashfunc=int)
    rows = [
        (
            row_id,
            exact_key(text),
            band_keys(shingle_hashes(text, settings.shingle_words), empty, settings.bands),
        )
        for row_id, text in zip(ids, texts, strict=True)
    ]
    return pl.DataFrame(rows, schema=SIGNATURE, orient="row")


def band_keys(hashes: NDArray[np.uint32], empty: MinHash, bands: int) -> list[int]:
    """Return one key a band of the signature that `empty` makes of the shingle hashes; none for no hashes.

    The number of the band goes into its key, so that equal hashes in different bands do not meet.
    """
    import numpy as np

    if not hashes.size:
        return []
    sketch = empty.copy()
    for start in range(0, hashes.size, _SHINGLES_A_STEP):
        sketch.update_batch(hashes[start : start + _SHINGLES_A_STEP].tolist())
    rows = sketch.hashvalues.reshape(bands, -1).T.astype(np.uint64)
    keys: list[int] = mixed_polynomial(rows, np.arange(1, bands + 1, dtype=np.uint64)).view(np.int64).tolist()
    return keys
