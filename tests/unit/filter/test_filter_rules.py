import math
import string

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.filter.rules import (
    DROP,
    JUDGEMENT,
    MARK,
    PRESETS,
    RULE_IDS,
    all_rules,
    build_rules,
    judge,
    parse_threshold,
    preset,
)
from darwin_assets.filter.screen import SCREEN, screen
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signals import SIGNALS, measure

DEFAULTS = FilterSettings()
RULES = {rule.id: rule for rule in build_rules(DEFAULTS)}
EVERYTHING = FilterSettings(presets=PRESETS)
COLUMNS = {**SIGNALS, "language_score": pl.Float64()}


def numbered(n, width=3):
    """Different words of `width` letters, no stop words among them."""
    letters = string.ascii_lowercase
    return ["zq" * (width // 2 - 1) + "z" * (width % 2) + letters[i // 26 % 26] + letters[i % 26] for i in range(n)]


def lines(n, n_repeated, between="\n"):
    different = numbered(n - n_repeated)
    return between.join(different + different[:n_repeated])


def repeated_gram(n, word_length, n_chars):
    gram = " ".join(letter * word_length for letter in string.ascii_lowercase[:n])
    return f"{gram} Q {gram}".ljust(n_chars)


# Rule: a text whose value is the threshold, and one that is the least beyond it.
CASES = {
    "size.bytes": ("é" * 4096, "é" * 4095 + "e"),
    "garble.share": ("a " * 50 + "� " * 50, "a " * 49 + "� " * 51),
    "prose.words": (" ".join(numbered(50)), " ".join(numbered(49))),
    "prose.mean_word_length": (" ".join(numbered(10)), " ".join(numbered(10))[:-1]),
    "prose.hash_ratio": (" ".join(numbered(9)) + " C#", " ".join(numbered(8)) + " C#"),
    "prose.ellipsis_ratio": (" ".join(numbered(10)) + "…", " ".join(numbered(9)) + "..."),
    "prose.bullet_lines": ("- a\n" * 9 + "b", "• a\n" * 10 + "b"),
    "prose.ellipsis_lines": ("a …\n" * 3 + "b\n" * 7, "a ...\n" * 4 + "b\n" * 7),
    "prose.alphabetic_words": ("a1 " * 8 + "12 " * 2, "a1 " * 7 + "12 " * 2),
    "prose.stop_words": ("The form of it", "The form the"),
    "prose.duplicate_lines": (lines(10, 3), lines(13, 4)),
    "prose.duplicate_paragraphs": (lines(10, 3, "\n\n"), lines(13, 4, "\n\n")),
    "prose.duplicate_line_chars": (lines(10, 2), lines(14, 3)),
    "prose.duplicate_paragraph_chars": (lines(10, 2, "\n\n"), lines(14, 3, "\n\n")),
    **{
        f"prose.{kind}_{n}gram_chars": tuple(repeated_gram(n, length, n_chars - less) for less in (0, 1))
        for kind, n, length, n_chars in (
            ("top", 2, 3, 60), ("top", 3, 3, 100), ("top", 4, 3, 150),
            ("duplicate", 5, 3, 100), ("duplicate", 6, 7, 300), ("duplicate", 7, 13, 700),
            ("duplicate", 8, 3, 200), ("duplicate", 9, 11, 900), ("duplicate", 10, 3, 300),
        )
    },
    "prose.uppercase_words": ("AB " * 4 + "ab " * 6, "AB " * 5 + "ab " * 7),
    "content.chars": ("ab, " * 100, "ab, " * 99 + "a."),
}  # fmt: skip


def values_within(overrides):
    """A row of signals that every rule accepts, but for `overrides`."""
    row = dict.fromkeys(COLUMNS, 0.0)
    for rule in all_rules():
        row[rule.signal] = max(row[rule.signal], rule.low or 0.0)
    return row | overrides


def judged(*rows, settings=DEFAULTS):
    return judge(pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.Float64)), settings)


def test_every_rule_over_text_has_a_case():
    assert set(CASES) | {"language.score"} == set(RULES)


@pytest.mark.parametrize("rule_id", CASES)
def test_a_text_at_the_threshold_passes_and_the_next_one_fails(rule_id):
    rule = RULES[rule_id]
    at, beyond = screen(pl.DataFrame({"id": ["at", "beyond"], "text": CASES[rule_id]}), DEFAULTS).to_dicts()
    assert at[rule.signal] in (rule.low, rule.high)
    assert rule_id not in at["failed_rules"]
    assert rule_id in beyond["failed_rules"]


@pytest.mark.parametrize(
    ("rule_id", "at", "beyond"),
    [
        (rule.id, bound, math.nextafter(bound, away))
        for rule in all_rules()
        for bound, away in ((rule.low, -math.inf), (rule.high, math.inf))
        if bound is not None
    ],
)
def test_both_bounds_of_every_rule_are_inclusive(rule_id, at, beyond):
    [rule] = [rule for rule in all_rules() if rule.id == rule_id]
    others = tuple(other.id for other in all_rules() if other.id != rule_id)
    alone = FilterSettings(presets=PRESETS, disabled_rules=others)
    rows = (values_within({rule.signal: at}), values_within({rule.signal: beyond}))
    kept, failed = judged(*rows, settings=alone).to_dicts()
    assert kept["failed_rules"] == kept["marked_rules"] == []
    if rule.action == MARK:
        assert failed["marked_rules"] == [rule_id]
        assert failed["rejected_by"] is None
        return
    assert failed["failed_rules"] == [rule_id]
    assert failed["rejected_by"] == rule_id
    assert failed["rejected_kind"] == "rule"
    assert failed["rejected_value"] == beyond
    assert failed["rejected_threshold"] == rule.threshold
    assert rule.signal in failed["rejected_detail"]


def test_thresholds_are_written_low_to_high_and_read_back():
    texts = {rule_id: rule.threshold for rule_id, rule in RULES.items()}
    assert texts["prose.mean_word_length"] == "3..10"
    assert texts["prose.words"] == "50..100000"
    assert texts["size.bytes"] == "8192.."
    assert texts["prose.duplicate_lines"] == "..0.3"
    for rule in all_rules():
        assert parse_threshold(rule.threshold) == (rule.low, rule.high)


@pytest.mark.parametrize("text", ["", "..", "3", "3-10", "a..b", "10..3", "3...10", ">= 3", "nan..1", "1..2..3"])
def test_a_threshold_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"threshold|above"):
        parse_threshold(text)


def test_every_rule_of_every_preset_has_an_id_of_its_own_and_a_measured_signal():
    assert len({rule.id for rule in all_rules()}) == len(all_rules())
    assert {rule.signal for rule in all_rules()} <= set(COLUMNS)
    assert {rule.action for rule in all_rules()} == {DROP, MARK}
    others = set(RULE_IDS) - {rule.id for rule in all_rules()}
    assert others >= {"duplicate.exact", "duplicate.near"}
    assert all(rule_id.startswith("duplicate.") for rule_id in others)


def test_presets_are_judged_in_one_order_and_bounds_are_overridden_by_id():
    ids = [rule.id for rule in build_rules(FilterSettings(presets=("fineweb", "gopher")))]
    assert ids == [rule.id for name in ("gopher", "fineweb") for rule in preset(name)]
    changed = build_rules(FilterSettings(presets=("gopher",), thresholds={"gopher.words": "7.."}))
    assert {(rule.low, rule.high) for rule in changed if rule.id == "gopher.words"} == {(7.0, None)}
    assert [rule for rule in changed if rule.id != "gopher.words"] == [
        rule for rule in preset("gopher") if rule.id != "gopher.words"
    ]


ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            rule.signal: st.none() | st.just(math.nan) | st.sampled_from([0.0, 0.2, 0.5, 0.65, 2.0, 5.0, 60.0, 9000.0])
            for rule in RULES.values()
        },
    ).map(values_within),
    min_size=1,
    max_size=5,
)


def fails(rule, value):
    return not (
        value is not None and (rule.low is None or value >= rule.low) and (rule.high is None or value <= rule.high)
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(ROWS, st.sets(st.sampled_from(sorted(RULES))))
def test_kept_rows_have_no_reason_and_rejected_rows_have_the_first_that_fails(rows, disabled):
    result = judged(*rows, settings=FilterSettings(disabled_rules=tuple(disabled)))
    assert result.schema == JUDGEMENT
    for row, verdict in zip(rows, result.to_dicts(), strict=True):
        expected = [rule.id for rule in RULES.values() if rule.id not in disabled and fails(rule, row[rule.signal])]
        assert verdict["failed_rules"] == expected
        assert verdict["rejected_by"] == (expected[0] if expected else None)
        for name in ("rejected_kind", "rejected_threshold", "rejected_detail"):
            assert (verdict[name] is None) == (not expected)
        if expected and not math.isnan(row[RULES[expected[0]].signal] or 0.0):
            assert verdict["rejected_value"] == row[RULES[expected[0]].signal]


def test_a_screened_batch_has_every_row_in_order_and_every_value():
    repeated = "The force that acts on the spring grows with the distance. " * 200
    rows = pl.DataFrame({"id": ["a", "b", "c"], "text": ["short", None, repeated]})
    result = screen(rows, DEFAULTS)
    assert result.schema == SCREEN
    assert result["id"].to_list() == ["a", "b", "c"]
    assert result["rejected_kind"].to_list() == ["rule", "failure", "rule"]
    assert result["rejected_by"].to_list() == ["size.bytes", "text.missing", "prose.top_3gram_chars"]
    assert result.select(*SIGNALS).null_count().sum_horizontal().item() == 0


def test_an_empty_batch_keeps_its_columns():
    assert screen(pl.DataFrame(schema={"id": pl.String, "text": pl.String}), DEFAULTS).schema == SCREEN


@given(st.text(max_size=300))
def test_every_signal_of_any_text_is_a_number(text):
    row = measure(pl.Series([text]), DEFAULTS).row(0, named=True)
    assert all(value >= 0 and math.isfinite(value) for value in row.values())
    # datatrove counts blanks between the words of an n-gram that the text need not have
    assert all(value <= 1 for name, value in row.items() if name.endswith("_share") and not name.startswith("top_"))
