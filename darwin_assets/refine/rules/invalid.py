"""DEL8 and DEL9: text that was never content (papers.md §1.5)."""

from __future__ import annotations

import re

from darwin_assets.refine.rules.masks import is_free
from darwin_assets.refine.rules.structure import without_lines
from darwin_assets.refine.settings import RefineSettings

# Ordinary in technical text: letters, digits and spaces in any script, and these.
ORDINARY = re.compile(r"[\w\s.,;:!?'\"()\[\]{}<>/\\|+\-*=^_~#%&@$§°’‘“”–—…•·×÷±≤≥≠≈→←↔∞√∑∫∂∆∇€£¥©®™]")
RULE_CHARACTERS = "-*_=~.#+|:>"


# DEL8: debris of character recognition goes: garble, encoding junk, senselessly repeated characters.
def delete_garbled_lines(text: str, settings: RefineSettings) -> str:
    """Lines of ten characters or more that are mostly garble, and lines of one repeated character."""
    return "\n".join(line for line in text.split("\n") if not is_garbled(line, settings))


def is_garbled(line: str, settings: RefineSettings) -> bool:
    """Whether a free line is garble. Rules of dashes, dots and the like are layout, not garble."""
    visible = "".join(line.split())
    if len(visible) < settings.min_repeated_chars or not is_free(line):
        return False
    if len(set(visible)) == 1:
        return visible[0] not in RULE_CHARACTERS
    n_garbled = len(visible) - len(ORDINARY.findall(visible))
    return n_garbled / len(visible) > settings.max_garble_share


MACHINE_LINE = re.compile(
    r"\s*(?:scanned (?:by|with) \S.{0,60}|(?:created|generated|converted|digiti[sz]ed) (?:by|with|"
    r"using) \S{2,30}(?: \S{1,20}){0,3}"
    r"|\[?(?:OCR|recognition) (?:error|failed|output)[^\n]{0,60}"
    r"|(?:file:///|[A-Za-z]:\\|/(?:home|Users|usr|tmp|var)/)[^\s]{3,200}"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4},?\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?)\s*",
    re.IGNORECASE,
)


# DEL8: tool messages, file paths and time stamps go.
def delete_machine_lines(text: str, settings: RefineSettings) -> str:
    """Lines that a tool left behind."""
    return without_lines(text, MACHINE_LINE)


PLACEHOLDER = re.compile(
    r"\[\s*(?:insert (?:\w+ ){0,4}(?:citation|reference|figure|table|image|text|name|date|title|link|here)[^\]\n]{0,40}|"
    r"citation needed|your (?:name|text|title|institution)[^\]\n]{0,40}|(?:add|put) [^\]\n]{1,60} here|"
    r"to be (?:added|completed|inserted)|TBD|TODO[^\]\n]{0,80})\s*\]",
    re.IGNORECASE,
)
PLACEHOLDER_LINE = re.compile(
    r"\s*(?:insert citation here\.?|insert (?:figure|table) \w{0,6} ?(?:about )?here\.?|advertisement|"
    r"click here to (?:subscribe|download|read more|continue).{0,80})\s*",
    re.IGNORECASE,
)
FILLER = re.compile(r"^[ \t]*lorem ipsum dolor\b[^\n]*(?:\n[^\n]*\S[^\n]*)*", re.IGNORECASE | re.MULTILINE)


# DEL9: junk and placeholders that were never filled in go.
def delete_placeholders(text: str, settings: RefineSettings) -> str:
    """Literal placeholders, in brackets or as a line, and paragraphs of typesetter's filler."""
    text = FILLER.sub(lambda match: "" if is_free(match[0]) else match[0], PLACEHOLDER.sub("", text))
    return without_lines(text, PLACEHOLDER_LINE)
