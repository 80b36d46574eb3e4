"""Runs of words in common with benchmark items: the kernels against plain Python, and what must and must not match."""

import math
import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from darwin_assets.decontamination.look import copies
from darwin_assets.decontamination.ngrams import build_index, exact_matches
from darwin_assets.decontamination.settings import DecontaminationSettings
from tests.shingle_reference import folded_words
from tests.unit.decontamination.made import CANARY, WORD_PROBLEMS, load_benchmarks

SETTINGS = DecontaminationSettings()
GREENHOUSE = WORD_PROBLEMS[0]["question"]


def words(text: str) -> list[str]:
    return [word for word in folded_words(text) if word]


def runs(text: str, width: int, share: float) -> list[tuple[str, ...]]:
    found = words(text)
    every = [tuple(found[first : first + width]) for first in range(len(found) - width + 1)]
    return [run if len(set(run)) >= math.ceil(share * width) else () for run in every]


def reference(
    items: list[tuple[str, str]], texts: list[str], settings: DecontaminationSettings
) -> list[tuple[object, ...]]:
    """`MATCHES` of (question, sample) from the definition."""
    share = settings.min_distinct_share
    tables: list[tuple[int, bool, dict[tuple[str, ...], int]]] = []
    for width in sorted(set(settings.ngram_words), reverse=True):
        owners: dict[tuple[str, ...], int] = {}
        for place, (_, sample) in enumerate(items):
            for run in filter(None, runs(sample, width, share)):
                owners.setdefault(run, place)
        tables.append((width, False, owners))
    for width in reversed(range(settings.min_whole_words, min(settings.ngram_words))):
        whole = {}
        for place, (question, _) in enumerate(items):
            if len(words(question)) == width and len(set(words(question))) >= math.ceil(share * width):
                whole.setdefault(tuple(words(question)), place)
        tables.append((width, True, whole))
    found = []
    for row, text in enumerate(texts):
        for width, is_whole, owners in tables:
            hits = [(place, owners[run]) for place, run in enumerate(runs(text, width, 0.0)) if run in owners]
            if hits:
                found.append((row, hits[0][1], width, is_whole, hits[0][0], len(hits)))
    return found


few = st.lists(st.sampled_from(["a", "B", "c1", "ö", "1.5", "x²", "the", "-"]), max_size=30).map(" ".join)


@pytest.mark.slow
@given(
    st.lists(st.tuples(few, few), min_size=1, max_size=6), st.lists(few, max_size=6), st.sampled_from([0.0, 0.5, 1.0])
)
@hypothesis_settings(deadline=None, max_examples=150)
def test_the_kernels_agree_with_the_definition(items: list[tuple[str, str]], texts: list[str], share: float) -> None:
    settings = DecontaminationSettings(ngram_words=(6, 4), min_whole_words=2, min_distinct_share=share)
    frame = pl.DataFrame(items, schema={"question": pl.String, "sample": pl.String}, orient="row")
    found = exact_matches(pl.Series(texts, dtype=pl.String), build_index(frame, settings))
    assert found.rows() == reference(items, texts, settings)


def found_in(tmp_path: Path, text: str) -> list[dict[str, object]]:
    texts = pl.DataFrame({"id": ["t"], "text": [text]})
    return copies(texts, load_benchmarks(tmp_path, SETTINGS)).rows(named=True)


def test_a_copy_in_the_midst_of_a_text_is_found_with_its_place_and_item(tmp_path: Path) -> None:
    first, *_ = found_in(tmp_path, f"Seven words that are not the benchmark's. {GREENHOUSE} And more of them.")
    assert (first["benchmark"], first["file"], first["number"]) == ("sums", "sums/test.jsonl", 0)
    assert (first["found_by"], first["n_words"], first["start"], first["is_leak"]) == ("ngram", 20, 8, True)
    assert first["n_runs"] == len(words(GREENHOUSE)) - 20 + 1


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda text: text.replace(" ", "\n"),
        lambda text: text.replace(",", " —").replace("?", "!!!"),
        lambda text: text.replace("greenhouse", "**greenhouse**").replace("tomato", "_tomato_"),
        lambda text: text.replace("a", "\u00e1"),
    ],
)
def test_case_white_space_marks_and_accents_hide_no_copy(tmp_path: Path, change) -> None:
    assert found_in(tmp_path, change(GREENHOUSE))


def test_a_question_and_its_solution_are_one_sample(tmp_path: Path) -> None:
    tail = " ".join(words(GREENHOUSE)[-8:])
    assert found_in(tmp_path, f"{tail} 14 * 23 * 6 = 1932, a third")


def test_words_in_another_order_and_one_word_in_twelve_changed_are_no_copy(tmp_path: Path) -> None:
    some = words(GREENHOUSE)
    random.Random(1).shuffle(some)
    assert not found_in(tmp_path, " ".join(some))
    changed = [("other" if place % 12 == 11 else word) for place, word in enumerate(words(GREENHOUSE))]
    assert not found_in(tmp_path, " ".join(changed))


def test_short_questions_count_as_a_whole_and_very_short_ones_not_at_all(tmp_path: Path) -> None:
    [found] = found_in(tmp_path, "He asked which gas do green leaves take up from the air by day, and left.")
    assert (found["n_words"], found["number"]) == (12, 2)
    assert not found_in(tmp_path, "What is friction? A force.")


def test_rows_of_few_words_are_no_evidence() -> None:
    drawing = pl.DataFrame({"question": ["draw"], "sample": ["draw (0,0) " * 20]})
    index = build_index(drawing, SETTINGS)
    assert exact_matches(drawing["sample"], index).is_empty()


def test_a_canary_is_found_whatever_else_is_not(tmp_path: Path) -> None:
    [found] = found_in(tmp_path, f"x {CANARY} y")
    assert (found["found_by"], found["benchmark"], found["file"], found["is_leak"]) == ("canary", "organs", None, True)


def test_nothing_in_common_and_nothing_at_all(tmp_path: Path) -> None:
    benchmarks = load_benchmarks(tmp_path, SETTINGS)
    texts = pl.DataFrame({"id": ["a", "b"], "text": ["", "Quite another matter, " * 40]})
    assert copies(texts, benchmarks).is_empty()
    assert copies(texts.clear(), benchmarks).is_empty()


def test_settings_that_leave_a_gap_are_refused() -> None:
    with pytest.raises(ValueError, match=r"min_whole_words is 14, more than the shortest of ngram_words, 13"):
        DecontaminationSettings(min_whole_words=14)
