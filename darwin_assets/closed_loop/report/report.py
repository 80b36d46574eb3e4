"""The report of a diagnosis as Markdown (C24, C26)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from darwin_assets.closed_loop.diagnose.diagnose import Diagnosis
from darwin_assets.closed_loop.report.pictures import pictures, weakest_first
from darwin_assets.closed_loop.report.sentences import (
    evidence_lines,
    headline,
    operations_table,
    scores_table,
    slices_table,
    stability_table,
    vocabulary,
    weak_cells,
    without_terms,
)
from darwin_assets.markdown import document, heading, words

Picture = Callable[[str, str, str], str]
"""From a picture's name, caption and SVG to the Markdown that shows it."""

HASH_DIGITS = 16
ABOUT_DATA = (
    "*data* is what is left where no other sign was found, and proves nothing: a smaller model, fewer tokens or another "
    "recipe look the same. The proof is a training run that differs in the data alone."
)
ABOUT_INTERVALS = (
    "Intervals of scores are Wilson's, those of changes are for paired items. p-values are those of McNemar's exact test, or "
    "of a paired permutation test where samples repeat, after Holm's correction over all rows of all checkpoints. An "
    "interval is of its row alone, so that it may leave out 0 where p, which counts all rows, is large. Slices with too few "
    "items are merged upward; the weakest, by points of the benchmark's gap, come first."
)


def report(diagnosis: Diagnosis, title: str, picture: Picture, data: Sequence[str] = ()) -> str:
    """`data`: blocks about what the data should offer, what the lake holds and what is proposed."""
    shown = {name: picture(name, caption, svg) for name, caption, svg in pictures(diagnosis)}
    return document(
        [
            heading(1, f"Diagnosis of {words(title)}"),
            _reference(diagnosis),
            *_headlines(diagnosis),
            ABOUT_DATA if "data" in diagnosis.cells["verdict"] else "",
            _known_by_question(diagnosis),
            _not_compared(diagnosis),
            heading(2, "Scores"),
            scores_table(diagnosis),
            heading(2, "Slices"),
            ABOUT_INTERVALS,
            shown.get("slices", ""),
            *_slices(diagnosis),
            *_evidence(diagnosis, shown.get("gaps", "")),
            *_operations(diagnosis, shown.get("operations", "")),
            *_stability(diagnosis),
            *data,
            heading(2, "How this was decided"),
            *vocabulary(),
            _how(diagnosis),
        ]
    )


def _reference(diagnosis: Diagnosis) -> str:
    why = (
        "as the manifest states"
        if diagnosis.is_stated
        else "which has the highest mean score on the items that all have"
    )
    return f"Every checkpoint is compared with **{words(diagnosis.reference)}**, {why}."


def _not_compared(diagnosis: Diagnosis) -> str:
    """Checkpoints that share no item of a benchmark with the reference: another harness may name it otherwise."""
    of = ("checkpoint", "benchmark")
    others = diagnosis.scores.filter(pl.col("checkpoint") != diagnosis.reference).join(
        diagnosis.cells, on=of, how="anti"
    )
    named = ", ".join(
        f"{words(checkpoint)} in {words(benchmark)}" for checkpoint, benchmark in others.select(of).iter_rows()
    )
    return f"Not compared, since the reference has no item of that name or question: {named}." if named else ""


def _known_by_question(diagnosis: Diagnosis) -> str:
    """Items that two harnesses name differently."""
    told = ", ".join(
        f"{n:,} of {words(checkpoint)} in {words(benchmark)}"
        for checkpoint, benchmark, n in diagnosis.known_by_question.iter_rows()
    )
    return (
        f"Items that the files name otherwise than the reference's, known by the words of their questions: {told}."
        if told
        else ""
    )


def _how(diagnosis: Diagnosis) -> str:
    return (
        f"Code `{diagnosis.code_sha256[:HASH_DIGITS]}`, settings `{diagnosis.settings_sha256[:HASH_DIGITS]}`, taxonomy "
        f"{words(diagnosis.taxonomy)}. The same code and settings give the same verdicts on the same outputs; every number "
        "stands in diagnosis.json."
    )


def _headlines(diagnosis: Diagnosis) -> Iterator[str]:
    of = ("checkpoint", "benchmark")
    parts = diagnosis.cells.partition_by(of, as_dict=True)
    kept = diagnosis.operations.filter("kept").partition_by(of, as_dict=True)
    yield "\n".join(
        f"- {headline(one, parts[key], kept.get(key, diagnosis.operations.clear()))}"
        for one in diagnosis.cells.filter(level="benchmark").sort(of).iter_rows(named=True)
        for key in [(one["checkpoint"], one["benchmark"])]
    )


def _slices(diagnosis: Diagnosis) -> Iterator[str]:
    slices = weakest_first(diagnosis.cells.filter(level="slice"))
    for (checkpoint, benchmark), found in sorted(slices.partition_by("checkpoint", "benchmark", as_dict=True).items()):
        yield heading(3, f"{words(checkpoint)} in {words(benchmark)}")
        yield slices_table(found)


def _evidence(diagnosis: Diagnosis, picture: str) -> Iterator[str]:
    yield heading(2, "Evidence")
    lines = list(evidence_lines(weakest_first(weak_cells(diagnosis.cells)), diagnosis.lost))
    yield picture
    yield "\n".join(lines) or "No checkpoint is significantly weaker: there is nothing to explain."


def _operations(diagnosis: Diagnosis, picture: str) -> Iterator[str]:
    if not diagnosis.cells.filter(verdict="data").height:
        return
    kept = diagnosis.operations.filter("kept")
    yield heading(2, "Operations")
    yield (
        "Operations and pairs of them that lose more than the other items do, one after the other on the items that those "
        "before do not hold. Interaction: score of the pair less that of the lower operation alone."
    )
    if kept.height:
        yield operations_table(kept)
        yield picture
    yield "\n".join(without_terms(diagnosis.cells, diagnosis.operations))


def _stability(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.stability.height:
        yield heading(2, "Stability")
        yield "Rank correlation of the slices' weakness under resampling of items, with that of all items."
        yield stability_table(diagnosis.stability)
