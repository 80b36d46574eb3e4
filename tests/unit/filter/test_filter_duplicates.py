import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from darwin_assets.filter.assets import L2_COLUMNS, SPEC, filter_rows
from darwin_assets.filter.duplicates import TWINS, find_twins
from darwin_assets.filter.probability import match_probability
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import SIGNATURE
from darwin_assets.filter.signatures import sign as sign_rows
from darwin_assets.lineage.twins import rebuild_l2
from darwin_assets.promotion import schema_of
from darwin_assets.recipe import Recipe
from darwin_assets.tier import Step, recipe_entry
from resources.recipe_book import RecipeBook
from tests.shingle_reference import jaccard, shingle_set

SETTINGS = FilterSettings()
NOTHING_PUBLISHED = pl.DataFrame(schema={"id": pl.String, "batch": pl.String, **SIGNATURE})


def random_words(source, n):
    return [f"{source.getrandbits(32):x}" for _ in range(n)]


def pair_at(source, similarity, n_shingles=50):
    """Two texts of equal length that share a beginning, and their exact similarity."""
    n_shared = round(2 * n_shingles * similarity / (1 + similarity))
    beginning = random_words(source, n_shared + 4)
    left, right = (beginning + random_words(source, n_shingles - n_shared) for _ in range(2))
    return " ".join(left), " ".join(right), n_shared / (2 * n_shingles - n_shared)


def sign(ids, texts, settings, uris=None):
    rows = pl.DataFrame({"id": list(ids), "text": list(texts)}, schema={"id": pl.String, "text": pl.String})
    return sign_rows(rows if uris is None else rows.with_columns(uri=pl.Series(uris, dtype=pl.String)), settings)


def texts_from(by_id):
    """Texts of some rows, a few at a time and in another order, as a store may give them."""

    def read(wanted):
        ids = sorted(wanted["id"], reverse=True)
        for start in range(0, len(ids), 7):
            part = ids[start : start + 7]
            yield pl.DataFrame({"id": part, "text": [by_id[row_id] for row_id in part]})

    return read


def twins_of(texts, published=None, settings=SETTINGS, uris=None):
    """Run the search on {id: text}, with {batch: {id: text}} published before; `uris` by id."""
    published = published or {}
    uris = uris or {}
    index = [
        sign(found, found.values(), settings, [uris.get(one) for one in found]).with_columns(batch=pl.lit(batch))
        for batch, found in published.items()
    ]
    by_id = {row_id: text for found in published.values() for row_id, text in found.items()}
    result = find_twins(
        sign(texts, texts.values(), settings, [uris.get(one) for one in texts]),
        texts_from(texts),
        pl.concat(index).select(NOTHING_PUBLISHED.columns) if index else NOTHING_PUBLISHED,
        texts_from(by_id),
        settings,
    )
    assert result.schema == TWINS
    assert result["id"].to_list() == [row_id for row_id in texts if row_id in set(result["id"])]
    return {row["id"]: row for row in result.to_dicts()}


def changed(text, *positions):
    words = text.split()
    for position in positions:
        words[position] = f"changed{position}"
    return " ".join(words)


def test_recall_follows_the_curve_and_no_pair_below_the_threshold_is_reported():
    """D11: 1 - (1 - s^8)^14 within five points in every bin; precision 1 by exact comparison."""
    source = random.Random(11)
    n_pairs = 600
    for similarity in (0.5, 0.6, 0.7, 0.8, 0.9):
        planted = [pair_at(source, similarity) for _ in range(n_pairs)]
        left = sign(map(str, range(n_pairs)), (pair[0] for pair in planted), SETTINGS)["band_keys"]
        right = sign(map(str, range(n_pairs)), (pair[1] for pair in planted), SETTINGS)["band_keys"]
        met = sum(not set(a).isdisjoint(b) for a, b in zip(left, right, strict=True))
        expected = match_probability(planted[0][2], SETTINGS.bands, SETTINGS.rows)
        assert met / n_pairs == pytest.approx(expected, abs=0.05), similarity

        texts = {f"{side}{n:03}": planted[n][side] for side in (0, 1) for n in range(100)}
        for row_id, twin in twins_of(texts).items():
            assert twin["survivor_id"][1:] == row_id[1:]
            assert twin["similarity"] == jaccard(*(shingle_set(texts[one], 5) for one in (row_id, twin["survivor_id"])))
            assert twin["similarity"] >= SETTINGS.min_jaccard


def test_a_pair_below_the_threshold_that_shares_a_band_is_kept():
    source = random.Random(5)
    candidates = [pair_at(source, 0.66) for _ in range(60)]
    texts = {f"{side}{n}": pair[side] for n, pair in enumerate(candidates) for side in (0, 1)}
    keys = dict(sign(texts, texts.values(), SETTINGS).select("id", "band_keys").rows())
    assert any(not set(keys[f"0{n}"]).isdisjoint(keys[f"1{n}"]) for n in range(60))
    assert twins_of(texts) == {}


def test_exact_twins_differ_in_space_and_composition_only():
    text = " ".join(random_words(random.Random(1), 40)) + " café"
    texts = {
        "a": text,
        "b": text.replace(" ", "\n\n").replace("é", "e\u0301"),
        "c": text.upper(),
        "d": text + " more",
    }
    found = twins_of(texts)
    assert found["b"] == {
        "id": "b", "rule": "duplicate.exact", "survivor_id": "a", "similarity": 1.0, "n_candidates": 0,
        "older_id": None, "older_similarity": None,
    }  # fmt: skip
    assert found["c"] == {
        "id": "c", "rule": "duplicate.near", "survivor_id": "a", "similarity": 1.0, "n_candidates": 1,
        "older_id": None, "older_similarity": None,
    }  # fmt: skip
    assert found["d"]["rule"] == "duplicate.near"
    assert found["d"]["similarity"] == pytest.approx(37 / 38)


def test_in_a_chain_the_last_stays_when_it_is_not_like_the_first():
    a = " ".join(random_words(random.Random(2), 200))
    b = changed(a, 10, 30, 50, 70)
    c = changed(b, 90, 110, 130, 150)
    of_a, of_b, of_c = (shingle_set(text, 5) for text in (a, b, c))
    assert min(jaccard(of_a, of_b), jaccard(of_b, of_c)) > 0.8
    assert jaccard(of_a, of_c) < 0.7
    found = twins_of({"a": a, "b": b, "c": c})
    assert found.keys() == {"b"}
    assert found["b"]["survivor_id"] == "a"
    # b is gone, so its exact copy goes for the same reason, not for b.
    assert twins_of({"a": a, "b": b, "b2": b, "c": c})["b2"]["survivor_id"] == "a"


@pytest.mark.slow
def test_the_published_reject_before_the_own_batch_and_in_order_of_batch():
    text = " ".join(random_words(random.Random(3), 100))
    other = " ".join(random_words(random.Random(4), 100))
    found = twins_of(
        {"own": changed(text, 1), "copy": text, "near": changed(text, 50), "fresh": other},
        {
            "2026-01-02.s.0001": {"late": text},
            "2026-01-01.s.0001": {"z": changed(text, 99), "y": changed(text, 98)},
        },
    )
    assert {row_id: (twin["rule"], twin["survivor_id"]) for row_id, twin in found.items()} == {
        "own": ("duplicate.near", "y"),
        "copy": ("duplicate.exact", "late"),
        "near": ("duplicate.near", "y"),
    }


def test_a_document_is_no_twin_of_itself_when_its_batch_runs_again():
    text = " ".join(random_words(random.Random(6), 60))
    assert twins_of({"a": text}, {"the batch before its rerun": {"a": text}}) == {}


def test_shuffling_a_batch_changes_which_of_a_cluster_survives_and_nothing_else():
    source = random.Random(7)
    clusters = {}
    for number in range(12):
        text = " ".join(random_words(source, 120))
        clusters |= {f"{number}-0": text} | {f"{number}-{n}": changed(text, n) for n in range(1, 1 + number % 4)}
    for seed in range(5):
        order = random.Random(seed).sample(sorted(clusters), len(clusters))
        found = twins_of({row_id: clusters[row_id] for row_id in order})
        first = {}
        for row_id in order:
            first.setdefault(row_id.split("-")[0], row_id)
        assert set(order) - found.keys() == set(first.values())
        assert all(twin["survivor_id"] == first[row_id.split("-")[0]] for row_id, twin in found.items())


def test_only_candidates_are_read_and_a_lost_text_stops_the_batch_without_quoting_any():
    texts = {"a": "canary " + " ".join(random_words(random.Random(8), 60))}
    published = {"p1": changed(texts["a"], 5), "p2": " ".join(random_words(random.Random(9), 60))}
    index = sign(published, published.values(), SETTINGS).with_columns(batch=pl.lit("b"))
    asked = []

    def lost(wanted):
        asked.extend(wanted["id"])
        return []

    with pytest.raises(LookupError, match=r"p1: make the index agree") as raised:
        find_twins(sign(texts, texts.values(), SETTINGS), texts_from(texts), index, lost, SETTINGS)
    assert asked == ["p1"]
    assert "canary" not in str(raised.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("disabled", "expected"),
    [
        (("duplicate.exact",), {"b": "duplicate.near", "c": "duplicate.near"}),
        (("duplicate.near",), {"b": "duplicate.exact"}),
        (("duplicate.exact", "duplicate.near"), {}),
    ],
)
def test_each_kind_can_be_switched_off(disabled, expected):
    text = " ".join(random_words(random.Random(10), 60))
    settings = FilterSettings(disabled_rules=disabled)
    found = twins_of({"a": text, "b": text, "c": text + " end"}, settings=settings)
    assert {row_id: twin["rule"] for row_id, twin in found.items()} == expected


def test_texts_without_words_meet_only_as_exact_copies():
    found = twins_of({"a": "", "b": " ", "c": "...", "d": "two words", "e": "Two words!"})
    assert {row_id: twin["rule"] for row_id, twin in found.items()} == {
        "b": "duplicate.exact",
        "e": "duplicate.near",
    }
    assert twins_of({}) == {}


def reference_twins(texts, min_jaccard):
    """The definition, without keys: each document against all that is kept before it."""
    kept, twins = {}, {}
    for row_id, text in texts.items():
        own = shingle_set(text, 2)
        for other, shingles in kept.items():
            if jaccard(own, shingles) >= min_jaccard:
                twins[row_id] = other
                break
        else:
            kept[row_id] = own
    return twins


SMALL_TEXTS = st.lists(st.lists(st.sampled_from(["one", "two", "three", "four"]), min_size=1, max_size=8), max_size=12)


@pytest.mark.slow
@given(SMALL_TEXTS, st.integers(0, 12))
@hypothesis_settings(deadline=None)
def test_what_is_found_is_what_comparing_everything_finds(documents, n_published):
    """With one hash a band no pair of any similarity is likely to be missed, so the definition must come out."""
    settings = FilterSettings(shingle_words=2, bands=200, rows=1, min_jaccard=0.5, disabled_rules=("duplicate.exact",))
    texts = {f"{number:02}": " ".join(words) for number, words in enumerate(documents)}
    expected = reference_twins(texts, 0.5)
    assert {one: twin["survivor_id"] for one, twin in twins_of(texts, settings=settings).items()} == expected
    before = {one: text for one, text in list(texts.items())[:n_published] if one not in expected}
    later = dict(list(texts.items())[n_published:])
    found = twins_of(later, {"b": before}, settings)
    assert {one: twin["survivor_id"] for one, twin in found.items()} == {
        one: other for one, other in expected.items() if one in later
    }


def test_one_url_with_another_text_is_a_newer_version_and_with_a_similar_one_a_twin():
    text = " ".join(random_words(random.Random(20), 100))
    new = " ".join(random_words(random.Random(21), 100))
    close = changed(text, 20, 40, 60, 80)
    uris = dict.fromkeys(("p", "a", "b", "c", "d"), "https://example.org/page")
    found = twins_of(
        {"a": close, "b": new, "c": changed(new, 3, 30, 50, 90), "e": close}, {"x": {"p": text}}, SETTINGS, uris
    )
    similarity = jaccard(shingle_set(text, 5), shingle_set(close, 5))
    assert 0.5 <= similarity < 0.7
    assert (found["a"]["rule"], found["a"]["survivor_id"], found["a"]["similarity"]) == (
        "duplicate.url",
        "p",
        similarity,
    )
    assert (found["b"]["rule"], found["b"]["older_id"], found["b"]["older_similarity"]) == (None, "p", 0.0)
    # against p it is another text, against b, which its own batch keeps, a twin
    assert (found["c"]["rule"], found["c"]["survivor_id"], found["c"]["older_id"]) == ("duplicate.url", "b", None)
    # the same text under another address was rejected for the address alone, so here it stays
    assert "e" not in found


def test_one_document_a_url_when_so_set_and_none_compared_when_off():
    texts = {one: " ".join(random_words(random.Random(seed), 50)) for seed, one in enumerate("abc")}
    uris = dict.fromkeys("ab", "http://www.example.org/x/") | {"c": "http://example.org/y"}
    strict = twins_of(texts, settings=FilterSettings(min_url_jaccard=0.0), uris=uris)
    assert {one: (twin["rule"], twin["survivor_id"]) for one, twin in strict.items()} == {"b": ("duplicate.url", "a")}
    assert twins_of(texts, settings=FilterSettings(disabled_rules=("duplicate.url",)), uris=uris) == {}


def test_clusters_that_do_not_fit_at_once_give_the_same(monkeypatch):
    source = random.Random(22)
    texts = {}
    for number in range(30):
        text = " ".join(random_words(source, 80))
        texts |= {f"{number:02}-{n}": changed(text, n, n + 20) if n else text for n in range(4)}
    published = {"b": {f"p{one}": changed(text, 70) for one, text in list(texts.items())[::9]}}
    expected = twins_of(texts, published)
    monkeypatch.setattr("darwin_assets.filter.batch_twins._TEXTS_AT_HAND", 5)
    monkeypatch.setattr("darwin_assets.filter.published_twins._PAIRS_A_PART", 2)
    monkeypatch.setattr("darwin_assets.filter.published_twins._INDEX_ROWS_AT_HAND", 3)
    assert twins_of(texts, published) == expected
    assert len(expected) > 60


# ---- what is published was signed by other settings


def step_with(project, batch, **settings):
    recipe = Recipe(filter=FilterSettings(presets=("ultradata-l1",), **settings))
    return Step("L2", batch, "run", recipe, project.lake, project.raw, project.model, n_parsers=1)


def row_of(row_id, text):
    return pl.DataFrame({"id": [row_id], "text": [text], "uri": [f"https://site.example/{row_id}"]})


def publish(project, step, row):
    """A row at L2 as the step makes it."""
    entry = recipe_entry(SPEC, step)
    RecipeBook(step.lake).enter(entry)
    made = filter_rows(step, row, project.lake.scan("published", "L2", project.lake.version("published", "L2")))
    whole = made.join(row, on="id").with_columns(batch=pl.lit(step.batch), recipe=pl.lit(entry.recipe))
    schema = schema_of("published", L2_COLUMNS)
    empty = pl.DataFrame(schema=schema)
    project.lake.write(
        "published", "L2", step.batch, pl.concat([empty, whole], how="diagonal").select(list(schema)), {}
    )


@pytest.mark.parametrize(
    "other", [{"seed": 2}, {"bands": 20, "rows": 6}, {"shingle_words": 3}, {"permutations": 112}], ids=str
)
def test_a_twin_is_found_whatever_settings_signed_what_is_published(project, other):
    text = " ".join(random_words(random.Random(4), 300))
    publish(project, step_with(project, "old"), row_of("old", text))
    step = step_with(project, "new", **other)
    new = row_of("new", changed(text, 150))
    table = project.lake.scan("published", "L2", project.lake.version("published", "L2"))
    found = filter_rows(step, new, table).row(0, named=True)
    assert (found["rejected_by"], found["survivor_id"]) == ("duplicate.near", "old")

    stored = pl.DataFrame({"parents": [["new"]], "survivor_id": ["old"], "older_id": [None]})
    again = rebuild_l2(project.lake, step.recipe.filter, new, stored).row(0, named=True)
    assert (again["survivor_id"], again["similarity"]) == ("old", found["similarity"])


def test_keys_of_the_same_settings_are_taken_as_they_are_stored(project, monkeypatch):
    text = " ".join(random_words(random.Random(5), 300))
    publish(project, step_with(project, "old"), row_of("old", text))
    signed = []
    monkeypatch.setattr("darwin_assets.filter.assets.sign", lambda rows, _: signed.append(rows))
    step = step_with(project, "new", thresholds={"size.bytes": "600.."})
    table = project.lake.scan("published", "L2", project.lake.version("published", "L2"))
    found = filter_rows(step, row_of("new", changed(text, 150)), table)
    assert (found["rejected_by"][0], signed) == ("duplicate.near", [])
