import numpy as np
import polars as pl
import pytest

from darwin_assets.annotate.bias import compare, with_length


def scored(bias: float = 0.0, noise: float = 0.5, n: int = 900) -> pl.DataFrame:
    """Two noisy views of one quality; the first adds `bias` to the documents of source c."""
    chance = np.random.default_rng(7)
    quality = chance.normal(size=n)
    source = np.array(["a", "b", "c"])[np.arange(n) % 3]
    first = quality + chance.normal(scale=noise, size=n) + np.where(source == "c", bias, 0.0)
    second = np.exp(quality + chance.normal(scale=noise, size=n))
    return pl.DataFrame(
        {"first": first, "second": second, "source": source, "n_chars": chance.integers(100, 90_000, n)}
    )


def test_a_planted_bias_is_found_where_it_was_planted() -> None:
    found = compare(scored(bias=1.5), "first", "second", ("source",))
    assert found.alarm
    alarmed = {one.group: one.difference for one in found.groups if one.alarm}
    assert alarmed["c"] > 0.1
    assert "source c ranked +" in found.reason


def test_scorers_that_differ_by_scale_and_noise_alone_raise_no_alarm() -> None:
    found = compare(with_length(scored()), "first", "second", ("source", "length"))
    assert not found.alarm, found.reason
    assert found.low < found.correlation < found.high
    assert {one.by for one in found.groups} == {"source", "length"}
    assert all(one.low <= one.difference <= one.high for one in found.groups)


@pytest.mark.slow
def test_no_false_alarm_in_forty_honest_comparisons_of_small_groups() -> None:
    chance = np.random.default_rng(11)
    alarms = 0
    for _ in range(40):
        quality = chance.normal(size=120)
        rows = pl.DataFrame(
            {
                "first": quality + chance.normal(size=120),
                "second": quality + chance.normal(size=120),
                "source": [f"s{i % 4}" for i in range(120)],
            }
        )
        alarms += any(one.alarm for one in compare(rows, "first", "second", ("source",), min_correlation=-1.0).groups)
    assert alarms <= 4


def test_unrelated_scorers_raise_the_alarm_and_so_does_a_constant() -> None:
    chance = np.random.default_rng(5)
    rows = pl.DataFrame({"first": chance.random(200), "second": chance.random(200), "same": [1.0] * 200})
    assert "rank correlation" in compare(rows, "first", "second", ()).reason
    assert compare(rows, "first", "same", ()).correlation == 0.0


def test_small_groups_are_not_judged_and_rows_without_a_score_are_left_out() -> None:
    rows = scored(n=90).with_columns(first=pl.when(pl.int_range(pl.len()) < 10).then(None).otherwise("first"))
    found = compare(rows, "first", "second", ("source",))
    assert found.n == 80
    assert found.groups == ()


def test_what_cannot_be_compared_is_an_error() -> None:
    with pytest.raises(ValueError, match="no column other"):
        compare(scored(), "first", "other", ())
    with pytest.raises(ValueError, match="30 are the least"):
        compare(scored().head(29), "first", "second", ())


def test_lengths_fall_into_classes() -> None:
    classes = with_length(pl.DataFrame({"n_chars": [0, 999, 1000, 64_000]}))["length"].to_list()
    assert classes == ["0..999", "0..999", "1000..3999", "64000.."]
