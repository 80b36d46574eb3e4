"""The running text of a Markdown document: what is left when formulas, code, tables and markup are set aside.

The quality rules of Gopher were made for web prose. Counted as words, `\\frac{1}{2}`, a pipe table of numbers
or a listing would have a chemistry chapter dropped for short words and repetition, so the rules that look at
words or characters see only the prose. MathPile relaxed a threshold to the same end (papers.md §1.13).
Nothing here edits a document: the prose is read, measured and thrown away.
"""

from __future__ import annotations

import re

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
