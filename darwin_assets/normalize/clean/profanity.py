"""Profane words: a list, the share of a text's words that stand on it, and the words masked (papers.md §4.4, U07)."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from darwin_assets.normalize.clean.protected import replace_free

PACKAGED_LIST = Path(__file__).parent / "profanity_words.txt"
PLACEHOLDER = "<PROFANITY>"

# Scripts that put no space between words: an entry is found wherever it stands.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+")


def masked(text: str, file: str) -> tuple[str, int]:
    """Replace every listed word outside code and formulas by `PLACEHOLDER`; `file`: a list, "" for the packaged one."""
    words = word_list(file)
    if not words.may_hold(text):
        return text, 0
    return replace_free(text, words.pattern, lambda _: PLACEHOLDER, tables=False)


def profanity_word_share(text: str, file: str = "") -> float:
    """Return listed words as a share of all words (runs of letters and digits); 0 for a text without words.

    The signal `profanity_word_share` of L2: whoever drops by it drops whole documents, so a quotation should be allowed for.
    """
    words = word_list(file)
    if not words.may_hold(text):
        return 0.0
    n_words = sum(1 for _ in _WORD.finditer(text))
    return min(1.0, sum(1 for _ in words.pattern.finditer(text)) / max(n_words, 1))


class WordList:
    """The entries of a list, and a pattern that finds them whole and in any case; within a longer word, such as
    Scunthorpe, none is found."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        self.entries = entries
        self._unspaced = [entry for entry in entries if _UNSPACED.search(entry)]
        # of an entry of several words the first decides whether the pattern is asked
        firsts = {entry.split()[0] for entry in entries if not _UNSPACED.search(entry)}
        self._words = {word for first in firsts if not first.endswith("*") for word in _WORD.findall(first)[:1]}
        self._stems = tuple(first.rstrip("*") for first in firsts if first.endswith("*"))
        spaced = [_regex(entry) for entry in entries if not _UNSPACED.search(entry)]
        whole = [rf"(?<![\w<])(?:{'|'.join(spaced)})(?![\w>])"] if spaced else []
        self.pattern = re.compile("|".join([*whole, *map(re.escape, self._unspaced)]) or r"(?!)", re.IGNORECASE)

    def may_hold(self, text: str) -> bool:
        """Whether the pattern needs to be asked: a look at the different words of a text is quicker than that."""
        folded = text.lower()
        words = set(_WORD.findall(folded))
        return (
            not self._words.isdisjoint(words)
            or any(word.startswith(self._stems) for word in words)
            or any(entry in folded for entry in self._unspaced)
        )


@lru_cache(maxsize=8)
def word_list(file: str = "") -> WordList:
    """Return the list in a file; its lines are words, `#` opens a remark, a final `*` stands for any ending."""
    text = (Path(file) if file else PACKAGED_LIST).read_text(encoding="utf-8")
    words = (" ".join(line.partition("#")[0].lower().split()) for line in text.splitlines())
    return WordList(tuple(sorted({word for word in words if word.strip("* ")})))


def fingerprint(file: str) -> str:
    """SHA-256 of a list's entries, hex: a recipe that names a list changes with what stands in it."""
    return hashlib.sha256("\n".join(word_list(file).entries).encode()).hexdigest()


def _regex(entry: str) -> str:
    stem = r"\s+".join(map(re.escape, entry.rstrip("*").split()))
    return rf"{stem}[^\W_]*" if entry.endswith("*") else stem
