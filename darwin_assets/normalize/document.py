"""What every parser of L1 returns, and the one error that it may raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Document:
    """One document as Markdown with LaTeX formulas (papers.md §1.2 L1: only the representation changes).

    Counts are numbers of elements. `n_formulas_in` counts the formulas that the source holds and
    `n_formulas_out` those that were written as LaTeX; the gate compares the two.
    """

    text: str
    """Markdown; formulas as `$...$` in a line and `$$...$$` on their own."""
    title: str | None
    language: str | None
    """BCP 47, only as the document itself states it."""
    sections: tuple[str, ...]
    """Heading texts in reading order."""
    n_formulas_in: int
    n_formulas_out: int
    n_tables: int
    n_code_blocks: int
    parser: str
    """Name and version of the parser, such as "cnxml/1"."""
    notes: tuple[str, ...] = ()
    """Repairs that were made ("repaired mojibake"); never text of the document."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What only some formats know: module id, document class, media type."""
    is_verbatim: bool = False
    """Whether the text is source code, of which not even blank lines or the forms of letters may change."""


class Unreadable(Exception):
    """A document that no parser can turn into text.

    `rule` is the rule id that the rejected row bears ("pdf.encrypted", "xml.malformed"); `detail` says where
    or how much, and never quotes the document.
    """

    def __init__(self, rule: str, detail: str = "", *, value: float | None = None, threshold: str | None = None):
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule
        self.detail = detail
        self.value = value
        self.threshold = threshold
