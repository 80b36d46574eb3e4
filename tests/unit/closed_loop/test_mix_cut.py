"""The first tokens of a text, and clusters of near-duplicates."""

import random
from itertools import combinations, permutations

import polars as pl
import pytest

from darwin_assets.closed_loop.mix import cluster
from darwin_assets.closed_loop.mix.cluster import clusters, signatures
from darwin_assets.closed_loop.mix.cut import first_tokens
from darwin_assets.closed_loop.mix.settings import MixSettings
from darwin_assets.complete.tokens import counter
from tests.drops import DROPS, GOOD

TEXT = (DROPS / GOOD[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize("tokenizer", ["words", "bpe-openai/cl100k_base"])
def test_a_text_is_cut_to_the_token(tokenizer):
    count = counter(tokenizer).count
    whole = count(TEXT)
    for n_tokens in [*range(1, whole, max(1, whole // 40)), whole]:
        beginning = first_tokens(TEXT, n_tokens, count)
        assert TEXT.startswith(beginning)
        assert count(beginning) == n_tokens
    assert first_tokens(TEXT, whole + 1, count) == TEXT


def test_the_cut_is_as_long_as_it_can_be():
    assert first_tokens("one two three", 2, counter("words").count) == "one two "


def test_near_duplicates_are_of_one_cluster_whatever_their_order():
    words = [f"word{number}" for number in range(200)]
    near = [*words[:170], *(f"other{number}" for number in range(30))]
    rows = pl.DataFrame(
        {"id": ["a", "b", "c", "d"], "text": [" ".join(words), " ".join(near), "quite another text", " ".join(words)]}
    )
    assert clusters_of(rows, 0.5) == ["a", "a", "c", "a"]
    assert clusters_of(rows.reverse(), 0.5) == ["a", "c", "a", "a"]
    assert clusters_of(rows, 0.9) == ["a", "b", "c", "a"]
    assert clusters_of(rows.clear(), 0.5) == []


def window(source: int, place: int) -> str:
    """A hundred words of a source: similar at 0.73 to the next window, and at 0.52 to the one after that."""
    return " ".join(f"word{source}x{15 * place + at}" for at in range(100))


@pytest.mark.parametrize("names", ["".join(order) for order in permutations("abcd")])
def test_what_hangs_together_is_one_cluster_whichever_row_comes_first(names):
    rows = pl.DataFrame({"id": list(names), "text": [window(0, place) for place in range(4)]})
    assert clusters_of(rows, 0.6) == ["a"] * 4


def test_a_cluster_is_a_connected_component_of_all_similar_pairs(monkeypatch):
    """Held against plain Python; few texts in hand at a time change nothing."""
    luck = random.Random(7)
    drawn = [window(source, place) for source in range(5) for place in range(15) if luck.random() < 0.8]
    luck.shuffle(drawn)
    rows = pl.DataFrame({"id": [f"{place:03}" for place in range(len(drawn))], "text": drawn})
    shingles = {one: {*zip(*(text.split()[at:] for at in range(5)), strict=False)} for one, text in rows.iter_rows()}
    root = {one: one for one in shingles}
    for one, other in combinations(shingles, 2):
        if len(shingles[one] & shingles[other]) >= 0.6 * len(shingles[one] | shingles[other]):
            first, then = sorted((root[one], root[other]))
            root = {name: first if at == then else at for name, at in root.items()}
    expected = list(root.values())
    assert 5 < len({*expected}) < len(drawn) / 2
    assert clusters_of(rows, 0.6) == expected
    monkeypatch.setattr(cluster, "TEXTS_AT_HAND", 3)
    assert clusters_of(rows, 0.6) == expected


def clusters_of(rows: pl.DataFrame, min_jaccard: float) -> list[str]:
    settings = MixSettings(min_jaccard=min_jaccard, permutations=512)

    def texts_of(wanted: pl.DataFrame) -> list[pl.DataFrame]:
        return [rows.join(wanted, on="id", how="semi")]

    return clusters(signatures(rows, settings), texts_of, settings)["cluster"].to_list()
