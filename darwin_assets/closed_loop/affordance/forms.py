"""How the characters of a document are divided among the forms of discourse, and into passages (papers.md §2.2)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from darwin_assets.textbook_reasoning.extract.blocks import Block, blocks_of
from darwin_assets.textbook_reasoning.extract.leads import Role, heading_of
from darwin_assets.textbook_reasoning.extract.unit import Span, Unit
from darwin_assets.textbook_reasoning.extract.units import units_of

OF_UNIT = {
    Role.EXAMPLE: "worked_example",
    Role.EXERCISE: "question_answer",
    Role.CHECK: "question_answer",
    Role.THEOREM: "definition_theorem_proof",
}
OF_BLOCK = {"code": "commented_code", "table": "reference_list"}
LOOKED_UP = re.compile(
    r"(?i)(?:\d[\d.]* )?(?:glossary|key (?:terms|equations)|formula review|references|bibliography|index|works cited"
    r"|(?:table of )?contents|see also|external links|further reading)"
)
DEFINITION = re.compile(r"\*\*(?:Definition|Axiom|Notation|Defn)\b")
TURN = re.compile(r"(?m)^\s*(?:\*\*)?([A-Z][\w.' -]{0,30}):(?:\*\*)?\s+\S")
NO_SPEAKERS = frozenset(
    ("a", "answer", "example", "figure", "hint", "note", "proof", "q", "question", "remark", "solution", "step")
)
SPEAKERS = TURNS = 2
"""How many must speak, and how often each, for their words to be a dialogue."""
ENTRY = re.compile(r"(?m)^\s*(?:[-*+•]|\[?\d{1,3}[.\])])\s*(?:.*\b(?:1[89]|20)\d\d\b|.{0,60}$|\[[^\]]+\]\()")
ENTRIES = 4
PAST = re.compile(r"(?i)\b(?:was|were|had|said|went|came|began|became|told|born|died|won|left|\w{3,}ed)\b")
TOLD_OF = re.compile(
    r"(?i)\b(?:he|she|his|her|him|they|(?:in|by|since|until) (?:1[5-9]|20)\d\d|later|the next (?:day|year|morning))\b"
)
ARGUED = re.compile(
    r"(?i)\b(?:argu(?:e|es|ed|ing|ment|ments)|claims?|claimed|objections?|object that|critics?|criticism|controvers\w+"
    r"|nevertheless|nonetheless|on the contrary|in favou?r of|oppos(?:e|ed|ing)|should not|ought to|refut\w+|rebut\w*"
    r"|in my view|we believe)\b"
)
WORD = re.compile(r"\w+")
MIN_PAST, MIN_TOLD_OF, MIN_ARGUED = 0.05, 0.02, 0.015
"""Shares of the words of a paragraph from which on it tells what happened (both), or argues."""


@dataclass(frozen=True)
class Forms:
    """`chars`: characters by discourse. `worked`: the share of them that stands in tasks that are solved, and in proofs.
    `passages`: where a task with its solution, a theorem with its proof, or a paragraph begins and ends, in order.
    """

    chars: Counter[str]
    worked: float
    passages: tuple[Span, ...]

    @property
    def discourse(self) -> str:
        """The form that most characters stand in; `other` for a text without any."""
        return min(self.chars, key=lambda form: (-self.chars[form], form), default="other")


def forms_of(text: str, max_shared_chars: int) -> Forms:
    """The forms of a Markdown text of L1 to L4; what stands in no task, proof, code or list is told by its words."""
    blocks = list(blocks_of(text))
    between = _Between(blocks, speakers_of(text))
    chars, passages, worked, end = Counter[str](), list[Span](), 0, 0
    for unit in units_of(text, blocks, max_shared_chars):
        if unit.start < end or unit.role not in OF_UNIT:
            continue  # an exercise within an example is a part of it
        chars.update(between.chars(end, unit.start))
        passages += [*between.passages(end, unit.start), (unit.start, unit.end)]
        size = unit.end - unit.start
        chars[OF_UNIT[unit.role]] += size
        worked += size if _is_solved(unit) else 0
        end = unit.end
    chars.update(between.chars(end, len(text)))
    passages += between.passages(end, len(text))
    total = chars.total()
    return Forms(chars, worked / total if total else 0.0, tuple(passages))


def speakers_of(text: str) -> frozenset[str]:
    """Who takes turns in a text; nobody where fewer than two do."""
    turns = Counter(name for name in TURN.findall(text) if name.lower().split()[0] not in NO_SPEAKERS)
    found = frozenset(name for name, n in turns.items() if n >= TURNS)
    return found if len(found) >= SPEAKERS else frozenset()


def _is_solved(unit: Unit) -> bool:
    return unit.answer_start is not None or unit.role is Role.EXAMPLE


@dataclass(frozen=True)
class _Between:
    """The blocks of a text, for the characters between its units."""

    blocks: Sequence[Block]
    speakers: frozenset[str]

    def chars(self, start: int, end: int) -> Counter[str]:
        """Characters of the blocks that begin between two places, by form."""
        chars, is_looked_up = Counter[str](), False
        for block in self.within(start, end):
            if heading := heading_of(block):
                is_looked_up = LOOKED_UP.fullmatch(heading[1]) is not None
                continue
            chars["reference_list" if is_looked_up else self.form(block)] += len(block.text)
        return chars

    def passages(self, start: int, end: int) -> Iterator[Span]:
        """A block each; a displayed formula belongs to the sentence before it."""
        begun: Span | None = None
        for block in self.within(start, end):
            if begun and block.protected == "formula":
                begun = begun[0], block.end
                continue
            if begun:
                yield begun
            begun = block.start, block.end
        if begun:
            yield begun

    def within(self, start: int, end: int) -> Sequence[Block]:
        """The blocks that begin between two places."""
        return self.blocks[bisect_left(self.blocks, start, key=_start) : bisect_left(self.blocks, end, key=_start)]

    def form(self, block: Block) -> str:
        """The form of a paragraph, list, table or piece of code."""
        text = block.text
        if block.protected in OF_BLOCK:
            return OF_BLOCK[block.protected]
        if DEFINITION.match(text):
            return "definition_theorem_proof"
        turn = TURN.match(text)
        if turn and turn[1] in self.speakers:
            return "dialogue"
        return "reference_list" if len(ENTRY.findall(text)) >= ENTRIES else prose_form(text)


def _start(block: Block) -> int:
    return block.start


def prose_form(text: str) -> str:
    """`narrative`, `argument` or `exposition`, by the words."""
    n_words = max(len(WORD.findall(text)), 1)
    if len(ARGUED.findall(text)) / n_words >= MIN_ARGUED:
        return "argument"
    if len(PAST.findall(text)) / n_words >= MIN_PAST and len(TOLD_OF.findall(text)) / n_words >= MIN_TOLD_OF:
        return "narrative"
    return "exposition"
