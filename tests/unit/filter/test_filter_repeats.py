import random

import polars as pl
import pytest

from darwin_assets.filter.deduplicate import DUPLICATION, deduplicate
from darwin_assets.filter.kernels.repeats import RUN
from darwin_assets.filter.repeats import REPEATS, measure_repeats
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import SIGNATURE
from tests.shingle_reference import folded_words

SETTINGS = FilterSettings()
PARAGRAPH, WINDOW = REPEATS


def words(seed, n):
    source = random.Random(seed)
    return [f"{source.getrandbits(32):x}" for _ in range(n)]


def shares(texts, settings=SETTINGS):
    return measure_repeats(pl.Series(texts, dtype=pl.String), settings)


def reference_paragraph_shares(texts, min_chars):
    """The definition, with strings."""
    before, found = set(), []
    for text in texts:
        paragraphs = text.split("\n\n")
        long = [" ".join(filter(None, folded_words(one))) for one in paragraphs if len(one) >= min_chars]
        repeated = sum(len(one) for one in paragraphs if len(one) >= min_chars
                       and " ".join(filter(None, folded_words(one))) in before)  # fmt: skip
        n_chars = sum(map(len, paragraphs))
        found.append(repeated / n_chars if n_chars else 0.0)
        before |= set(filter(None, long))
    return found


def test_paragraphs_that_an_earlier_document_has_are_counted_by_their_characters():
    source = random.Random(3)
    pool = [" ".join(words(seed, source.randint(1, 12))) for seed in range(40)] + ["", "\n", "Größe, é!", "x" * 200]
    texts = ["\n\n".join(source.choices(pool, k=source.randint(0, 9))) for _ in range(200)]
    settings = FilterSettings(min_paragraph_chars=20)
    assert shares(texts, settings)[PARAGRAPH].to_list() == reference_paragraph_shares(texts, 20)
    assert max(reference_paragraph_shares(texts, 20)) == 1.0


def test_a_paragraph_repeated_inside_one_document_is_not_the_business_of_this_rule():
    paragraph = " ".join(words(1, 40))
    assert shares([f"{paragraph}\n\n{paragraph}"]).row(0) == (0.0, 0.0)


@pytest.mark.parametrize("n_repeated", [49, 50, 50 + RUN - 1, 200])
def test_runs_of_words_are_found_for_certain_from_their_bound_on_and_never_below_a_window(n_repeated):
    n_found = 0
    for seed in range(20):
        repeated = words(1000 + seed, n_repeated)
        first = words(seed, 150) + repeated + words(seed + 100, 90)
        second = words(seed + 200, 120) + [word.upper() + "," for word in repeated] + words(seed + 300, 100)
        share = shares([" ".join(first), " ".join(second)])[WINDOW][1]
        n_found += share > 0
        assert share * len(second) <= n_repeated + 1e-9
        if share:
            assert share * len(second) >= max(50, n_repeated - 2 * (RUN - 1)) - 1e-9
    assert n_found == (20 if n_repeated >= 50 + RUN - 1 else 0) or n_repeated == 50


def test_the_table_of_what_was_seen_grows_and_forgets_nothing():
    texts = [" ".join(words(seed, 4000)) for seed in range(300)]
    again = shares(texts + texts[::17])
    assert again[WINDOW][:300].max() == 0.0
    assert again[WINDOW][300:].min() > 0.98


def frame(texts):
    schema = {"id": pl.String, "text": pl.String, "uri": pl.String}
    return pl.DataFrame([(one, text, None) for one, text in texts.items()], schema=schema, orient="row")


def judged(texts, settings):
    nothing = pl.LazyFrame(schema={"batch": pl.String, **SIGNATURE})
    result = deduplicate(frame(texts), nothing, lambda _wanted: [], settings)
    assert list(result.columns) == [*DUPLICATION, "rule", "value", "threshold"]
    assert result["id"].to_list() == list(texts)
    return {row["id"]: row for row in result.to_dicts()}


def test_a_share_is_measured_by_default_and_drops_where_a_bound_is_set():
    common = " ".join(words(1, 120))
    texts = {
        "a": common + "\n\n" + " ".join(words(2, 200)),
        "b": " ".join(words(3, 200)) + "\n\n" + common,
        "c": " ".join(words(4, 200)),
    }
    kept = judged(texts, SETTINGS)
    assert {row["rule"] for row in kept.values()} == {None}
    assert [kept[one][PARAGRAPH] > 0.3 for one in texts] == [False, True, False]
    dropped = judged(texts, FilterSettings(max_repeated_paragraph_share=0.3, max_repeated_window_share=0.3))
    assert {one: row["rule"] for one, row in dropped.items()} == {"a": None, "b": "duplicate.paragraphs", "c": None}
    assert (dropped["b"]["value"], dropped["b"]["threshold"]) == (kept["b"][PARAGRAPH], "..0.3")
    off = FilterSettings(max_repeated_paragraph_share=0.3, disabled_rules=("duplicate.paragraphs",))
    assert judged(texts, off)["b"]["rule"] is None


def test_what_goes_for_its_repeats_stands_for_no_twin():
    """b goes for its paragraphs; c, a twin of b, goes for the same reason, not for a document that is not kept."""
    common = [" ".join(words(seed, 100)) for seed in (1, 2)]
    own = words(3, 60)
    texts = {
        "a": common[0] + "\n\n" + common[1] + "\n\n" + " ".join(words(4, 150)),
        "b": common[0] + "\n\n" + common[1] + "\n\n" + " ".join(own),
        "c": common[0] + "\n\n" + common[1] + "\n\n" + " ".join(own[:-1]),
        "d": " ".join(words(5, 150)),
        "e": " ".join(words(5, 150)[:-2]),
    }
    assert judged(texts, SETTINGS)["c"]["survivor_id"] == "b"
    found = judged(texts, FilterSettings(max_repeated_paragraph_share=0.5))
    assert {one: (row["rule"], row["survivor_id"]) for one, row in found.items()} == {
        "a": (None, None),
        "b": ("duplicate.paragraphs", None),
        "c": ("duplicate.paragraphs", None),
        "d": (None, None),
        "e": ("duplicate.near", "d"),
    }
    assert found["b"][PARAGRAPH] > 0.5


def test_an_empty_batch_is_no_error():
    assert judged({}, FilterSettings(max_repeated_window_share=0.1)) == {}
