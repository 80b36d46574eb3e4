"""Guards of headings, labels, citations, tables, code and exercises (papers.md §1.6 F2; KEEP2 to KEEP5, DEL1)."""

from __future__ import annotations

import re
from collections import Counter
from itertools import takewhile

from darwin_assets.refine.comparison import Comparison
from darwin_assets.refine.guard_settings import GuardSettings
from darwin_assets.refine.guards.result import GuardResult, at_least, at_most
from darwin_assets.refine.mending import likeness
from darwin_assets.refine.side import begins_exercise, heading_name
from darwin_assets.refine.tokens import words
from darwin_assets.refine.vocabulary import folded

MIN_HEADING_SIMILARITY = 0.9
MIN_GONE = 0.75
"""Share of the words below a heading that must be gone for the heading to go."""
OPENING_WORDS = 2
"""Words by which an exercise is known: Exercise 4."""
LABEL = re.compile(r"\\(?:label|tag)\{[^{}\n]{1,200}\}|\((?:\d{1,4}\.){0,4}\d{1,4}[a-z]?\)")
CAPTIONED = ("Figure", "Fig.", "Table", "Box", "Algorithm", "Listing", "Scheme")
CAPTION = re.compile(
    rf"^[ \t]*[*_]{{0,2}}(?:{'|'.join(map(re.escape, CAPTIONED))}) \w{{1,9}}(?:\.\d{{1,4}}){{0,4}}(?=[*_]{{0,2}}[.:])",
    re.MULTILINE,
)


def protected_spans(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Rows of tables and lines of code that were lost or changed, and at L4 those that were added."""
    before, after = comparison.before.protected, comparison.after.protected
    added = (after - before).total() if comparison.may_delete else 0
    return at_most("protected_spans", (before - after).total() + added, settings.max_changed_rows)


def headings(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Headings that are new, missing or in another order; at L4 one may go with the text below it (DEL1)."""
    before, after = Counter(comparison.before.headings), Counter(comparison.after.headings)
    if not before and not after:
        return at_most("headings", 0, settings.max_changed_headings)
    if comparison.may_delete:
        before = Counter({mended_heading(name, after): count for name, count in before.items()})
    lost = before - after
    if lost and comparison.may_delete:
        lost = lost - excused(comparison, settings.min_contents_entries)
    differing = (after - before).total() + lost.total()
    kept = [mended for heading in comparison.before.headings if (mended := mended_heading(heading, after)) in after]
    moved = not differing and before == after and kept != comparison.after.headings
    return at_most("headings", differing or float(moved), settings.max_changed_headings)


def mended_heading(heading: str, after: Counter[str]) -> str:
    """What a damaged heading became in the answer; the heading itself where it is sound or gone."""
    if heading in after:
        return heading
    level, _, name = heading.partition(" ")
    joined = folded(name.replace(" ", ""))
    same = (
        f"{level} {other}"
        for mark, _, other in (one.partition(" ") for one in after)
        if mark == level and likeness(joined, folded(other.replace(" ", ""))) > MIN_HEADING_SIMILARITY
    )
    return next(same, heading)


def excused(comparison: Comparison, min_contents_entries: int) -> Counter[str]:
    """Headings that may go: their text went too, or they stand in a run of titles without text."""
    before = comparison.before
    sections: list[tuple[str, list[bool]]] = []
    for line, (first, end) in zip(before.lines, before.line_ranges, strict=True):
        if line.lstrip().startswith("#"):
            sections.append((heading_name(line), []))
        elif sections:
            sections[-1][1].extend(not (comparison.is_kept(t) or comparison.is_said(t)) for t in range(first, end))
    found: Counter[str] = Counter()
    empty_run: list[str] = []
    for name, body in [*sections, ("", [False])]:
        if not body:
            empty_run.append(name)
            continue
        if len(empty_run) >= min_contents_entries:
            found.update(empty_run)
        empty_run = []
        if sum(body) >= MIN_GONE * len(body):
            found[name] += 1
    return found


def lost_citations(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Citations and cross references that are missing although their line is still there."""
    found = 0
    missing = comparison.before.citations - comparison.after.citations
    if missing:
        for name, first, end in comparison.before.cited:
            gone = any(not comparison.is_kept(t) and not comparison.may_go(t) for t in range(first, end))
            found += missing[name] > 0 and gone
    return at_most("lost_citations", found, settings.max_lost_citations)


def new_citations(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Citations and cross references that the chunk does not hold; at L5 a repeated one is none."""
    before, after = comparison.before.citations, comparison.after.citations
    found = 0
    new = after - before if comparison.may_delete else Counter(set(after) - set(before))
    if new:
        for name, first, end in comparison.after.cited:
            found += new[name] > 0 and not comparison.unexplained.isdisjoint(range(first, end))
    return at_most("new_citations", found, settings.max_new_citations)


def labels(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Labels of figures, tables and equations that are missing or new; at L4 a label may go with its line."""
    before, after = label_counts(comparison.old_lines), label_counts(comparison.new_lines)
    lost = before - after
    if lost and comparison.may_delete:
        lost = lost - label_counts(comparison.gone_side.raw)
    new = after - before
    if new and not comparison.may_delete:
        new = Counter(set(after) - set(label_counts(comparison.before.raw)))
    return at_most("labels", lost.total() + new.total(), settings.max_changed_labels)


def label_counts(text: str) -> Counter[str]:
    """Labels with their white space evened out. None reaches beyond its line, so that what two texts differ by is what
    their different lines differ by.
    """
    captions = CAPTION.findall(text) if any(name in text for name in CAPTIONED) else []
    return Counter(" ".join(one.strip(" *_\n").split()) for one in [*LABEL.findall(text), *captions])


def lost_exercises(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Beginnings of exercises, examples and solutions that are missing; of a repeated one a copy must stay."""
    before = comparison.before
    found = 0
    for line, (first, end) in zip(before.lines, before.line_ranges, strict=True) if comparison.lost else ():
        opening = [t for t in range(first, min(end, first + OPENING_WORDS)) if not comparison.is_kept(t)]
        if opening and begins_exercise(line) and not all(map(comparison.is_said, opening)):
            found += " ".join(words(line)[:4]) not in comparison.after.exercises
    return at_most("lost_exercises", found, settings.max_lost_exercises)


def same_end(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """F4: how many of the last visible characters of the window's last line are the answer's last ones."""
    last_line = comparison.before.lines[-1] if comparison.before.lines else ""
    wanted = "".join(last_line.split())[-settings.end_chars :]
    pairs = zip(reversed(wanted), reversed("".join(comparison.after.text[-2000:].split())), strict=False)
    n_same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return at_least("same_end", n_same, len(wanted))
