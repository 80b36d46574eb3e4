"""The Open Logic Text's own notation: a book's build replaces it, a single file shows it raw.

`!!{element}` stands for a word that each edition may choose; the word between the braces is its default.
"""

from __future__ import annotations

import re

from darwin_assets.normalize.latex_macros import Macro

_TOKEN = re.compile(r"!!(\^?)(a?)(\^?)\{([^{}]*)\}")
_CASED_TOKEN = re.compile(r"\\(?:use|print)token\{([SsPp])\}\{([^{}]*)\}")

MACROS = {
    "iftag": Macro("", 3, first_branch=True),
    "oliflabeldef": Macro("", 3, first_branch=True),
    "tagitem": Macro(r"\item ", 3, first_branch=True),
    "indcase": Macro(r"$#1 \ident #2$: #3", 3),
    "ycomma": Macro(", "),
    "olasset": Macro(r"\includegraphics{#2}", 2, default=""),
}


def read_tokens(text: str) -> str:
    """`!!^a{element}` → "An element", `\\usetoken{P}{formula}` → "Formulas"."""
    text = re.sub(r"(\\startycommalist\b[^\\]*(?:\\iftag\{[^{}]*\}\{)?)\\ycomma ?", r"\1", text)
    text = _TOKEN.sub(_word, text)
    return _CASED_TOKEN.sub(_cased_word, text)


def _word(match: re.Match[str]) -> str:
    capital, article, late_capital, word = match.groups()
    if article:
        word = f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"
    return word[:1].upper() + word[1:] if capital or late_capital else word


def _cased_word(match: re.Match[str]) -> str:
    case, word = match.groups()
    word = word + "s" if case in "Pp" else word
    return word[:1].upper() + word[1:] if case.isupper() else word
