"""Figures of every level: what stands there, what came through, and how dense it is."""

from __future__ import annotations

from dataclasses import dataclass

from darwin_assets.funnel import bars_svg, svg_markdown
from darwin_assets.levels import LEVELS
from darwin_assets.markdown import table, words
from darwin_assets.reports.evidence import Evidence, cite
from darwin_assets.reports.tokens import Tokens

BAR = "#9cf"
MOST_EDUCATION_SCORE = 5
SCALE = 1000
TOP_DOMAINS = 10
LOST = ("rule", "failure")
"""Kinds of rejection that are a loss; a row that stands in another (`joined`) is none."""


@dataclass(frozen=True)
class LevelFigures:
    """One level. `retention`: kept of those that came in and stand in no other row. `expansion`: characters of the kept
    documents over what they had one level above; None at L0 and L1, where nothing is text before. `density`: mean education
    score (0 to 5) of the `n_scored` documents that L3 has scored. `tokens` is None at L0, which holds bytes.
    """

    level: str
    documents: int
    chars: int
    lost: int
    expansion: float | None
    density: float | None
    n_scored: int
    tokens: Tokens | None

    @property
    def retention(self) -> float | None:
        came_in = self.documents + self.lost
        return self.documents / came_in if came_in else None


def level_figures(evidence: Evidence) -> list[LevelFigures]:
    """From the top of the ladder down to the level that is reported on."""
    grown = {row["level"]: row for row in evidence.ask("growth").iter_rows(named=True)}
    dense = {row["level"]: row for row in evidence.ask("density").iter_rows(named=True)}
    lost: dict[str, int] = {}
    for row in evidence.ask("rejections").iter_rows(named=True):
        lost[row["level"]] = lost.get(row["level"], 0) + (row["documents"] if row["kind"] in LOST else 0)
    found = []
    for row in evidence.ask("levels").iter_rows(named=True):
        level, growth, density = row["level"], grown.get(row["level"]), dense.get(row["level"])
        found.append(
            LevelFigures(
                level,
                row["documents"],
                row["chars"] or 0,
                lost.get(level, 0),
                growth["chars"] / growth["chars_before"] if growth and growth["chars_before"] else None,
                density["education_score"] if density else None,
                density["scored"] if density else 0,
                None if level == "L0" else evidence.tokens(level),
            )
        )
    return found


_MEANING = (
    "Retention is the share of the documents that came in and stand in no other one; expansion the characters of the kept "
    "documents over what the same documents had one level above. A batch held back by a closed gate counts on neither side."
)


def figures_blocks(evidence: Evidence) -> list[str]:
    """The table of all levels and the two plots, as Markdown."""
    found = level_figures(evidence)
    return [
        _figures_table(found),
        f"Queries: {', '.join(map(cite, ('levels', 'rejections', 'growth', 'density', 'tokens')))}. {_MEANING}",
        "Volume: tokens by level.",
        svg_markdown(volume_svg(found), "tokens by level"),
        "Density: mean education score (0 to 5) by level, of the documents that L3 has scored.",
        svg_markdown(density_svg(found), "mean education score by level"),
    ]


def sources_blocks(evidence: Evidence) -> list[str]:
    """Sources, licences and domains of every level, as Markdown."""
    sources = evidence.ask("level_sources")
    domains = evidence.ask("level_domains")
    blocks = []
    for level in evidence.snapshot.levels:
        of_level = [row for row in sources.iter_rows(named=True) if row["level"] == level]
        rows = [
            [words(row["source"]), words(row["licence"]), row["documents"], row["chars"] or None] for row in of_level
        ]
        seen = [row for row in domains.iter_rows(named=True) if row["level"] == level]
        top = [[words(row["domain"]), row["bytes"], row["documents"]] for row in seen[:TOP_DOMAINS]]
        blocks += [
            f"**{level} {LEVELS[level].title}**, by source and licence ({cite('level_sources')}):",
            table(["source", "licence", "documents", "characters"], rows),
            f"Most bytes acquired, {len(top)} of {len(seen)} domains ({cite('level_domains')}):",
            table(["domain", "bytes acquired", "documents"], top) if top else "No document has the address of a site.",
        ]
    return blocks


def volume_svg(found: list[LevelFigures]) -> str:
    counted = [(one, one.tokens) for one in found if one.tokens is not None]
    labels = [f"{one.level}: {'' if tokens.exact else 'about '}{tokens.n:,} tokens" for one, tokens in counted]
    return bars_svg({BAR: [tokens.n for _, tokens in counted]}, labels)


def density_svg(found: list[LevelFigures]) -> str:
    scored = [(one, one.density) for one in found if one.density is not None]
    full = {
        "#eee": [MOST_EDUCATION_SCORE * SCALE] * len(scored),
        BAR: [round(density * SCALE) for _, density in scored],
    }
    return bars_svg(full, [f"{one.level}: {density:.2f} of {one.n_scored:,}" for one, density in scored])


def _figures_table(found: list[LevelFigures]) -> str:
    header = ["level", "documents", "tokens", "characters", "retention", "expansion", "education score"]
    return table(
        header,
        [
            [
                f"{one.level} {LEVELS[one.level].title}", one.documents, _tokens(one.tokens), one.chars or None,
                None if one.retention is None else f"{one.retention:.1%}",
                None if one.expansion is None else f"{one.expansion:.3f}",
                None if one.density is None else f"{one.density:.2f}",
            ]
            for one in found
        ],
    )  # fmt: skip


def _tokens(tokens: Tokens | None) -> str | None:
    if tokens is None:
        return None
    return f"{tokens.n:,}" if tokens.exact else f"{tokens.n:,} ± {tokens.margin:,}"
