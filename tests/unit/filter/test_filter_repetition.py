from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.prose_reference import line_shares, ngram_chars

WORDS = st.lists(st.sampled_from(["a", "bb", "ccc", "dd"]), max_size=40)


def by_definition(words, window_words):
    """Each value straight from its sentence in `ngram_chars`, with sets of positions."""
    expected = {}
    for n in range(2, 11):
        grams = [tuple(words[start : start + n]) for start in range(len(words) - n + 1)]
        counts = Counter(grams)
        if n <= 4:
            repeated = [gram for gram in grams if counts[gram] > 1]
            top = max(
                repeated,
                key=lambda gram: (counts[gram], len("".join(gram)), -grams.index(gram)),
                default=None,
            )
            starts = [start for start, gram in enumerate(grams) if gram == top]
        elif n >= 5:
            starts = [
                start
                for start, gram in enumerate(grams)
                if gram in (grams[max(0, start - window_words) : start] if window_words else grams[:start])
            ]
        covered = {position for start in starts for position in range(start, start + n)}
        name = f"top_{n}gram_chars" if n <= 4 else f"duplicate_{n}gram_chars"
        expected[name] = sum(len(words[position]) for position in covered)
    return expected


@given(WORDS, st.sampled_from([0, 5, 12]))
def test_ngram_counts_follow_their_definition(words, window_words):
    assert ngram_chars(words, window_words) == by_definition(words, window_words)


def test_a_text_written_twice_is_half_duplicate():
    words = [f"w{number}" for number in range(100, 150)]
    assert ngram_chars(words * 2, 0)["duplicate_10gram_chars"] == 200
    assert ngram_chars(words * 2, 50)["duplicate_10gram_chars"] == 200
    assert ngram_chars(words * 2, 49)["duplicate_10gram_chars"] == 0


def test_lines_and_paragraphs_that_stood_before_are_counted():
    shares = line_shares("one\n  two\none\n\n\none\ntwo\none")
    assert shares == {
        "duplicate_line_share": pytest.approx(4 / 6),
        "duplicate_line_char_share": pytest.approx(12 / 18),
        "duplicate_paragraph_share": 0.0,
        "duplicate_paragraph_char_share": 0.0,
    }
    assert set(line_shares("").values()) == {0.0}


def test_labels_are_layout_and_do_not_repeat():
    exercises = "\n\n".join(f"**Solution**\n\nanswer {n}" for n in range(9))
    assert set(line_shares(exercises).values()) == {0.0}
    assert line_shares("**bold** start\n" * 2)["duplicate_line_share"] == 0.5
