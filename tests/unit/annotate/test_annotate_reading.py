"""The compiled reader against a plain one, which says the same with regular expressions."""

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from darwin_assets.annotate.characters import ASIDE, DIGIT, LOWER, SPACE, UPPER, class_of, class_table
from darwin_assets.annotate.embedding import word_vectors
from darwin_assets.annotate.kernels import reading as at
from darwin_assets.annotate.reading import _group_table, read, word_hash
from darwin_assets.annotate.style import NAMES, WORD_GROUPS

PIECES = [
    "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\alpha*", "https://a.b/c", "http://", "](", ")", "(", "[12, 3]", "(Lee, 2019a)",
    " ", "\n", "\t", "1.", "a)", "- ", "* ", "• ", "I", "You", "don't", "Straße", "ÉCOLE", "well-known", "et al.", "end. ",
    "What?", "5 % off", "£ 3", "$4", "“", "|", "{x}", "日本", "😀", "1999)", "-", "'", "x", "THE", "é", "idiot", "\u00a0",
]  # fmt: skip
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.text(max_size=60))
ENCODABLE = TEXTS.filter(lambda text: not any(0xD800 <= ord(c) <= 0xDFFF for c in text))


def letter(character: str) -> bool:
    return ord(character) < 0x10000 and class_of(character) in (LOWER, UPPER)


def plain_class(character: str) -> int | None:
    return class_of(character) if ord(character) < 0x10000 else None


def plain_words(prose: str) -> list[str]:
    words, i = [], 0
    while i < len(prose):
        start = i
        while i < len(prose) and (
            letter(prose[i]) or (i > start and prose[i] in "-'" and i + 1 < len(prose) and letter(prose[i + 1]))
        ):
            i += 1
        if i > start:
            words.append(prose[start:i])
        else:
            i += 1
    return words


def plain_counts(text: str) -> dict[str, int]:
    """Counts of one text, each said in its own way."""
    formula_bytes = sum(len(found["formula"].encode()) for found in ASIDE.finditer(text) if found["formula"])
    prose = ASIDE.sub(" ", text)
    words = plain_words(prose)
    groups = {word: group for group, listed in WORD_GROUPS.items() for word in listed.split()}
    lines = [line for line in prose.split("\n") if any(plain_class(c) != SPACE for c in line)]
    folded = Counter(groups.get(re.sub("[A-Z]", lambda c: c[0].lower(), word)) for word in words)
    capitals = [[plain_class(c) == UPPER for c in word if letter(c)] for word in words]
    return {
        "digits": sum(plain_class(c) == DIGIT for c in prose),
        "code_symbols": sum(c in "{}();=<>_&#" for c in prose),
        "exclamations": prose.count("!"),
        "questions": prose.count("?"),
        "separators": sum(c in "|•·»★" for c in prose),
        "quotes": sum(c in '"“”' for c in prose),
        "upper_case": sum(all(one) and len(one) > 1 for one in capitals),
        "capitalized": sum(one[0] and not all(one) for one in capitals),
        "currency": len(re.findall(r"[$£€](?= ?[0-9])|%(?= ?(?i:off))", prose)),
        "letters": sum(letter(c) for word in words for c in word),
        "words": len(words),
        "lines": len(lines),
        "formula_bytes": formula_bytes,
        "bytes": len(text.encode()),
        **{group: folded.get(group, 0) for group in WORD_GROUPS},
    }


COLUMN = {
    "digits": at.DIGITS, "code_symbols": at.CODE_SYMBOLS, "exclamations": at.EXCLAMATIONS, "questions": at.QUESTIONS,
    "separators": at.SEPARATORS, "quotes": at.QUOTES, "upper_case": at.UPPER_CASE, "capitalized": at.CAPITALIZED,
    "currency": at.CURRENCY, "letters": at.LETTERS, "words": at.WORDS, "lines": at.LINES,
    "formula_bytes": at.FORMULA_BYTES, "bytes": at.BYTES,
    **{group: at.N_COUNTS + i for i, group in enumerate(WORD_GROUPS)},
}  # fmt: skip


def counted(text: str) -> np.ndarray:
    data = text.encode()
    keys, groups = _group_table()
    starts = np.array([0, len(data)])
    counts, *_ = at.read(np.frombuffer(data, np.uint8), starts, class_table(), keys, groups, len(WORD_GROUPS))
    return counts[0]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(ENCODABLE)
@example("$$$ $$")
@example("\\(\\)x\\)")
@example("https://x $1$ http://")
@example("a'b-c' -d")
def test_counts_words_and_prose_are_those_of_the_plain_reader(text: str) -> None:
    found, expected = counted(text), plain_counts(text)
    assert {name: int(found[column]) for name, column in COLUMN.items()} == {name: expected[name] for name in COLUMN}
    seen = read([text])
    prose = ASIDE.sub(" ", text)
    assert seen.prose.tobytes().decode() == prose
    folded = [re.sub("[A-Z]", lambda c: c[0].lower(), word) for word in plain_words(prose)]
    assert seen.words.tolist() == [word_hash(word) for word in folded]


def test_lists_citations_and_sentence_ends() -> None:
    found = counted("- one\n2) two\nb. three\n4 four\n-five\nShown by Lee et al. (2019a) [3, 4]. Why? So! 3.5\n")
    assert found[at.BULLET_LINES] == 3
    assert found[at.LINES] == 6
    assert found[at.CITATIONS] == 3
    assert found[at.SENTENCE_ENDS] == 4  # b. al. Why? So!


def test_a_reading_does_not_depend_on_its_neighbours() -> None:
    texts = ["Acids and bases react.", "", "A much longer text about the kings of the island. " * 30]
    together, alone = read(texts), [read([text]) for text in texts]
    assert np.array_equal(together.vectors, np.vstack([one.vectors for one in alone]))
    assert np.array_equal(together.style, np.vstack([one.style for one in alone]))
    assert np.linalg.norm(together.vectors, axis=1) == pytest.approx([1.0, 0.0, 1.0], abs=1e-6)
    assert together.n_words.tolist() == [4, 0, 300]


def test_a_text_is_the_sum_of_its_words_vectors() -> None:
    total = word_vectors(["Acids", "and", "bases", "and"]).sum(axis=0)
    assert read(["Acids and bases, and"]).vectors[0] == pytest.approx(total / np.linalg.norm(total), abs=1e-6)


def test_style_tells_lists_prose_and_formulas_apart() -> None:
    index = {name: position for position, name in enumerate(NAMES)}
    navigation, prose, formula, numbers = read(
        [
            "- Home\n- About\n- Contact",
            "We saw him. He said that it was the end of it.",
            "so $a + b = c$ holds",
            "12 34",
        ]
    ).style
    assert navigation[index["bullet_lines"]] == 1.0 > prose[index["bullet_lines"]]
    assert prose[index["third_person"]] > 0 == navigation[index["third_person"]]
    assert formula[index["formula_bytes"]] > 0.7
    assert numbers == pytest.approx(np.zeros(len(NAMES)))
