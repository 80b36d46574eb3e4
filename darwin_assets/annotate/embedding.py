"""Static word embeddings read from the files inside the `wordllama` wheel: nothing is downloaded, ever.

The package itself is not imported: its import reconfigures the root logger, and its own `load` looks for the
tokenizer in a folder that the wheel does not have, and would then fetch it from the network.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS = Path("weights", "l2_supercat_256.safetensors")
TOKENIZER = Path("tokenizers", "l2_supercat_tokenizer_config.json")
DIMENSIONS = 256


def embedding_version() -> str:
    """Name and version of the package whose weights are used, such as "wordllama/0.4.0.post1"."""
    return f"wordllama/{version('wordllama')}"


@cache
def _model() -> tuple[npt.NDArray[np.float32], Tokenizer]:
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    spec = find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("wordllama is not installed: pip install 'wordllama>=0.4,<0.5'")
    package = Path(spec.origin).parent
    tensors = load_file(str(package / WEIGHTS))
    tokenizer = Tokenizer.from_file(str(package / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tensors["embedding.weight"].astype(np.float32), tokenizer


def word_vectors(words: list[str]) -> npt.NDArray[np.float32]:
    """The sum of the token vectors of each word, (n, 256). No token of this tokenizer reaches over a space,
    so the tokens of a text are those of its words, and each different word is cut into tokens once."""
    from darwin_assets.annotate.kernels.vectors import sum_rows

    table, tokenizer = _model()
    encoded = tokenizer.encode_batch_fast(words, add_special_tokens=False)
    ids = [encoding.ids for encoding in encoded]
    firsts = np.cumsum([0, *map(len, ids)])
    return sum_rows(np.fromiter(chain.from_iterable(ids), np.int64, int(firsts[-1])), firsts, table)
