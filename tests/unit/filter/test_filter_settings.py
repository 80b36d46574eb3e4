import pytest
from pydantic import ValidationError

from darwin_assets.filter.probability import even_chance, match_probability
from darwin_assets.filter.rules import build_rules
from darwin_assets.filter.settings import FilterSettings


@pytest.mark.parametrize(
    ("bands", "rows", "by_similarity"),
    [
        (1, 10, {0.5: 0.001, 0.6: 0.006, 0.7: 0.028, 0.8: 0.107, 0.9: 0.349, 0.95: 0.599}),
        (31, 8, {0.5: 0.114, 0.6: 0.409, 0.7: 0.841, 0.8: 0.997, 0.9: 1.0}),
        (14, 8, {0.5: 0.053, 0.6: 0.211, 0.7: 0.565, 0.8: 0.924, 0.9: 0.9996}),
        (45, 20, {0.6: 0.002, 0.7: 0.035, 0.8: 0.407, 0.9: 0.997}),
    ],
)
def test_the_match_probability_is_that_of_the_papers(bands, rows, by_similarity):
    for similarity, expected in by_similarity.items():
        assert match_probability(similarity, bands, rows) == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(
    ("bands", "rows", "expected"), [(1, 10, 0.933), (31, 8, 0.621), (14, 8, 0.685), (45, 20, 0.811)]
)
def test_the_even_chance_is_that_of_the_papers(bands, rows, expected):
    assert even_chance(bands, rows) == pytest.approx(expected, abs=6e-4)
    assert match_probability(even_chance(bands, rows), bands, rows) == pytest.approx(0.5)


def test_the_defaults_are_the_papers():
    settings = FilterSettings()
    bounds = {rule.id: (rule.low, rule.high) for rule in build_rules(settings)}
    assert (bounds["size.bytes"], bounds["garble.share"]) == ((8192, None), (None, 0.5))
    assert (settings.bands, settings.rows, settings.shingle_words, settings.seed) == (14, 8, 5, 1)
    assert [bounds[f"prose.duplicate_{n}gram_chars"][1] for n in range(5, 11)] == [
        0.15, 0.14, 0.13, 0.12, 0.11, 0.10,
    ]  # fmt: skip
    assert match_probability(settings.min_jaccard, settings.bands, settings.rows) == pytest.approx(0.565, abs=1e-3)


@pytest.mark.parametrize(
    ("bands", "rows", "min_jaccard"),
    [(1, 10, 0.6), (14, 8, 0.6), (14, 8, 0.684), (45, 20, 0.8)],
)
def test_a_threshold_that_the_bands_do_not_reach_is_refused(bands, rows, min_jaccard):
    with pytest.raises(ValidationError, match=r"find a pair at min_jaccard .* take more bands") as refused:
        FilterSettings(bands=bands, rows=rows, min_jaccard=min_jaccard)
    advised = float(str(refused.value).split("at least ")[1].split(" ")[0])
    assert FilterSettings(bands=bands, rows=rows, min_jaccard=advised).min_jaccard == advised


@pytest.mark.parametrize(("bands", "rows", "min_jaccard"), [(14, 8, 0.686), (25, 5, 0.7), (31, 8, 0.63)])
def test_a_threshold_that_the_bands_reach_is_taken(bands, rows, min_jaccard):
    assert FilterSettings(bands=bands, rows=rows, min_jaccard=min_jaccard).bands == bands


def test_an_unknown_rule_or_setting_or_crossed_bounds_are_refused():
    for wrong in ({"disabled_rules": ("gopher.wordz",)}, {"thresholds": {"gopher.wordz": "1.."}}):
        with pytest.raises(ValidationError, match=r"does not have: gopher\.wordz; known: size\.bytes"):
            FilterSettings.model_validate(wrong)
    with pytest.raises(ValidationError, match="does not have: pile; known: darwin"):
        FilterSettings(presets=("darwin", "pile"))
    with pytest.raises(ValidationError, match=r"does not have: duplicate\.near"):
        FilterSettings(thresholds={"duplicate.near": "0.7.."})
    with pytest.raises(ValidationError, match="Extra inputs"):
        FilterSettings.model_validate({"min_bytes": 3})
    with pytest.raises(ValidationError, match=r"gopher\.words: the lower bound"):
        FilterSettings(thresholds={"gopher.words": "10..9"})
