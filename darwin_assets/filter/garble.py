"""Which characters of a text are garbled (papers.md §1.3, L2 filter 2; D14).

Darwin drops documents with more than half of their characters garbled and does not say what garbled means.
Here a character that is not white space is garbled when it is one of these:

1. a character that no text should hold: the replacement character, a control character, a private-use,
   unassigned or surrogate code point;
2. part of mojibake: two to four characters that are UTF-8 bytes read as Windows-1252 ("Ã©", "â€™");
3. part of a token in which symbols outnumber letters and digits, ordinary punctuation at its ends
   aside ("~^|%§l").
   A run of one repeated character (a leader, a rule) is layout, not garble.

Formulas, code and tables are rich in symbols for good reason, so the caller passes prose (`prose.prose`).
"""

from __future__ import annotations

import re
import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BAD_CATEGORIES = frozenset({"Cc", "Co", "Cn", "Cs"})
_EDGE_PUNCTUATION = "()[]{}<>.,;:!?\"'`“”‘’«»…*_-–—/|•"
_CONTINUATION = "".join(
    character
    for byte in range(0x80, 0xC0)
    if (character := bytes([byte]).decode("cp1252", errors="ignore") or chr(byte))
)
_TAIL = f"[{re.escape(_CONTINUATION)}]"
_MOJIBAKE = re.compile(f"[Â-ß]{_TAIL}|[à-ï]{_TAIL}{{2}}|[ð-ô]{_TAIL}{{3}}")


def garbled_share(prose: str) -> float:
    """Return garbled characters as a share of all that are not white space; 0 where there are none."""
    tokens = prose.split()
    n_chars = sum(map(len, tokens))
    return sum(map(_n_garbled, tokens)) / n_chars if n_chars else 0.0


def _n_garbled(token: str) -> int:
    core = token.strip(_EDGE_PUNCTUATION)
    if core.isascii() and core.isalnum():
        return 0
    damaged = 0 if token.isascii() else sum(map(len, _MOJIBAKE.findall(token)))
    if damaged:
        return damaged + _n_garbled(_MOJIBAKE.sub("", token))
    if len(set(core)) > 1 and 2 * sum(map(str.isalnum, core)) < len(core):
        return len(token)
    return token.count(_REPLACEMENT) + (
        0 if token.isprintable() else sum(unicodedata.category(character) in _BAD_CATEGORIES for character in token)
    )
