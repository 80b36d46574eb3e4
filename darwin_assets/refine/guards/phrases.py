"""Phrases that an engine writes and a document does not (papers.md §1.5, §1.6 O1, O2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from darwin_assets.refine.answer import REFUSAL
from darwin_assets.refine.comparison import Comparison


@dataclass(frozen=True)
class Phrases:
    """A pattern in lower case that never matches beyond a line, nor in a text without any of the `signs`, which are found
    sooner.
    """

    signs: tuple[str, ...]
    pattern: re.Pattern[str]

    def count(self, text: str) -> int:
        """How many matches a text in lower case has."""
        return sum(1 for _ in self.pattern.finditer(text)) if any(sign in text for sign in self.signs) else 0

    def surplus(self, comparison: Comparison) -> int:
        """How many more matches the answer has than the chunk."""
        found = self.count(comparison.new_lines_lower)
        return max(0, found - self.count(comparison.old_lines_lower)) if found else 0


_WORKS = "cleaned refined corrected revised edited rewritten expanded improved requested polished completed"
_TEXTS = "text version excerpt chunk passage output answer window document section"
_DEEDS = "removed deleted cleaned corrected fixed kept preserved made changed left joined added omitted rewrote"
_MARKS = "removed deleted illegible unreadable omitted continues unchanged truncated"
_WORK, _TEXT, _DEED, _MARK = (f"(?:{words.replace(' ', '|')})" for words in (_WORKS, _TEXTS, _DEEDS, _MARKS))
META_COMMENTARY = Phrases(
    (
        *_WORKS.split(),
        *_MARKS.split(),
        *(f"i {deed}" for deed in _DEEDS.split()),
        *("i'", "i’", "i have", "i also", "i hope", "let me know", " helps", "the original", "the provided"),
        *("the given", "placeholder", "instructions", "rules", "editor", "changes", "note that i", "think>", "note:"),
    ),
    re.compile(
        rf"\b(?:here(?:'|’)?s? (?:is |are )?(?:the|your|my|a) (?:\w+ )?{_WORK}\b|{_WORK}[ ]{_TEXT}\b|{_TEXT} (?:has|"
        rf"have) been {_WORK}|"
        rf"i(?:'ve| have|’ve)? (?:also )?{_DEED}\b|"
        r"as (?:you )?requested\b|let me know if|(?:i )?hope (?:this|that) helps|the (?:original|provided|"
        r"given) (?:text|excerpt|chunk|passage)\b|"
        r"(?:simplified )?placeholder text\b|(?:according to|as per|following) (?:the|your) (?:instructions|rules)\b|"
        r"editor['’]s note\b|changes made\b|left unchanged\b|want (?:any )?further changes\b|note that i\b|"
        r"i (?:hope|kept)\b)|"
        r"</?(?:think|cleaned_text)>|"
        rf"\[[^\]\n]{{0,60}}\b{_MARK}\b[^\]\n]{{0,60}}\]|"
        r"\((?:editor'?s?[’']? |translator'?s? )?note:"
    ),
)
SOURCE_MENTION = Phrases(
    ("text", "paper", "passage", "chunk", "excerpt", "article", "document"),
    re.compile(
        r"\b(?:(?:the|this|that) (?:original|given|provided|source|above|following) (?:text|paper|passage|chunk|"
        r"excerpt|article|document)\b|"
        r"(?:this|the) (?:chunk|excerpt|passage)\b|(?:in|of|by) (?:the|this) (?:text|paper|article)\b|"
        r"in the (?:text|passage) above\b|"
        r"the authors? of (?:this|the) (?:text|passage|paper|article)\b|the source document\b)"
    ),
)
# The pattern ignores case, to which ı is an i and ſ an s; lower case leaves both as they are.
REFUSING = Phrases(
    ("sorry", "unable", "not able", "i can", "i won", "i must", "as an ai", "language model", "ı", "ſ"), REFUSAL
)
FENCE = Phrases(("```", "~~~"), re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE))
PREAMBLE = re.compile(
    r"\A\s{0,20}(?:(?:sure|certainly|of course|okay|ok|absolutely|great|understood)\b[^\n]{0,200}\n|"
    r"(?:here(?:'|’)?s?|below)\b[^\n]{0,200}:[ \t]*\n|"
    r"[*_#\s]{0,6}(?:(?:refined|cleaned|revised|rewritten|expanded|improved|corrected|final|completed)[ ](?:text|"
    r"version|passage|excerpt|chunk|answer|output)|"
    r"output|answer|result)[*_]{0,2}:?[*_]{0,2}[ \t]*\n)",
    re.IGNORECASE,
)
