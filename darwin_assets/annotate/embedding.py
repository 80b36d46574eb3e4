"""Static word embeddings read from the files inside the `wordllama` wheel: nothing is downloaded, ever.

The package itself is not imported: its import reconfigures the root logger, and its own `load` looks for the
tokenizer in a folder that the wheel does not have, and would then fetch it from the network.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vector = npt.NDArray[np.float32]

WEIGHTS = Path("weights", "l2_supercat_256.safetensors")
TOKENIZER = Path("tokenizers", "l2_supercat_tokenizer_config.json")
DIMENSIONS = 256

FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$|\\\[.+?\\\]|\\\(.+?\\\)", re.DOTALL)
_LATEX_COMMAND = re.compile(r"\\[A-Za-z]+\*?")
_URL = re.compile(r"https?://\S+|\]\([^)]*\)")
_NOT_A_LETTER = re.compile(r"[^\w' -]|[\d_]")


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


def words_of(text: str) -> str:
    """The prose of a Markdown text: formulas, commands, link targets, digits and punctuation become spaces.

    How much of a text is formulas is a matter of `style`; their tokens told the disciplines apart no better.
    """
    without = _URL.sub(" ", _LATEX_COMMAND.sub(" ", FORMULA.sub(" ", text)))
    return " ".join(_NOT_A_LETTER.sub(" ", without).split())


def embed(texts: list[str]) -> npt.NDArray[np.float32]:
    """One unit vector of 256 dimensions a text, the mean of its token vectors; zero for a text without words.

    Each row depends on its own text only, so batches of any size give the same numbers.
    """
    table, tokenizer = _model()
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    encoded = tokenizer.encode_batch_fast([words_of(text) for text in texts], add_special_tokens=False)
    for row, encoding in enumerate(encoded):
        if encoding.ids:
            mean = table[encoding.ids].mean(axis=0)
            vectors[row] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return vectors
