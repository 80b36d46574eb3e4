"""The `rules` engine of L4: deterministic, without a model, and only what needs no judgement (papers.md
§1.5).

It sees one chunk at a time, as a model does. So it cannot remove a running header that returns on every page,
the rest of a reference list whose entries are not numbered and whose heading stands in an earlier chunk, a
paragraph repeated in another chunk, or mend a word that a chunk's edge cuts. `COVERAGE` says what of the
catalogue it does.
"""

from __future__ import annotations

from collections.abc import Callable

from darwin_assets.refine.answer import wrap
from darwin_assets.refine.rules import academic, invalid, masks, protect, publication, redundant, repair, structure
from darwin_assets.refine.settings import RefineSettings

ENGINE = "rules/1"

Rule = Callable[[str, RefineSettings], str]

# Reference entries look like citations, so whole lists go before the citations in the text are hidden.
BEFORE_CITATIONS: tuple[tuple[str, Rule], ...] = (
    ("DEL2", structure.delete_reference_section),
    ("DEL2", structure.delete_numbered_references),
)
RULES: tuple[tuple[str, Rule], ...] = (
    ("REP3", repair.tidy_whitespace),
    ("REP4", repair.repair_characters),
    ("DEL1", structure.delete_contents),
    ("DEL3", publication.delete_copyright_lines),
    ("DEL4", publication.delete_publication_lines),
    ("DEL5", structure.delete_page_lines),
    ("DEL7", academic.unwrap_images),
    ("DEL8", invalid.delete_garbled_lines),
    ("DEL8", invalid.delete_machine_lines),
    ("DEL9", invalid.delete_placeholders),
    ("DEL11", redundant.delete_markers),
    ("DEL12", redundant.unwrap_links),
    ("REP1", repair.join_hyphenated),
    ("REP1", repair.join_wrapped_lines),
    ("REP1", repair.join_interrupted_paragraphs),
    ("REP1", repair.space_after_punctuation),
    ("REP2", repair.join_fragments),
    ("REP5", repair.tidy_punctuation),
    # Again, after lines and words have gone.
    ("REP3", repair.tidy_whitespace),
    ("DEL10", redundant.delete_repeated_paragraphs),
)

COVERAGE: dict[str, str] = {
    "DEL1": "runs of titles with dot leaders or page anchors; a contents list without them needs a model",
    "DEL2": "under a reference heading, and runs of numbered entries that begin with authors; other lists need a model",
    "DEL3": "copyright lines; prefaces, acknowledgements and indexes need a model",
    "DEL4": "lines of ISBN, ISSN, contact, paragraphs that only name publisher or printer; affiliations need a model",
    "DEL5": "lines that say they are a page number; running headers need the whole document",
    "DEL6": "left to a model: what is only there to look things up is a judgement, and L5 reads glossaries",
    "DEL7": "image syntax and placeholders; descriptions and captions stay",
    "DEL8": "lines that are mostly garble, one repeated character, tool messages, paths, time stamps",
    "DEL9": "literal placeholders; advertising needs a model",
    "DEL10": "identical paragraphs in a row inside one chunk",
    "DEL11": "the usual markers",
    "DEL12": "links keep their words; addresses in brackets, on lines of their own and at sentence ends go",
    "REP1": "hyphens at line ends, wrapped lines, paragraphs broken in mid-sentence, spaces after commas",
    "REP2": "runs that read as one sentence; other fragments stay",
    "REP3": "spaces and blank lines; indentation stays, for it may carry structure",
    "REP4": "ligatures, invisible and control characters; spelling needs a model",
    "REP5": "spaces around punctuation and quotes, double hyphens, brackets that another rule emptied",
    "REP6": "left to a model: the missing part of a word is a judgement",
    "REP7": "left to a model: formulas stay exact here",
    "KEEP1": "formulas and sequences are hidden from every rule",
    "KEEP2": "tables are hidden from every rule",
    "KEEP3": "citations and cross references are hidden from every rule but DEL2 and DEL10",
    "KEEP4": "code is hidden from every rule",
    "KEEP5": "paragraphs that begin as an exercise, example, question or solution are hidden from every rule",
    "KEEP6": "notes, quotations and footnotes are hidden from every rule",
    "KEEP7": "no rule completes a chunk's first or last word",
    "KEEP8": "lines as short as verse and short repeated paragraphs are left as they are",
}

MAX_ROUNDS = 8


def answer(text: str, settings: RefineSettings | None = None) -> str:
    """The engine's reply to one chunk, in the contract that models keep to."""
    return wrap(clean(text, settings))


def clean(text: str, settings: RefineSettings | None = None) -> str:
    """The chunk after every rule, applied until nothing changes: a cleaned text is its own cleaning."""
    settings = settings or RefineSettings()
    for _ in range(MAX_ROUNDS):
        cleaned = apply_rules(text, settings)
        if cleaned == text:
            break
        text = cleaned
    return text


def apply_rules(text: str, settings: RefineSettings) -> str:
    """One round: protected spans hidden, rules in order, spans shown again."""
    exact = masks.Mask(masks.BLOCK_OPEN, masks.INLINE_OPEN)
    body = exact.hide(text, protect.exact_spans(text))
    body = run(body, BEFORE_CITATIONS, settings)
    kept = masks.Mask(masks.LATE_BLOCK_OPEN, masks.LATE_INLINE_OPEN)
    body = kept.hide(body, protect.kept_spans(body))
    body = run(body, RULES, settings)
    return exact.show(kept.show(body)).strip()


def run(text: str, rules: tuple[tuple[str, Rule], ...], settings: RefineSettings) -> str:
    """The rules one after another."""
    for _, rule in rules:
        text = rule(text, settings)
    return text
