"""The first tokens of a text, and clusters of near-duplicates."""

import polars as pl
import pytest

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


def clusters_of(rows: pl.DataFrame, min_jaccard: float) -> list[str]:
    settings = MixSettings(min_jaccard=min_jaccard)

    def texts_of(wanted: pl.DataFrame) -> list[pl.DataFrame]:
        return [rows.join(wanted, on="id", how="semi")]

    return clusters(signatures(rows, settings), texts_of, settings)["cluster"].to_list()
