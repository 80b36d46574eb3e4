"""An output as the audit looks at it, and verdicts about many of them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

from darwin_assets.closed_loop.channel.cut import Cut
from darwin_assets.closed_loop.channel.rules import Task, Verdict
from darwin_assets.evaluation.scoring.pool import score_all
from darwin_assets.evaluation.scoring.settings import ScoringSettings
from darwin_assets.evaluation.scoring.verdict import Attempt

Scoring: TypeAlias = tuple[str, ...]
"""Format, benchmark, metric and scorer: outputs with all of them equal were scored by one rule."""


@dataclass(frozen=True)
class Written:
    """An output with its stored verdict, the item that it answers, and where it is cut."""

    scoring: Scoring
    task: Task
    output: str
    correct: bool | None
    """Null: neither, or nobody scored."""
    cut: Cut


def are_right(verdicts: Iterable[Verdict], settings: ScoringSettings) -> list[bool | None]:
    """Whether outputs are right, by rules that say so or by scoring processes, which start where there is an attempt."""
    listed = list(verdicts)
    with closing(score_all((one for one in listed if isinstance(one, Attempt)), settings)) as scored:
        return [next(scored).accuracy == 1 if isinstance(one, Attempt) else one for one in listed]
