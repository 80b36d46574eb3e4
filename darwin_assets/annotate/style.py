"""How a text is written, as a few ratios: what a mean of word vectors cannot see (lines, symbols, citations).

Every ratio is per word or per line, so a short example and a long window are measured alike.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WORD_GROUPS: dict[str, str] = {
    "first_person": "i my me i'm i've",
    "plural_person": "we our us",
    "second_person": "you your",
    "third_person": "he she his her him",
    "past_tense": "was were had said",
    "function_words": "the of and to in is that a by with",
    "explaining": "because therefore hence thus since if then suppose called means",
    "instructing": "find finds show shows explain explains calculate calculates describe describes prove "
    "proves draw draws example examples exercise exercises problem problems solution solutions",
    "insults": "idiot idiots idiotic moron morons moronic stupid stupidest dumb dumbass imbecile imbeciles loser losers "
    "pathetic scum trash garbage vermin filth filthy disgusting worthless retard retarded pig pigs rat rats cockroach "
    "cockroaches parasite parasites subhuman freak freaks creep bitch bitches bastard bastards whore slut asshole "
    "assholes jerk clown clowns coward cowards degenerate degenerates animals savages",
    "profanity": "fuck fucking fucked fucker shit shitty bullshit crap damn goddamn arse ass piss pissed hell",
    "threats": "kill die dead hang shoot burn beat smash choke stab punch rot exterminate wipe destroy deserve deserves "
    "drown hurt suffer",
    "hostility": "hate hates hated despise shut ugly fat sick disgrace ashamed traitor traitors",
}
SIGNS = (
    "digits",
    "code_symbols",
    "exclamations",
    "questions",
    "currency",
    "separators",
    "quotes",
    "sentence_ends",
    "citations",
    "capitalized",
    "upper_case",
)
"""Counts a word, in the order of `kernels.reading`."""
NAMES = (*SIGNS, *WORD_GROUPS, "word_length", "words_per_line", "bullet_lines", "formula_bytes")
_MAX_WORDS_PER_LINE = 60
_MAX_RATIO = 4.0


def style(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Counts of texts (n, N_COUNTS + groups) → their ratios in the order of `NAMES`, each under a square root.

    A text without words has zeros.
    """
    from darwin_assets.annotate.kernels import reading as at

    n_words = np.maximum(counts[:, at.WORDS : at.WORDS + 1], 1)
    n_lines = np.maximum(counts[:, at.LINES], 1)
    ratios = np.column_stack(
        [
            counts[:, : len(SIGNS)] / n_words,
            counts[:, at.N_COUNTS :] / n_words,
            counts[:, at.LETTERS] / n_words[:, 0] / 10,
            np.minimum(n_words[:, 0] / n_lines, _MAX_WORDS_PER_LINE) / _MAX_WORDS_PER_LINE,
            counts[:, at.BULLET_LINES] / n_lines,
            counts[:, at.FORMULA_BYTES] / np.maximum(counts[:, at.BYTES], 1),
        ]
    )
    ratios[counts[:, at.WORDS] == 0] = 0.0
    compressed: npt.NDArray[np.float64] = np.sqrt(np.clip(ratios, 0.0, _MAX_RATIO))
    return compressed
