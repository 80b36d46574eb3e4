import math
import string

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.filter.rules import JUDGEMENT, RULE_IDS, build_rules, judge
from darwin_assets.filter.screen import SCREEN, screen
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signals import SIGNALS, measure

DEFAULTS = FilterSettings()
RULES = {rule.id: rule for rule in build_rules(DEFAULTS)}
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
    "gopher.words": (" ".join(numbered(50)), " ".join(numbered(49))),
    "gopher.mean_word_length": (" ".join(numbered(10)), " ".join(numbered(10))[:-1]),
    "gopher.hash_ratio": (" ".join(numbered(9)) + " C#", " ".join(numbered(8)) + " C#"),
    "gopher.ellipsis_ratio": (" ".join(numbered(10)) + "…", " ".join(numbered(9)) + "..."),
    "gopher.bullet_lines": ("- a\n" * 9 + "b", "• a\n" * 10 + "b"),
    "gopher.ellipsis_lines": ("a …\n" * 3 + "b\n" * 7, "a ...\n" * 4 + "b\n" * 7),
    "gopher.alphabetic_words": ("a1 " * 8 + "12 " * 2, "a1 " * 7 + "12 " * 2),
    "gopher.stop_words": ("The form of it", "The form the"),
    "gopher.duplicate_lines": (lines(10, 3), lines(13, 4)),
    "gopher.duplicate_paragraphs": (lines(10, 3, "\n\n"), lines(13, 4, "\n\n")),
    "gopher.duplicate_line_chars": (lines(10, 2), lines(14, 3)),
    "gopher.duplicate_paragraph_chars": (lines(10, 2, "\n\n"), lines(14, 3, "\n\n")),
    **{
        f"gopher.{kind}_{n}gram_chars": tuple(repeated_gram(n, length, n_chars - less) for less in (0, 1))
        for kind, n, length, n_chars in (
            ("top", 2, 3, 60), ("top", 3, 3, 100), ("top", 4, 3, 150),
            ("duplicate", 5, 3, 100), ("duplicate", 6, 7, 300), ("duplicate", 7, 13, 700),
            ("duplicate", 8, 3, 200), ("duplicate", 9, 11, 900), ("duplicate", 10, 3, 300),
        )
    },
    "mathpile.uppercase_words": ("AB " * 4 + "ab " * 6, "AB " * 5 + "ab " * 7),
    "mathpile.content_chars": ("ab, " * 100, "ab, " * 99 + "a."),
}  # fmt: skip


def values_within(overrides):
    """A row of signals that every rule accepts, but for `overrides`."""
    row = dict.fromkeys(COLUMNS, 0.0) | {rule.signal: rule.low for rule in RULES.values() if rule.low is not None}
    return row | overrides


def judged(*rows, settings=DEFAULTS):
    return judge(pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.Float64)), settings)


def test_every_rule_over_text_has_a_case():
    assert set(CASES) | {"language.score", "duplicate.exact", "duplicate.near"} == set(RULE_IDS)


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
        for rule in RULES.values()
        for bound, away in ((rule.low, -math.inf), (rule.high, math.inf))
        if bound is not None
    ],
)
def test_both_bounds_of_every_rule_are_inclusive(rule_id, at, beyond):
    rule = RULES[rule_id]
    kept, dropped = judged(values_within({rule.signal: at}), values_within({rule.signal: beyond})).to_dicts()
    assert kept["failed_rules"] == []
    assert dropped["failed_rules"] == [rule_id]
    assert dropped["rejected_by"] == rule_id
    assert dropped["rejected_kind"] == "rule"
    assert dropped["rejected_value"] == beyond
    assert dropped["rejected_threshold"] == rule.threshold
    assert rule.signal in dropped["rejected_detail"]


def test_thresholds_are_written_as_a_person_would():
    texts = {rule_id: rule.threshold for rule_id, rule in RULES.items()}
    assert texts["gopher.mean_word_length"] == "3..10"
    assert texts["gopher.words"] == "50..100000"
    assert texts["size.bytes"] == ">= 8192"
    assert texts["gopher.duplicate_lines"] == "<= 0.3"


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
    assert result["rejected_by"].to_list() == ["size.bytes", "text.missing", "gopher.top_3gram_chars"]
    assert result.select(*SIGNALS).null_count().sum_horizontal().item() == 0


def test_an_empty_batch_keeps_its_columns():
    assert screen(pl.DataFrame(schema={"id": pl.String, "text": pl.String}), DEFAULTS).schema == SCREEN


@given(st.text(max_size=300))
def test_every_signal_of_any_text_is_a_number(text):
    row = measure([text], DEFAULTS).row(0, named=True)
    assert all(value >= 0 and math.isfinite(value) for value in row.values())
    assert all(value <= 1 for name, value in row.items() if name.endswith("_share"))
