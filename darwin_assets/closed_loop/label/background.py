"""What is given before an item asks, as its words show it."""

from __future__ import annotations

import re

LONG_WORDS = 200
"""Words beyond which a context is a passage, as the taxonomy says."""

_SHOWN = (
    ("figure", re.compile(r"\[asy\]|\\begin\{tikzpicture\}")),
    ("table", re.compile(r"\\begin\{(?:tabular|array)\}.*&.*\\\\|(?:^\|.*\|\s*$\n?){2}", re.DOTALL | re.MULTILINE)),
    (
        "code",
        re.compile(
            r"```|\b(?:def|public|private|void|int|function) \w+ ?\(|\bfor ?\(.*;|;\s*\n\s*\}|\bint\[\]|\bprint ?\("
        ),
    ),
)
_RULES = re.compile(
    r"\b(?:is|are) (?:said to|called|denoted|defined (?:as|to|for|such))\b|\b[Dd]efine\b|\b(?:operation|operator)\b"
    r"|\b(?:An?|The) [\w -]+ is an? [\w -]+ (?:that|which|whose|if)\b|\b(?:are|is) (?:not )?allowed\b|\(Reminder\b"
    r"|\b(?:each|subsequent) terms? (?:is|are|after)\b|\\(?:star|spadesuit|diamond|clubsuit|heartsuit|oplus|otimes)\b"
)
_FORMULA = re.compile(r"\$[^$]*\$|\\\[.*?\\\]|\\begin\{align.*?\\end\{align\*?\}", re.DOTALL)
_SITUATION = re.compile(
    r"\b(?:he|she|his|her|him|they|their|them|we|our|my|people|persons?|students?|teachers?|child(?:ren)?|boys?|girls?"
    r"|men|women|man|woman|friends?|teams?|players?|class|schools?|company|stores?|restaurants?|cars?|trains?|bus|miles"
    r"|hours?|minutes?|days?|years|weeks?|dollars?|cents|cards?|deck|coins?|dice|die|marbles?|balls?|bags?|boxes|box"
    r"|cookies?|books?|pages?|islands?|letters|committee|games?|race|ladder|farmer|dogs?|garden|fence|rooms?|house|tank"
    r"|tower|bacteria|spinner|menu|gas|rod|tube|temperature|dartboard|plane)\b"
    r"|\b[A-Z][a-z]+(?:'s|’s)? (?:has|had|have|can|takes?|took|bought|buys|wants?|makes?|made|tosses|rolls?|plays?|went"
    r"|walks|runs|gets)\b"
)
_STATEMENTS = re.compile(r"\AStatement (?:1|I)\b")
_SENTENCES = re.compile(r"[.?!]\s+\S")


def background_of(question: str, *, mathematics: bool) -> str:
    """Of a question without its options. Mathematics is its own background where it speaks of no people or things; any other
    question describes a situation where it has two sentences, unless they are the statements to be judged.
    """
    for value, sign in _SHOWN:
        if sign.search(question):
            return value
    if mathematics and _RULES.search(question):
        return "rules"
    if len(question.split()) > LONG_WORDS:
        return "long_passage"
    prose = _FORMULA.sub(" ", question)
    if mathematics:
        situated = _SITUATION.search(prose) is not None
    else:
        situated = _SENTENCES.search(prose) is not None and not _STATEMENTS.match(question)
    return "short_context" if situated else "none"
