"""The prose of a document and its signals in plain Python: what the kernels of `darwin_assets.filter` must equal."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
"""One word: letters and digits of any script, joined by inner apostrophes and hyphens."""

# Repeats are bounded and no opening mark stands inside a pair: time grows with length, not with its square.
_FENCED_CODE = re.compile(r"^[ \t]*(`{3,20}|~{3,20})[^\n]*\n.*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^\n]{1,1000}?(?<!`)\1(?!`)")
_DISPLAY_FORMULA = re.compile(
    r"\$\$(?:(?!\n[ \t]*\n).){1,20000}?\$\$|\\\[(?:(?!\n[ \t]*\n|\\\[).){1,20000}?\\\]", re.DOTALL
)
# Pandoc's rule: no blank just inside the dollars and no digit after them, so that "$5 and $10" stays prose.
_INLINE_FORMULA = re.compile(r"(?<!\\)\$(?![\s$])[^$\n]{0,2000}?(?<![\s\\])\$(?!\d)|\\\((?:(?!\\\()[^\n]){1,2000}?\\\)")
_TABLE_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_HTML = re.compile(r"<!--.{0,2000}?-->|</?[A-Za-z][^<>\n]{0,500}>", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\[\]]{0,5000}\]\([^()\s]*(?:[ \t]+\"[^\"\n]*\")?\)")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\s]*(?:[ \t]+\"[^\"\n]*\")?\)")
_BARE_URL = re.compile(r"https?://[^\s<>]+|www\.[^\s<>]+")
_LINE_MARKER = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+•][ \t]+|\d{1,3}[.)][ \t]+)", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*([-*_=~.])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)


def prose(text: str) -> str:
    """Return the prose of a Markdown document; line breaks stay where they were.

    Taken out: fenced and inline code, `$...$`, `$$...$$`, `\\(...\\)` and `\\[...\\]` formulas, rows of pipe
    tables, HTML tags, images with their descriptions (written for screen readers, in set phrases), URLs,
    horizontal rules, and the marks of headings, lists and quotations. Their words stay, as do those of links;
    marks of emphasis stay too, since no rule counts them.
    """
    text = _FENCED_CODE.sub("\n", text)
    text = _INLINE_CODE.sub(" ", text)
    text = _DISPLAY_FORMULA.sub(" ", text)
    text = _INLINE_FORMULA.sub(" ", text)
    text = _TABLE_ROW.sub("", text)
    text = _HTML.sub(" ", text)
    text = _IMAGE.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _BARE_URL.sub(" ", text)
    text = _RULE.sub("", text)
    return _LINE_MARKER.sub("", text)


def words(text: str) -> list[str]:
    """Return the words of a text in order, as written."""
    return WORD.findall(text)


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


TOP_NGRAMS = (2, 3, 4)
DUPLICATE_NGRAMS = (5, 6, 7, 8, 9, 10)
_LABEL = re.compile(r"\*\*[^*\n]{1,60}\*\*")
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")


def ngram_chars(words: Sequence[str], window_words: int) -> dict[str, int]:
    """Return `top_{n}gram_chars` for n = 2, 3, 4 and `duplicate_{n}gram_chars` for n = 5..10.

    Top: the characters of the most frequent n-gram, all its occurrences, if it occurs at least twice; of
    equally frequent ones the longest counts, then the earliest. Duplicate: the characters of every n-gram
    that also starts among the `window_words` words before (0: anywhere before), so half of a text that is
    written twice. A character that several n-grams cover counts once, as Gopher asks.
    """
    numbers: dict[str, int] = {}
    word_numbers = [numbers.setdefault(word, len(numbers)) for word in words]
    word_chars = [len(word) for word in words]
    chars: dict[str, int] = {}
    # An n-gram can only repeat where its first n - 1 words do, so each round looks at fewer places than the
    # last. An n-gram is named by the place where it first stands, and keyed by the name of its head and its
    # last word.
    places, heads = list(range(len(words))), word_numbers
    for n in range(2, DUPLICATE_NGRAMS[-1] + 1):
        if places and places[-1] + n > len(words):
            places.pop()
        keys = [(head, word_numbers[place + n - 1]) for place, head in zip(places, heads, strict=False)]
        counts = Counter(keys)
        repeated = [(place, key) for place, key in zip(places, keys, strict=True) if counts[key] > 1]
        first: dict[tuple[int, int], int] = {}
        heads = [first.setdefault(key, place) for place, key in repeated]
        places = [place for place, _ in repeated]
        if n in TOP_NGRAMS:
            rank = {place: (counts[key], sum(word_chars[place : place + n])) for key, place in first.items()}
            top = max(rank, key=rank.__getitem__, default=None)
            covered = [place for place, head in zip(places, heads, strict=True) if head == top]
            chars[f"top_{n}gram_chars"] = _covered_chars(covered, n, word_chars)
        elif n in DUPLICATE_NGRAMS:
            covered = _places_of_duplicates(places, heads, window_words or len(words))
            chars[f"duplicate_{n}gram_chars"] = _covered_chars(covered, n, word_chars)
    return chars


def _places_of_duplicates(places: Sequence[int], heads: Sequence[int], window_words: int) -> list[int]:
    duplicates = []
    last: dict[int, int] = {}
    for place, head in zip(places, heads, strict=True):
        if head in last and place - last[head] <= window_words:
            duplicates.append(place)
        last[head] = place
    return duplicates


def _covered_chars(places: Iterable[int], n: int, word_chars: Sequence[int]) -> int:
    """Return the characters of the words at `place .. place + n - 1` for ascending places, overlaps once."""
    total = end = 0
    for place in places:
        total += sum(word_chars[max(place, end) : place + n])
        end = place + n
    return total


def line_shares(prose: str) -> dict[str, float]:
    """Return the shares of lines and paragraphs that stand in the prose before, by number and characters.

    Lines are the non-empty lines, paragraphs what blank lines divide, both without outer white space. A
    label, a line or paragraph in bold type only ("**Solution**"), is part of the layout and not counted.
    """
    lines = _unlabelled(prose.splitlines())
    paragraphs = _unlabelled(_PARAGRAPH_BREAK.split(prose))
    line, line_chars = _duplicate_shares(lines)
    paragraph, paragraph_chars = _duplicate_shares(paragraphs)
    return {
        "duplicate_line_share": line,
        "duplicate_line_char_share": line_chars,
        "duplicate_paragraph_share": paragraph,
        "duplicate_paragraph_char_share": paragraph_chars,
    }


def _unlabelled(pieces: Iterable[str]) -> list[str]:
    return [stripped for piece in pieces if (stripped := piece.strip()) and not _LABEL.fullmatch(stripped)]


def _duplicate_shares(pieces: Sequence[str]) -> tuple[float, float]:
    if not pieces:
        return 0.0, 0.0
    counts = Counter(pieces)
    n_duplicate_chars = sum(len(piece) * (count - 1) for piece, count in counts.items())
    return (len(pieces) - len(counts)) / len(pieces), n_duplicate_chars / sum(map(len, pieces))


STOP_WORDS = frozenset({"the", "be", "to", "of", "and", "that", "have", "with"})
_BULLET = re.compile(r"[-*+][ \t]|[•‣◦▪●○■□·]")
_ELLIPSES = ("...", "…")
WHOLE_TEXT = ("n_bytes", "n_content_chars")
_CONTENT = re.compile(r"[^\W_]+")


def document_signals(text: str, window_words: int) -> dict[str, float]:
    """Return the signals of one document by the names of their columns."""
    running = prose(text)
    found = words(running)
    measured = {
        "n_bytes": len(text.encode()),
        "n_content_chars": sum(map(len, _CONTENT.findall(text))),
        "garbled_share": garbled_share(running),
        **_word_signals(found, running),
        **_marked_line_shares(text),
        **line_shares(running),
        **{f"{name[:-1]}_share": _share(chars, len(text)) for name, chars in ngram_chars(found, window_words).items()},
    }
    return {name if name in WHOLE_TEXT else f"prose_{name}": value for name, value in measured.items()}


def _word_signals(found: list[str], running: str) -> dict[str, float]:
    n_words = len(found)
    return {
        "n_words": n_words,
        "mean_word_length": _share(sum(map(len, found)), n_words),
        "hash_word_ratio": _share(running.count("#"), n_words),
        "ellipsis_word_ratio": _share(sum(map(running.count, _ELLIPSES)), n_words),
        "alphabetic_word_share": _share(sum(map(_has_letter, found)), n_words),
        "uppercase_word_share": _share(sum(map(str.isupper, found)), n_words),
        "n_stop_words": len(STOP_WORDS.intersection(map(str.lower, found))),
    }


def _marked_line_shares(text: str) -> dict[str, float]:
    lines = [stripped for line in text.splitlines() if (stripped := line.strip())]
    return {
        "bullet_line_share": _share(sum(_BULLET.match(line) is not None for line in lines), len(lines)),
        "ellipsis_line_share": _share(sum(line.endswith(_ELLIPSES) for line in lines), len(lines)),
    }


def _has_letter(word: str) -> bool:
    return word.isalpha() or any(map(str.isalpha, word))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
