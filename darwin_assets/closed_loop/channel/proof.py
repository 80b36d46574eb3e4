"""Which rule gave the stored verdicts. No file says so, so each rule is tried on outputs from which nothing is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from darwin_assets.closed_loop.channel.rules import LENIENT, PLAIN, WORDED, Rule
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.words import says_something
from darwin_assets.closed_loop.channel.written import Scoring, Written, are_right


def proven_rules(written: Sequence[Written], settings: ChannelSettings) -> dict[Scoring, str]:
    """The first rule that finds right outputs right and wrong ones wrong, as often as the settings ask; no entry for a
    scoring where none does, or where nothing was right.

    Marks of the end that a harness keeps are no part of an answer where an output with them can be right.
    """
    marks_allowed = {one.scoring for one in written if one.correct and one.cut.ending}
    told: dict[tuple[Scoring, bool], list[Written]] = {}
    for one in written:
        is_whole = not says_something(one.cut.rest) and (not one.cut.ending or one.scoring in marks_allowed)
        if one.correct is not None and is_whole:
            told.setdefault((one.scoring, one.correct), []).append(one)
    samples = {
        (scoring, correct): _spread(rows, settings.proof_rows)
        for (scoring, correct), rows in told.items()
        if correct or len(rows) >= settings.min_wrong_rows
    }
    proven: dict[Scoring, str] = {}
    for rules in (PLAIN, LENIENT, WORDED):
        left = {key: rows for key, rows in samples.items() if key[0] not in proven}
        proven |= _passed(left, rules, settings)
    return proven


def _passed(
    samples: Mapping[tuple[Scoring, bool], Sequence[Written]], rules: Mapping[str, Rule], settings: ChannelSettings
) -> dict[Scoring, str]:
    """The first of the rules that passes, for each scoring that has one."""
    asked = [(key, name) for key in samples for name in rules]
    verdicts = (rules[name](one.task, one.cut.said) for key, name in asked for one in samples[key])
    found = iter(are_right(verdicts, settings.scoring))
    agreement = {
        (*key, name): sum(next(found) is key[1] for _ in samples[key]) / len(samples[key]) for key, name in asked
    }
    passed = [
        (scoring, name)
        for scoring, correct, name in agreement
        if correct
        and agreement[scoring, True, name] >= settings.min_agreement_right
        and agreement.get((scoring, False, name), 1.0) >= settings.min_agreement_wrong
    ]
    return dict(reversed(passed))


def _spread(rows: Sequence[Written], n_rows: int) -> Sequence[Written]:
    """At most so many, from all of them: checkpoints stand one behind the other."""
    return rows[:: -(-len(rows) // n_rows)]
