"""The letter that a model chose, read on the last line first, then in the whole text (papers.md §3.7).

What announces an answer ("The answer is ...", "Answer: ...") comes first, wherever it stands: a last line may explain it, or
say something of other options. A statement that names a letter comes before one that quotes an option's text, and of several
statements of one form the last counts.

The published patterns ignore case, so that "the answer is a metal" is read as option A (defect 2), and where a record has no
options they end the run (defect 3). Here a letter must stand for an option and not for a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from darwin_assets.evaluation.scoring.maths import own_part

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_OPEN = r"(?P<open>(?:[\s*$_({\[\"'`]|\\[(\[]|\\(?:boxed|mathbf|mathrm|text|textbf)\s*(?=\{)){0,12})"
_END = r"(?=[\s:.,;!*_)\]}$\"'`\\]|$)"
_NOUN = r"(?:answer|option|choice|result)"
_HEDGE = (
    r"(?:\s+(?:probably|likely|most\s+likely|therefore|thus|hence|clearly|indeed|definitely|simply|option|choice|letter))*"
    r"\s*:?"
)
_ANNOUNCED = (
    rf"\bthe\s+(?:[\w-]+\s+){{0,4}}?{_NOUN}(?:\s+(?:to|for|of|from|among)\b[^.\n]{{0,60}}?)?\s+is{_HEDGE}{{label}}",
    rf"\b{_NOUN}\s*\**\s*[:：=]{_HEDGE}{{label}}",
    rf"\b{_NOUN}\s+(?:should|must|would|will|has\s+to)\s+be{_HEDGE}{{label}}",
    rf"\b{_NOUN}\s+is\s+(?:probably|likely|most\s+likely){_HEDGE}{{label}}",
    rf"\b{_NOUN}\s+is{_HEDGE}{{label}}",
    r"(?=\\boxed\s*\{){label}",
)
_SETTLED = (
    r"(?=\\(?:boxed|mathbf|mathrm|text|textbf)\s*\{){label}",
    r"\b(?:option|choice|choose|pick|select|go\s+(?:with|for)){label}[)\]}*$.\s]*$",
)
_JUDGED = (
    r"{label}[)\]}*$.:]*\s+(?:is|seems|must\s+be)\s+(?:clearly\s+|probably\s+|also\s+)?correct\b",
    r"{label}[)\]}*$.:]*\s+(?:is|seems|must\s+be)\s+(?:clearly\s+|probably\s+)?the\s+(?:right|correct|best|most\s+\w+)\b",
)
_STATEMENTS = (*_ANNOUNCED, *_JUDGED, *_SETTLED)
"""Forms of a statement, the surest first. All but the last one are those of the published toolkit."""
_ONLY_LABEL = r"^{label}[)\]}*$.:_\"'`\s]*$"
_LABEL_FIRST = r"^{label}[)\]}*_]*[).:](?:\s|$)"
_ARTICLES = frozenset("AI")
"""Letters that are words too."""
_AFTER_LABEL = re.compile(
    r"\s+(?:because|since|as|for|so|which|but|is|seems|due|given|by|from|in|with|based|if)\b|\s*(?:[-–—(:.,;!*)\]}$\\\n\"'`_]|$)"
)
_ANOTHER = r"[)\]}}*$.\s]*\s(?:and|or|nor)\s+\W*[{letters}]\b|\s*[,/&]\s*\W*[{letters}](?!\w)"
_DENIED = re.compile(r"\b(?:not|nor|neither|whether|if|either|and|or)\W*$", re.IGNORECASE)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|suppos(?:e|ing)|assum(?:e|ing))\s+(?:that\s+)?(?:the\s+)?(?:[\w-]+\s+)?$", re.IGNORECASE
)
_MARKUP = r"[\s*_$\"'`“”‘’]*"
"""White space, quotation and markup, but no sign that could belong to a number."""
_ANNOUNCED_CONTENT = (
    rf"\bthe\s+(?:[\w-]+\s+){{0,4}}?{_NOUN}\s+is{_HEDGE}{_MARKUP}",
    rf"\b{_NOUN}{_MARKUP}[:：=]{_MARKUP}",
)
_CONTENT = (*_ANNOUNCED_CONTENT, rf"\b{_NOUN}(?:\s+[-–—](?=\s))?{_MARKUP}", rf"^\s*(?:[-–—•>#]+\s+)?{_MARKUP}")
_GOES_ON = re.compile(r"[^\W_]|[.,/]\d|\s*(?:\\?%|(?:[-+*/^×·−]|\\times|\\cdot)\s*\d)")
"""Behind a text that is more than an option: another word, a longer number, a calculation."""
_LEADING_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)


def extract_choice(output: str, options: Sequence[str], n_options: int = 4) -> str | None:
    """The chosen letter, None when there is none. Where the options are not known, letters up to `n_options` are."""
    letters = LETTERS[: len(options) or n_options]
    said = own_part(output)
    lines = [line for line in said.splitlines() if line.strip()]
    if not lines:
        return None
    last = lines[-1].strip()
    stages = (
        (last, (*_ANNOUNCED, *_SETTLED, _ONLY_LABEL), _ANNOUNCED_CONTENT),
        (said, _ANNOUNCED, _ANNOUNCED_CONTENT),
        (last, (*_STATEMENTS, _LABEL_FIRST), _CONTENT),
        (said, _STATEMENTS, _CONTENT),
    )
    for part, forms, contents in stages:
        if found := _labelled(part, forms, letters) or _quoted(part, contents, options):
            return found
    return _label(_pattern(_ONLY_LABEL, letters), lines[0].strip(), letters)


def _labelled(text: str, forms: Sequence[str], letters: str) -> str | None:
    """The letter of a statement in the text."""
    found = (_label(_pattern(form, letters), text, letters) for form in forms)
    return next(filter(None, found), None)


@lru_cache(maxsize=256)
def _pattern(form: str, letters: str) -> re.Pattern[str]:
    label = rf"{_OPEN}(?<![A-Za-z])(?P<letter>[{letters}{letters.lower()}]){_END}"
    return re.compile(form.replace("{label}", label), re.IGNORECASE)


def _label(pattern: re.Pattern[str], text: str, letters: str) -> str | None:
    found = [match["letter"].upper() for match in pattern.finditer(text) if _is_label(match, letters)]
    return found[-1] if found else None


def _is_label(match: re.Match[str], letters: str) -> bool:
    """Whether the letter stands for an option and not for a word, a variable, one of several options, or a supposed one."""
    text, end = match.string, match.end("letter")
    if _SUPPOSED.search(text, 0, match.start()):
        return False
    if re.compile(_ANOTHER.format(letters=letters)).match(text, end) or _DENIED.search(text, 0, match.start("open")):
        return False
    wrapped = match["open"].rstrip() == match["open"] and match["open"][-1:] not in ("", " ")
    plain_capital = match["letter"].isupper() and match["letter"] not in _ARTICLES
    return wrapped or plain_capital or _AFTER_LABEL.match(text, end) is not None


def _quoted(text: str, forms: Sequence[str], options: Sequence[str]) -> str | None:
    """The letter of the option whose text is given as the answer; the longest, where one begins with another."""
    contents = [_plain(option) for option in options]
    n_chars = 2 * max(map(len, options), default=0) + 50
    for form in forms:
        for rest in _rests(re.compile(form, re.IGNORECASE | re.MULTILINE), text, n_chars):
            fitting = [content for content in contents if content and _begins_with(rest, content)]
            longest = max(fitting, key=len, default=None)
            if longest is not None and contents.count(longest) == 1:
                return LETTERS[contents.index(longest)]
    return None


def _rests(pattern: re.Pattern[str], text: str, n_chars: int) -> Iterator[str]:
    """The characters that follow each place where the pattern matches, last first."""
    for match in reversed(list(pattern.finditer(text))):
        yield _plain(text[match.end() : match.end() + n_chars])


def _plain(text: str) -> str:
    return _LEADING_ARTICLE.sub("", " ".join(text.split()).strip(" *$_\"'`").rstrip(".").casefold())


def _begins_with(text: str, content: str) -> bool:
    return text.startswith(content) and not _GOES_ON.match(text, len(content))
