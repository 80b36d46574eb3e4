"""Which operations, and which pairs of them, a weakness goes with (papers.md §2.3, step 4; C14).

A term is an operation or a pair of them. The one with the strongest excess of losses is kept, its items are set aside, and
the rest is looked at again, so that a pair which only overlaps the cause is not named beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from darwin_assets.closed_loop.statistics.excess import Losses, excess
from darwin_assets.closed_loop.statistics.many import holm
from darwin_assets.closed_loop.statistics.passages import together
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings
from darwin_assets.closed_loop.statistics.shares import Floats
from darwin_assets.closed_loop.statistics.terms import Term, terms_of

PAIRS = pl.Schema(
    {
        "checkpoint": pl.String(),
        "benchmark": pl.String(),
        "operation": pl.String(),
        "other": pl.String(),  # null for a single operation
        "n": pl.Int64(),
        "score": pl.Float64(),
        "ref_score": pl.Float64(),
        "interaction": pl.Float64(),  # score less the lower one of its two operations; null for a single operation
        "ref_interaction": pl.Float64(),
        "share": pl.Float64(),  # of the benchmark's items
        "weakness": pl.Float64(),  # (reference - score) x share: points of the benchmark's gap, as a share of 1
        "p": pl.Float64(),  # one-sided: loses to the reference, and more than the other items do
        "p_holm": pl.Float64(),  # over the terms of one checkpoint and benchmark
        "kept": pl.Boolean(),  # not explained by those kept before it
    }
)


def pairs(members: pl.DataFrame, labels: pl.DataFrame, settings: StatisticsSettings) -> pl.DataFrame:
    """A frame of PAIRS from `cells.MEMBERS` (the rows of whole benchmarks) and `columns.LABELS`: a benchmark's kept terms
    first, the weakest first.

    Terms of fewer than `min_items` items are left out, and those that hold as many as the benchmark.
    """
    items = members.filter(level="benchmark").join(labels.select("item", "operations"), on="item")
    groups = items.sort("checkpoint", "benchmark", "item").group_by("checkpoint", "benchmark", maintain_order=True)
    found = [
        _rows(of, settings).with_columns(checkpoint=pl.lit(checkpoint), benchmark=pl.lit(benchmark))
        for (checkpoint, benchmark), of in groups
    ]
    return pl.concat([PAIRS.to_frame(), *(one.select(PAIRS.names()) for one in found)])


def _rows(items: pl.DataFrame, settings: StatisticsSettings) -> pl.DataFrame:
    """The terms of one checkpoint and benchmark."""
    score, ref_score = items["score"].to_numpy(), items["ref_score"].to_numpy()
    losses = Losses(ref_score - score, together(items["passage"].to_list()))
    terms = terms_of(items["operations"].to_list(), settings.min_items)
    p = excess(losses, [term.inside for term in terms])
    kept = {term.operations for term in explaining(losses, terms, settings)}
    rows = [
        {
            "operation": term.operations[0],
            "other": term.operations[1] if term.alone else None,
            "n": int(term.inside.sum()),
            "score": float(score[term.inside].mean()),
            "ref_score": float(ref_score[term.inside].mean()),
            "interaction": _interaction(score, term),
            "ref_interaction": _interaction(ref_score, term),
            "share": float(term.inside.mean()),
            "weakness": float(losses.of(term.inside).values.sum() / score.size),
            "p": float(one),
            "p_holm": float(corrected),
            "kept": term.operations in kept,
        }
        for term, one, corrected in zip(terms, p, holm(p), strict=True)
    ]
    order = {"kept": True, "weakness": True, "operation": False, "other": False}
    frame = pl.DataFrame(
        rows, schema={name: kind for name, kind in PAIRS.items() if name not in ("checkpoint", "benchmark")}
    )
    return frame.sort(list(order), descending=list(order.values()))


def explaining(losses: Losses, terms: Sequence[Term], settings: StatisticsSettings) -> list[Term]:
    """The terms that losses go with: each stands out among the items that no other kept term holds.

    An operation gives way to a pair in which its losses stand out. A term that was kept is left out again where later ones
    explain it.
    """
    kept: list[Term] = []
    left = list(terms)
    while left:
        p = _beside(losses, left, kept, settings.min_items)
        best = int(np.argmin(p))
        if p[best] * len(left) > settings.alpha:
            break
        found = _narrowed(losses, left[best], left, settings)
        left.remove(found)
        kept.append(found)
        kept = [one for one in kept if _is_needed(losses, one, kept, settings)]
    return kept


def _narrowed(losses: Losses, term: Term, left: Sequence[Term], settings: StatisticsSettings) -> Term:
    """The pair within an operation whose losses stand out among those of the operation; the term itself without one."""
    within = [one for one in left if one.alone and set(term.operations) < set(one.operations)]
    p = excess(losses.of(term.inside), [one.inside[term.inside] for one in within])
    if not within or p.min() * len(within) > settings.alpha:
        return term
    return within[int(np.argmin(p))]


def _is_needed(losses: Losses, term: Term, kept: Sequence[Term], settings: StatisticsSettings) -> bool:
    others = [one for one in kept if one is not term]
    return bool(_beside(losses, [term], others, settings.min_items)[0] <= settings.alpha)


def _beside(losses: Losses, terms: Sequence[Term], others: Sequence[Term], min_items: int) -> Floats:
    """p-values of terms on the items that none of the others holds; 1 where these are too few."""
    unexplained = np.ones(losses.values.size, dtype=np.bool_)
    for other in others:
        unexplained &= ~other.inside
    groups = [term.inside[unexplained] for term in terms]
    enough = np.array([group.sum() >= min_items for group in groups])
    return np.where(enough, excess(losses.of(unexplained), groups), 1.0)


def _interaction(scores: Floats, term: Term) -> float | None:
    """The pair's score less the lower one of its two operations."""
    if not term.alone:
        return None
    return float(scores[term.inside].mean() - min(scores[alone].mean() for alone in term.alone))
