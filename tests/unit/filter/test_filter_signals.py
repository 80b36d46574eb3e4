"""Every signal by the kernels equals the plain-Python reference, on any text and on real ones."""

import itertools
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.filter.kernels import affixes, characters
from darwin_assets.filter.kernels.words import cut_piece
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signals import SIGNALS, measure
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings
from tests import prose_reference, text_reference

TABLE = characters.character_table()
SIGNS = (
    "the The of and a A I.O. U.S. , ; # ... .. … . ! ? 。 • - -x { } [12] [edit] [ ] ' \" ’ é É ǅ Ⅳ Ⓐ 分 子 ٣ 7 "
    "\ue001 � Ã©x â€™ ~^|%§l word WORD don't **Solution** javascript JavaScript lorem Lorem ipsum terms of use "
    "cookies policy privacy uses cookie"
)
SPACES = (" ", "  ", "\n", "\n\n", "\n \n", "\r\n", "\t", "\u2028", "\x85", "\x0b", "\x1c", "x" * 1001)
PARTS = st.sampled_from([*SIGNS.split(), *SPACES])
TEXTS = st.lists(PARTS, max_size=60).map("".join) | st.lists(PARTS, max_size=40).map(" ".join)


def has(flag):
    return lambda character: bool(TABLE[ord(character)] & flag)


def cut(piece):
    """The words of a piece, by the kernel."""
    data = np.frombuffer(piece.encode(), dtype=np.uint8)
    ends = np.zeros(data.size + 1, dtype=np.int64)
    cuts = [0, *ends[: cut_piece(data, 0, data.size, TABLE, ends, 0)].tolist()]
    return [piece.encode()[begin:end].decode() for begin, end in itertools.pairwise(cuts)]


def expected(text, window_words):
    return prose_reference.document_signals(text, window_words) | text_reference.text_signals(
        text, has(characters.MARK), has(characters.TERMINAL), has(characters.IDEOGRAPH)
    )


def assert_equal(texts, window_words=500):
    found = measure(
        pl.Series(texts, dtype=pl.String), FilterSettings(words="white_space", repetition_window_words=window_words)
    )
    for text, row in zip(texts, found.to_dicts(), strict=True):
        want = dict.fromkeys(SIGNALS, 0) | expected(text, window_words)
        want["unigram_entropy"] = pytest.approx(want["unigram_entropy"], abs=1e-9)
        assert row == want


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=3), st.sampled_from([0, 5, 500]))
def test_all_signals_of_any_text_equal_the_reference(texts, window_words):
    assert_equal(texts, window_words)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_all_signals_of_any_characters_equal_the_reference(text):
    assert_equal([text])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["aa", "b", "c c", "d\n"]), max_size=120), st.sampled_from([0, 3, 20]))
def test_all_signals_of_repeating_texts_equal_the_reference(parts, window_words):
    assert_equal([" ".join(parts)], window_words)


@pytest.mark.slow
@pytest.mark.shared_data
def test_all_signals_of_real_documents_equal_the_reference(shared_data):
    paths = [path for folder in ("html", "textbooks/openlogic") for path in sorted((shared_data / folder).rglob("*"))]
    paths = [path for path in paths if path.suffix in {".html", ".tex"}][:40]
    media = {".html": "text/html", ".tex": "text/x-tex"}
    texts = [parse(path.read_bytes(), media[path.suffix], NormalizeSettings()).text for path in paths]
    assert len(texts) > 10
    assert_equal([*texts, *(path.read_text(encoding="utf-8", errors="replace") for path in paths[20:])])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("piece", "words"),
    [
        ("word", "word"),
        ("(word),", "( word ) ,"),
        ("well-known", "well - known"),
        ("and/or", "and/or"),
        ("either/or", "either / or"),
        ("don't", "do n't"),
        ("it’s", "it ’s"),
        ("We'll", "We 'll"),
        ("didn’t.", "did n’t ."),
        ("cannot", "can not"),
        ("O'Brien", "O'Brien"),
        ("U.S.", "U.S."),
        ("e.g.,", "e.g. ,"),
        ("Dr.", "Dr."),
        ("end.", "end ."),
        ("x.", "x."),
        ("5.", "5 ."),
        ("3.5", "3.5"),
        ("10km", "10 km"),
        ("10%.", "10 % ."),
        ("m/s.", "m / s."),
        ("25°C", "25 ° C"),
        ("°C.", "° C ."),
        ("$5", "$ 5"),
        ("A$,", "A$ ,"),
        ("wait...", "wait ..."),
        ("a...b", "a ... b"),
        ("end.Next", "end . Next"),
        ("one,two", "one , two"),
        ("1,000", "1,000"),
        ("2-3", "2 - 3"),
        ("https://example.org/a-b,", "https://example.org/a-b ,"),
        ("mail@example.org", "mail@example.org"),
        ("“quoted”", "“ quoted ”"),
        ("分子。", "分子 。"),
        ("**bold**", "* * bold * *"),
        ("—", "—"),
        ("...", "..."),
        ("!!", "! !"),
        ("I’m", "I ’m"),
        ("I’ve", "I ’ve"),
        ("I’d", "I ’d"),
        ("I’ll.", "I ’ll ."),
        ("n’t", "n’t"),
        ("**Hint:**", "* * Hint :* *"),
        ("(a):", "( a ):"),
        ("(8)", "( 8)"),
        ("18)", "18 )"),
        ("a)", "a )"),
        ("fun:)", "fun :)"),
        ("::):", ": :) :"),
        ("''so''", "'' so ''"),
    ],
)
def test_a_piece_is_cut_into_words(piece, words):
    assert cut(piece) == words.split()


def test_an_emoticon_is_one_word():
    emoticons = [int(packed).to_bytes(2, "big").decode() for packed in affixes.EMOTICONS]
    assert len(set(emoticons)) == 38
    for emoticon in emoticons:
        assert cut(emoticon) == [emoticon]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="()[]{}:;=<>*/|'38DPaé.,", min_size=1, max_size=12))
def test_no_emoticon_is_left_in_two(piece):
    words = cut(piece)
    pairs = {first + second for first, second in itertools.pairwise(words) if len(first) == len(second) == 1}
    assert not pairs & {int(packed).to_bytes(2, "big").decode() for packed in affixes.EMOTICONS}


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="aAsSt1.,'’-—/:(%$*°é分…@ntllm\"", min_size=1, max_size=12))
def test_cutting_loses_and_makes_up_nothing(piece):
    data = np.frombuffer(piece.encode(), dtype=np.uint8)
    ends = np.zeros(data.size + 1, dtype=np.int64)
    n = cut_piece(data, 0, data.size, TABLE, ends, 0)
    cuts = [0, *ends[:n].tolist()]
    assert cuts == sorted(set(cuts))
    assert cuts[-1] == data.size
    assert all(data[cut] & 0xC0 != 0x80 for cut in cuts[:-1])


@pytest.mark.parametrize(
    ("text", "n"),
    [("One. ! Two.", 2), ("One.  ! Two.", 3), ("One.\t! Two.", 3), ("One.  Two.", 2), ("One.\xa0( Two.", 2)],
)
@pytest.mark.parametrize("citation", ["", "[1] "])
def test_wide_space_begins_a_sentence(text, n, citation):
    found = measure(pl.Series([f"It is {citation}so many. {text}"]), FilterSettings(words="english"))
    assert found["c4_n_sentences"].to_list() == [n + 1]


SENTENCES = "Yes. No? so ! ( ) ... . [1] “Go.” it’s :) 。 ?! - A."
SENTENCE_PARTS = (*SENTENCES.split(), " ", " ", "  ", "\t", " \t", "\xa0", "\n", "\n\n", " \n ")


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.sampled_from(SENTENCE_PARTS), max_size=15).map("".join), max_size=4))
def test_sentences_of_english_words_equal_the_reference(lines):
    text = "".join(f"{line} it is so.\n" for line in lines)
    found = measure(pl.Series([text]), FilterSettings(words="english")).to_dicts()[0]
    kept = [line.strip() for line in text.splitlines() if text_reference.fate(line.strip()) == "kept"]
    by_line = map(english_sentences, (text_reference.CITATION.sub("", line) for line in kept))
    assert (found["n_sentences"], found["c4_n_sentences"]) == (english_sentences(text), sum(by_line))


def english_sentences(text):
    words = [word for piece in text.split() for word in cut(piece)]
    return text_reference.sentences_by_words(
        text_reference.with_wide_space(text, words), has(characters.TERMINAL), has(characters.PUNCTUATION)
    )


def test_english_words_change_the_words_and_sentences_only():
    text = "Dr. Smith doesn't know (yet). He asks, e.g., us. It is so!\n\nThe end."
    by_words = {
        kind: measure(pl.Series([text]), FilterSettings(words=kind)).to_dicts()[0]
        for kind in ("english", "white_space")
    }
    assert by_words["english"]["n_sentences"] == 4
    assert by_words["english"]["n_words_and_marks"] == 23
    assert by_words["white_space"]["n_words_and_marks"] == 14
    changed = {name for name in SIGNALS if by_words["english"][name] != by_words["white_space"][name]}
    assert not any(name.startswith("prose_") or "line" in name.split("_")[:2] for name in changed)


def test_the_flags_of_characters_are_those_of_python():
    for code_point in (*range(0x3000), *range(0x1D400, 0x1D500), 0xFFFD, 0xE000, 0x10FFFF):
        character, flags = chr(code_point), int(TABLE[code_point])
        if 0xD800 <= code_point < 0xE000:
            continue
        assert bool(flags & characters.ALNUM) == character.isalnum()
        assert bool(flags & characters.ALPHA) == character.isalpha()
        assert bool(flags & characters.UPPER) == character.isupper()
        assert bool(flags & characters.SPACE) == character.isspace()
        assert bool(flags & characters.DECIMAL) == character.isdecimal()
        assert bool(flags & characters.LINE_BREAK) == (len(f"a{character}b".splitlines()) == 2)


def test_no_text_gives_no_rows_and_null_is_empty():
    assert measure(pl.Series([], dtype=pl.String), FilterSettings()).schema == SIGNALS
    null, empty = measure(pl.Series([None, ""], dtype=pl.String), FilterSettings()).rows()
    assert null == empty
    assert all(math.isfinite(value) and value == 0 for value in null)
