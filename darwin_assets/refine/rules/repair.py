"""REP1 to REP5: damage that can be mended without guessing (papers.md §1.5).

REP6 and REP7 are left to a model.
"""

from __future__ import annotations

import re
import unicodedata

from darwin_assets.refine.rules.masks import CLOSE
from darwin_assets.refine.settings import RefineSettings

# PDF readers give U+FFFE for a hyphen at a line end that they have joined already.
HYPHENATED = re.compile(r"\b([^\W\d_]{2,})(?:[-\u2010\u00ad][ \t]*\n[ \t]*|\ufffe\s*)([a-zß-ÿ]{2,})\b")
# Words of these beginnings keep their hyphen when a line end follows it.
HYPHEN_PREFIXES = frozenset(
    [
        "all",
        "cross",
        "ex",
        "first",
        "four",
        "half",
        "high",
        "ill",
        "large",
        "left",
        "long",
        "low",
        "mid",
        "multi",
        "non",
        "one",
        "open",
        "quasi",
        "right",
        "second",
        "self",
        "semi",
        "short",
        "single",
        "small",
        "so",
        "third",
        "three",
        "two",
        "well",
    ]
)


# REP1: words that a line end split are put together.
def join_hyphenated(text: str, settings: RefineSettings) -> str:
    """A hyphen at a line end is dropped, or kept where the chunk or the first part shows that it belongs
    there.
    """

    def joined(match: re.Match[str]) -> str:
        first, second = match[1], match[2]
        kept = f"{first}-{second}" in text or first.lower() in HYPHEN_PREFIXES
        return f"{first}-{second}" if kept and f"{first}{second}" not in text else f"{first}{second}"

    return HYPHENATED.sub(joined, text)


LIST_ITEM = re.compile(r"\s*(?:[-*+•]|\(?\w{1,3}[.)])(?:\s|$)")
STRUCTURE = re.compile(r"\s*(?:#{1,6}\s|>|\||[-*_=]{3,}\s*$|<|\[\^|:\s)")
CONTINUATION = re.compile(r"[a-zß-ÿ]|\([A-Za-z]")
PLAIN_WORD = re.compile(r"[\"'“‘(]?[^\W\d_]+(?:[-'’][^\W\d_]+)*[\"'”’)]?[.,;:!?]?")
MIN_PLAIN_SHARE = 0.7
OPEN_END = re.compile(rf"[\w,;\-–’'\")\]{CLOSE}]")


# REP1: a line break inside a sentence becomes a space.
def join_wrapped_lines(text: str, settings: RefineSettings) -> str:
    """A long line without an end of sentence takes up the next one when that goes on in lower case."""
    joined: list[str] = []
    previous = ""
    for line in text.split("\n"):
        if joined and len(previous) >= settings.min_wrapped_line_chars and continues(previous, line):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line)
        previous = line
    return "\n".join(joined)


def continues(line: str, following: str) -> bool:
    """Whether a sentence runs over from one line to the next."""
    start = following.lstrip()
    return bool(
        line.rstrip()
        and OPEN_END.match(line.rstrip()[-1])
        and CONTINUATION.match(start)
        and not LIST_ITEM.match(following)
        and not STRUCTURE.match(line)
        and not line.endswith("  ")
        and is_prose(line)
        and is_prose(following)
    )


def is_prose(line: str) -> bool:
    """Whether most of a line's words are plain words: code and equations wrap at places that mean something."""
    words = line.split()
    return sum(PLAIN_WORD.fullmatch(word) is not None for word in words) >= MIN_PLAIN_SHARE * len(words)


INTERRUPTED = re.compile(r"^([^\n]+)\n[ \t]*\n\s*(?=([^\n]+))", re.MULTILINE)


# REP1: a sentence that a page end broke into two paragraphs is one sentence.
def join_interrupted_paragraphs(text: str, settings: RefineSettings) -> str:
    """Two paragraphs of prose become one when the first stops in mid-sentence and the second goes on in lower
    case.
    """

    def joint(match: re.Match[str]) -> str:
        line, following = match[1], match[2]
        prose = (
            len(line) >= settings.min_wrapped_line_chars and not LIST_ITEM.match(line) and line.rstrip()[-1:].isalpha()
        )
        return f"{line.rstrip()} " if prose and continues(line, following) and following[0] != "(" else match[0]

    return INTERRUPTED.sub(joint, text)


MISSING_SPACE = re.compile(r"(?<=[a-z]{3}[,;])(?=[A-Za-z]{3})")


# REP1: missing spaces are set.
def space_after_punctuation(text: str, settings: RefineSettings) -> str:
    """A space after a comma or semicolon between two words."""
    return MISSING_SPACE.sub(" ", text)


# REP2: five or more lines of one to three words in a row are put together when they are one broken text.
def join_fragments(text: str, settings: RefineSettings) -> str:
    """Runs of short lines that read as one sentence: all but the first begin in lower case or with a digit."""
    joined: list[str] = []
    run: list[str] = []
    for line in [*text.split("\n"), None]:
        if line is not None and is_fragment(line) and (not run or goes_on(line)):
            run.append(line)
            continue
        joined += [" ".join(map(str.strip, run))] if len(run) >= settings.min_fragment_lines else run
        run = [line] if line is not None and is_fragment(line) else []
        joined += [] if run or line is None else [line]
    return "\n".join(joined)


def goes_on(line: str) -> bool:
    """Whether a fragment can be the next part of a sentence."""
    return line.strip()[0].isdigit() or CONTINUATION.match(line.strip()) is not None


def is_fragment(line: str) -> bool:
    """Whether a line is one to three words of prose."""
    words = line.split()
    prose = 1 <= len(words) <= 3 and not LIST_ITEM.match(line) and not STRUCTURE.match(line)
    return prose and line.strip()[0].isalnum() and any(map(str.isalpha, line))


INNER_SPACE = re.compile(r"(?<=\S)[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]{2,}(?=\S)")
ODD_SPACE = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
TRAILING_SPACE = re.compile(r"[^\S\n\f]+$", re.MULTILINE)
BLANK_LINES = re.compile(r"\n{3,}")


# REP3: spaces and blank lines are made even. Indentation stays: it may say what belongs to a list item.
def tidy_whitespace(text: str, settings: RefineSettings) -> str:
    """One space between words, none at line ends, one blank line between paragraphs."""
    text = INNER_SPACE.sub(" ", ODD_SPACE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))
    return BLANK_LINES.sub("\n\n", TRAILING_SPACE.sub("", text))


LIGATURES = str.maketrans({chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)})
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
ENTITIES = {"&nbsp;": " ", "&amp;": "&", "&quot;": '"', "&apos;": "'", "&ndash;": "–", "&mdash;": "—"}
ENTITY = re.compile("|".join(ENTITIES))


# REP4: obvious errors of characters and Unicode are corrected.
def repair_characters(text: str, settings: RefineSettings) -> str:
    """Ligatures spelled out, invisible and control characters removed, named entities read."""
    text = re.sub(r"\u00ad[ \t]*\n[ \t]*", "", text)
    return ENTITY.sub(lambda match: ENTITIES[match[0]], INVISIBLE.sub("", text.translate(LIGATURES)))


SPACE_BEFORE = re.compile(rf"(?<=[\w)\]”’{CLOSE}])[ \t]+(?=[,;?.](?:\s|$))")
SPACE_IN_OPENING = re.compile(r"(?<=[(“])[ \t]+(?=\S)")
SPACE_IN_CLOSING = re.compile(r"(?<=\S)[ \t]+(?=[)”])")
DOUBLE_HYPHEN = re.compile(r"(?<=[^\W\d_]{2})--(?=[^\W\d_]{2})")
LATEX_QUOTES = re.compile(r"``([^`'\n]{1,300})''")
EMPTY_BRACKETS = re.compile(r"[ \t]+(?:\(\s*\)|\[\s*\])(?![(\[])")


# REP5: quotation marks, dashes and the spaces around punctuation are corrected.
def tidy_punctuation(text: str, settings: RefineSettings) -> str:
    """No space before a comma or inside brackets, curly quotes for TeX's, a dash for a double hyphen between
    words.
    """
    text = DOUBLE_HYPHEN.sub("—", LATEX_QUOTES.sub(r"“\1”", text))
    return SPACE_IN_CLOSING.sub("", SPACE_IN_OPENING.sub("", SPACE_BEFORE.sub("", EMPTY_BRACKETS.sub("", text))))
