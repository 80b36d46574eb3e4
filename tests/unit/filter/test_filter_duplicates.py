import hashlib
import random
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.filter.duplicates import TWINS, find_twins
from darwin_assets.filter.probability import match_probability
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.shingles import jaccard, shingle_hashes, shingle_set
from darwin_assets.filter.signatures import SIGNATURE, exact_key, sign

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


def twins_of(texts, published=None, settings=SETTINGS):
    """Run the search on {id: text}, with {batch: {id: text}} published before."""
    published = published or {}
    index = [
        sign(found, found.values(), settings).with_columns(batch=pl.lit(batch)) for batch, found in published.items()
    ]
    by_id = {row_id: text for found in published.values() for row_id, text in found.items()}
    result = find_twins(
        sign(texts, texts.values(), settings),
        texts,
        pl.concat(index).select(NOTHING_PUBLISHED.columns) if index else NOTHING_PUBLISHED,
        lambda ids: {row_id: by_id[row_id] for row_id in ids},
        settings,
    )
    assert result.schema == TWINS
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
    }  # fmt: skip
    assert found["c"] == {
        "id": "c", "rule": "duplicate.near", "survivor_id": "a", "similarity": 1.0, "n_candidates": 1,
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

    def lost(ids):
        asked.extend(ids)
        return {}

    with pytest.raises(LookupError, match=r"p1: make the index agree") as raised:
        find_twins(sign(texts, texts.values(), SETTINGS), texts, index, lost, SETTINGS)
    assert asked == ["p1"]
    assert "canary" not in str(raised.value)


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


WORDS = st.lists(st.sampled_from("ab"), max_size=12)


@given(WORDS, st.integers(1, 6))
def test_hashes_are_equal_exactly_where_shingles_are(words, n):
    text = " ".join(words)
    hashes = shingle_hashes(text, n)
    assert len(set(hashes.tolist())) == len(shingle_set(text, n))
    assert len(hashes) == (max(len(words) - n + 1, 1) if words else 0)


def test_shingles_fold_case_accents_and_punctuation_and_keep_numbers():
    assert shingle_set("Größe, É-tude! ﬁve", 2) == {"grosse e", "e tude", "tude five"}
    assert shingle_set("mass 3.5 kg", 5) == {"mass 3 5 kg"}
    assert shingle_set("x_1 ... ", 2) == {"x 1"}


def test_signatures_are_those_of_datasketch_on_the_same_hashes():
    source = random.Random(12)
    left, right, _ = pair_at(source, 0.9, n_shingles=3000)
    sketches = []
    for text in (left, right):
        sketch = MinHash(num_perm=112, seed=1, hashfunc=int)
        for value in shingle_hashes(text, 5).tolist():
            sketch.update(value)
        sketches.append(sketch.hashvalues.reshape(14, 8))
    keys = sign(["l", "r"], [left, right], SETTINGS)["band_keys"].to_list()
    met = [a == b for a, b in zip(*keys, strict=True)]
    assert met == np.all(sketches[0] == sketches[1], axis=1).tolist()
    assert any(met)
    assert not all(met)


def test_keys_are_the_same_in_every_process():
    text = "Keys outlive the process that made them, on any machine."
    program = (
        "from darwin_assets.filter.settings import FilterSettings;"
        "from darwin_assets.filter.signatures import sign;"
        f"print(sign(['x'], [{text!r}], FilterSettings())['band_keys'][0].to_list())"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == str(sign(["x"], [text], SETTINGS)["band_keys"][0].to_list())
    assert sign(["x"], [text], SETTINGS)["band_keys"][0][0] == 166048175002683430
    assert exact_key(" a\tb\n") == hashlib.sha256(b"a b").hexdigest()


def test_the_hash_of_a_shingle_is_the_documented_one():
    def word_hash(word):
        value = 0xCBF29CE484222325
        for byte in word.encode():
            value = (value ^ byte) * 0x100000001B3 % 2**64
        return value

    value = 0
    for word in ("über", "zwei", "wege"):
        value = (value * 0x9E3779B97F4A7C15 + word_hash(word.replace("ü", "u"))) % 2**64
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ value >> 33) * multiplier % 2**64
    assert shingle_hashes("Über zwei Wege", 3).tolist() == [(value ^ value >> 33) >> 32]
