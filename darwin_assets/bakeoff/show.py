"""A bake-off for people and programs: a table with a column a candidate, a plot for the terminal and as SVG, JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from html import escape
from typing import Any

from darwin_assets.bakeoff.result import FELL_BACK, GUARD, Result
from darwin_assets.bakeoff.run import Outcome
from darwin_assets.judge.preference import Preference
from darwin_assets.whatif.svg import MARGIN, PANEL, WIDTH, document, heading
from darwin_assets.whatif.text_plot import BAR_CHARS, bar

PARTS = {"answer used": "█", "unchanged": "▓", "refused by a guard": "x", "malformed or no answer": "·"}
COLOURS = dict(zip(PARTS, ("#54a24b", "#b5d99c", "#e45756", "#c8c8c8"), strict=True))
NAME_WIDTH = 150
PANEL_ROWS = 8
"""Candidates that a panel of the SVG shows."""

Row = tuple[str, Callable[[Result], object]]
ROWS: tuple[Row, ...] = (
    ("model", lambda one: one.engine),
    ("prompt", lambda one: one.prompt or "none"),
    ("recipe", lambda one: one.recipe or None),
    ("pieces", lambda one: one.n_pieces),
    ("fell back", lambda one: _share(one.fallback_share)),
    ("  malformed or no answer", lambda one: _share(one.malformed_share)),
    ("characters after / before", lambda one: None if one.kept is None else f"{one.kept:.3f}"),
    ("preferred to the first", lambda one: _preferred(one.preference)),
    ("answers asked / stored", lambda one: f"{one.n_calls} / {one.n_stored}"),
    ("tokens in / out", lambda one: f"{one.prompt_tokens:,} / {one.completion_tokens:,}"),
    ("answer tokens/s", lambda one: None if one.tokens_per_second is None else f"{one.tokens_per_second:,.1f}"),
    ("cost / of it paid now", lambda one: f"{one.cost:.4f} / {one.paid:.4f}"),
    ("stopped", lambda one: one.stopped),
)


def tables(outcome: Outcome) -> list[tuple[str, list[str], list[list[Any]]]]:
    """Title, header and rows: the figures, then the reasons why pieces fell back."""
    header = ["", *(one.name for one in outcome.results)]
    figures = [[name, *(cell(one) for one in outcome.results)] for name, cell in ROWS]
    reasons = sorted({reason for one in outcome.results for reason in one.fallbacks})
    fallbacks = [[reason, *(one.fallbacks.get(reason, 0) for one in outcome.results)] for reason in reasons]
    shown = [row for row in figures if any(cell is not None for cell in row[1:])]
    return [("candidates", header, shown), *([("fell back because of", header, fallbacks)] if fallbacks else [])]


def lines(outcome: Outcome) -> list[str]:
    """The plot, and what the table does not say."""
    width = max(len(one.name) for one in outcome.results)
    found = ["share of pieces: " + ", ".join(f"{mark} {part}" for part, mark in PARTS.items())]
    for one in outcome.results:
        drawn = bar(_parts(one), one.n_pieces, PARTS.values())
        found.append(f"{one.name:<{width}} {drawn:<{BAR_CHARS}} {_fell_back(one)}")
    compared = [one for one in outcome.results if one.preference]
    if compared:
        found += ["", f"preferred to {outcome.results[0].name}, 0 to 1, | is even:"]
        found += [f"{one.name:<{width}} {_interval(one.preference)}" for one in compared]
    return [*found, "", *_remarks(outcome)]


def svg(outcome: Outcome) -> str:
    """Panels of states, and of the judge's preference where there is one."""
    results = outcome.results
    parts = [results[start : start + PANEL_ROWS] for start in range(0, len(results), PANEL_ROWS)]
    compared = [one for one in results if one.preference and one.preference.share is not None]
    return document(
        [
            *(_states_panel(group, outcome) for group in parts),
            *(
                _preference_panel(compared[start : start + PANEL_ROWS], results[0].name)
                for start in range(0, len(compared), PANEL_ROWS)
            ),
        ]
    )


def as_dict(outcome: Outcome) -> dict[str, Any]:
    return {
        **asdict(outcome.plan),
        "document_ids": outcome.document_ids,
        "judge": outcome.judge,
        "judge_stopped": outcome.judge_stopped,
        "candidates": [one.as_dict() for one in outcome.results],
    }


def _parts(result: Result) -> tuple[int, ...]:
    """Pieces by PARTS."""
    fell_back = result.states.get(FELL_BACK, 0)
    by_guard = sum(n for reason, n in result.fallbacks.items() if reason.startswith(GUARD))
    unchanged = result.states.get("unchanged", 0)
    return (result.n_pieces - fell_back - unchanged, unchanged, by_guard, fell_back - by_guard)


def _fell_back(result: Result) -> str:
    if result.stopped:
        return "stopped"
    return f"{_share(result.fallback_share)} fell back" if result.n_pieces else "no pieces"


def _share(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"


def _preferred(found: Preference | None) -> str | None:
    if found is None:
        return None
    malformed = f", {found.malformed} malformed" if found.malformed else ""
    counts = f"{found.wins} won, {found.losses} lost, {found.ties} tied{malformed}"
    return counts if found.share is None else f"{found.share:.2f} ({found.low:.2f} to {found.high:.2f}): {counts}"


def _interval(found: Preference | None) -> str:
    """A line from 0 to 1 with the interval, the share and the middle."""
    if found is None or found.share is None or found.low is None or found.high is None:
        return "no verdict"
    low, share, high, even = (round(one * (BAR_CHARS - 1)) for one in (found.low, found.share, found.high, 0.5))
    drawn = ["-" if low <= place <= high else " " for place in range(BAR_CHARS)]
    drawn[even] = "|"
    drawn[share] = "●"
    return f"{''.join(drawn)} {_preferred(found)}"


def _remarks(outcome: Outcome) -> list[str]:
    plan = outcome.plan
    below = f"{len(outcome.document_ids)} documents of {plan.batch} for {plan.level}, seed {plan.seed}."
    said = [
        f"{below} Nothing was published; every answer is stored, and a run by the same prompt and model pays for none."
    ]
    if outcome.judge_stopped:
        said.append(f"The judge was stopped: {outcome.judge_stopped}")
    elif outcome.judge:
        said.append(
            f"Judge: {outcome.judge}; one piece a document, in both orders; a tie counts as half; 95 % Wilson interval."
        )
    elif len(outcome.results) > 1:
        said.append("No judge compared them: set DARWIN_JUDGE_URL or DARWIN_JUDGE_GGUF for that.")
    return said


def _states_panel(results: list[Result], outcome: Outcome) -> str:
    plan = outcome.plan
    drawn = [
        heading(f"{plan.level} of {len(outcome.document_ids)} documents of {plan.batch}: what became of the pieces")
    ]
    for place, one in enumerate(results):
        left, top = float(MARGIN + NAME_WIDTH), _top(place)
        drawn.append(_name(one.name, top))
        for part, count in zip(PARTS, _parts(one), strict=True):
            width = (WIDTH - 2 * MARGIN - NAME_WIDTH) * count / max(one.n_pieces, 1)
            if count:
                drawn.append(
                    f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="12" fill="{COLOURS[part]}">'
                    f"<title>{count} of {one.n_pieces} {part}</title></rect>"
                )
            left += width
    for place, (part, colour) in enumerate(COLOURS.items()):
        x = MARGIN + place * (WIDTH - 2 * MARGIN) / len(COLOURS)
        drawn.append(
            f'<rect x="{x:.0f}" y="{PANEL - 18}" width="10" height="10" fill="{colour}"/>'
            f'<text x="{x + 14:.0f}" y="{PANEL - 9}">{part}</text>'
        )
    return "".join(drawn)


def _preference_panel(results: list[Result], first: str) -> str:
    drawn = [heading(f"How often the judge prefers a candidate to {first}, with 95 % intervals")]
    bottom = PANEL - MARGIN + 8
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        dash = "" if tick == 0.5 else ' stroke-dasharray="2 4"'
        drawn.append(
            f'<line x1="{_x(tick):.1f}" x2="{_x(tick):.1f}" y1="{MARGIN - 10}" y2="{bottom}" stroke="#999999"{dash}/>'
            f'<text x="{_x(tick):.1f}" y="{bottom + 15}" text-anchor="middle">{tick:g}</text>'
        )
    for place, one in enumerate(results):
        found, middle = one.preference, _top(place) + 6
        if found is not None and found.share is not None and found.low is not None and found.high is not None:
            drawn.append(
                f'{_name(one.name, _top(place))}<line x1="{_x(found.low):.1f}" x2="{_x(found.high):.1f}" y1="{middle:.1f}" '
                f'y2="{middle:.1f}" stroke="#4c78a8" stroke-width="2"/>'
                f'<circle cx="{_x(found.share):.1f}" cy="{middle:.1f}" r="4" fill="#4c78a8">'
                f"<title>{escape(_preferred(found) or '')}</title></circle>"
            )
    return "".join(drawn)


def _top(place: int) -> float:
    return MARGIN - 10 + place * (PANEL - 2 * MARGIN + 12) / PANEL_ROWS


def _name(name: str, top: float) -> str:
    return f'<text x="{MARGIN + NAME_WIDTH - 8}" y="{top + 10:.1f}" text-anchor="end">{escape(name)}</text>'


def _x(share: float) -> float:
    return MARGIN + NAME_WIDTH + (WIDTH - 2 * MARGIN - NAME_WIDTH) * share
