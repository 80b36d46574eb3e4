import hashlib
import random
import subprocess
import sys
import unicodedata
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from darwin_assets.filter.kernels import minhash
from darwin_assets.filter.kernels.folding import N_CODE_POINTS, folding
from darwin_assets.filter.kernels.shingles import shingles_of_texts
from darwin_assets.filter.kernels.spacing import single_blanks, spacing
from darwin_assets.filter.kernels.text_column import text_column
from darwin_assets.filter.probability import best_bands, match_probability, probability_curve
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import exact_key, exact_keys, sign
from tests.shingle_reference import belongs_to_word, is_dropped, shingle_hash, shingle_list, shingle_set

SETTINGS = FilterSettings()
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
ODD_TEXT = st.text(
    st.sampled_from(
        "aB9 \t\n_-.'éÉßﬁ½²ﷺİıſΣςἈ가각हिन्दी־שָׁלוֹםภาษาไทย中文，"
        "\u00ad\u200b\u200d\u0301\u0323\u00a0\u2028\u212b\u1100\u1161"
    ),
    max_size=40,
)

SPACED_TEXT = st.text(st.sampled_from("abcdef, \t\n\x1f\x00\x7fé"), max_size=80)


def keys_of(text, settings=SETTINGS):
    return sign(pl.DataFrame({"id": ["x"], "text": [text]}), settings)["band_keys"][0].to_list()


def hashes_of(texts, n, distinct=False):
    column = text_column(pl.Series(texts, dtype=pl.String))
    hashes, starts = shingles_of_texts(column.data, column.starts, *folding(), n, distinct)
    return [hashes[start:end].tolist() for start, end in pairwise(starts)]


@pytest.mark.slow
@given(st.lists(st.one_of(ANY_TEXT, ODD_TEXT), max_size=4), st.integers(1, 6))
@hypothesis_settings(deadline=None)
def test_shingle_hashes_are_those_of_the_reference(texts, n):
    """The definition over strings, written anew: fold, cut, hash."""
    assert hashes_of(texts, n) == [[shingle_hash(one) for one in shingle_list(text, n)] for text in texts]
    distinct = hashes_of(texts, n, distinct=True)
    assert distinct == [[shingle_hash(one) for one in dict.fromkeys(shingle_list(text, n))] for text in texts]


def test_the_table_folds_every_code_point_as_its_definition_says():
    single, several = folding()
    for code in (*range(0x3400), *range(0xA000, 0xD7A4, 7), *range(0xF900, 0x1F200), *range(0x2F800, 0x2FA20)):
        if 0xD800 <= code < 0xE000:
            continue
        value = int(single[code])
        at = -2 - value
        found = tuple(several[at + 1 : at + 1 + several[at]]) if value < -1 else () if value == -1 else (value,)
        kept = (one for one in unicodedata.normalize("NFKD", chr(code)) if not is_dropped(one))
        folded = tuple(ord(one) * belongs_to_word(one) for part in kept for one in part.casefold())
        assert found == folded, hex(code)
    unassigned = (code for code in range(N_CODE_POINTS, sys.maxunicode + 1) if chr(code).isalnum())
    assert next(unassigned, None) is None


def test_shingles_fold_case_accents_and_punctuation_and_keep_numbers():
    assert shingle_set("Größe, É-tude! ﬁve", 2) == {"grosse e", "e tude", "tude five"}
    for text in ("Größe, É-tude! ﬁve", "mass 3.5 kg", "x_1 ... ", "so\u00adft", "İstanbul"):
        assert hashes_of([text], 2) == [[shingle_hash(one) for one in shingle_list(text, 2)]]
    assert hashes_of(["mass 3.5 kg"], 5) == [[shingle_hash("mass 3 5 kg")]]


def test_a_text_of_more_words_than_there_is_room_for_at_first():
    words = [f"w{number % 4000}" for number in range(9000)]
    assert hashes_of([" ".join(words)], 3, distinct=True)[0] == [
        shingle_hash(one) for one in dict.fromkeys(shingle_list(" ".join(words), 3))
    ]
    assert keys_of(" ".join(words)) != keys_of(" ".join(words[:1000]))
    assert keys_of(" ".join(words)) == keys_of(" ".join(words + words[:4000]))


@given(st.integers(0, 2**32), st.integers(1, 7000), st.integers(1, 2500))
@hypothesis_settings(deadline=None, max_examples=30)
def test_words_are_the_same_wherever_a_block_of_the_text_ends(seed, length, longest_word):
    source = random.Random(seed)
    alphabet = source.choice(("a", "ab ", "aB9 \n.", "aé ßﷺ \u0301中\u00ad-", "ﷺ", "½ é"))
    text = "".join(source.choices(alphabet, k=length))
    text = " ".join(text[at : at + longest_word] for at in range(0, length, longest_word))
    assert hashes_of([text, "x", text], 1) == [
        [shingle_hash(one) for one in shingle_list(each, 1)] for each in (text, "x", text)
    ]


@pytest.mark.parametrize(("number", "seed"), [(112, 1), (128, 7), (1, 1)])
def test_signatures_are_to_the_bit_those_of_datasketch(number, seed):
    source = random.Random(12)
    hashes = np.array([source.getrandbits(64) for _ in range(3000)], dtype=np.uint64)
    reference = MinHash(num_perm=number, seed=seed, hashfunc=int)
    reference.update_batch([int(one) >> 32 for one in hashes])
    a, b = minhash.permutations(number, seed)
    assert np.array_equal(np.array([a, b]), reference.permutations)
    least = np.empty(number, dtype=np.uint32)
    minhash.minima(hashes, hashes.size, a, b, least)
    assert np.array_equal(least, reference.hashvalues)
    for few in range(1, 6):
        reference = MinHash(num_perm=number, seed=seed, hashfunc=int)
        reference.update_batch([int(one) >> 32 for one in hashes[:few]])
        minhash.minima(hashes, few, a, b, least)
        assert np.array_equal(least, reference.hashvalues)


@pytest.mark.parametrize("width", [1, 5])
@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"w{number * number % 9973:x}" for number in range(40_000)),
        "。".join(f"光速{number}恒定" for number in range(20_000)),
        "a " * 100_000,
        " ".join(letter * 40_000 for letter in "abc"),
        "one two three four " + " " * 200_000 + "five",
        "one " + "…" * 60_000 + " two",
        " ".join(letter * 30_000 for letter in "abcdefgh") + " " * 70_000,
    ],
    ids=["words", "ideographs", "letters", "few long words", "a gap", "few words", "blanks behind"],
)
def test_a_text_that_is_read_in_pieces_is_signed_as_a_whole(text, width):
    settings = FilterSettings(shingle_words=width)
    bands, rows = settings.bands_and_rows
    hashes = np.array(hashes_of([text], width)[0], dtype=np.uint64)
    least = np.empty(bands * rows, dtype=np.uint32)
    minhash.minima(hashes, hashes.size, *minhash.permutations(bands * rows, settings.seed), least)
    assert keys_of(text, settings) == [key_of(band, least[band * rows : band * rows + rows]) for band in range(bands)]


def key_of(band, least):
    value = np.array([band + 1], dtype=np.uint64)
    for one in least:
        value = value * minhash.BASE + np.uint64(one)
    return int(np.array([minhash.mixed(value[0])], dtype=np.uint64).view(np.int64)[0])


def test_band_keys_are_equal_where_all_hashes_of_a_band_are():
    source = random.Random(13)
    words = [f"{source.getrandbits(32):x}" for _ in range(3000)]
    texts = [" ".join(words), " ".join(words[:2850] + words[:150])]
    sketches = []
    for text in texts:
        sketch = MinHash(num_perm=112, seed=1, hashfunc=int)
        sketch.update_batch([shingle_hash(one) >> 32 for one in shingle_list(text, 5)])
        sketches.append(sketch.hashvalues.reshape(14, 8))
    met = [one == other for one, other in zip(*map(keys_of, texts), strict=True)]
    assert met == np.all(sketches[0] == sketches[1], axis=1).tolist()
    assert any(met)
    assert not all(met)


@pytest.mark.slow
def test_keys_are_the_same_in_every_process():
    text = "Keys outlive the process that made them, on any machine."
    program = (
        "import polars as pl;"
        "from darwin_assets.filter.settings import FilterSettings;"
        "from darwin_assets.filter.signatures import sign;"
        f"print(sign(pl.DataFrame({{'id': ['x'], 'text': [{text!r}]}}), FilterSettings())['band_keys'][0].to_list())"
    )
    other = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONHASHSEED": "1"}, capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == str(keys_of(text))
    assert keys_of(text)[0] == 166048175002683430
    assert exact_key(" a\tb\n") == hashlib.sha256(b"a b").hexdigest()


@pytest.mark.slow
@given(st.lists(st.one_of(ANY_TEXT, ODD_TEXT, SPACED_TEXT), max_size=5))
@hypothesis_settings(deadline=None)
def test_the_fast_exact_key_is_the_plain_one(texts):
    assert list(exact_keys(text_column(pl.Series(texts, dtype=pl.String)))) == list(map(exact_key, texts))


@given(st.one_of(ANY_TEXT, ODD_TEXT))
@hypothesis_settings(deadline=None)
def test_a_text_that_is_not_unsure_is_in_form_nfc(text):
    column = text_column(pl.Series([text], dtype=pl.String))
    _, _, unsure = single_blanks(column.data, column.starts, spacing())
    assert unsure[0] or unicodedata.normalize("NFC", text) == text


def test_a_text_without_words_has_no_band_keys_and_nothing_to_sign_is_no_error():
    assert keys_of("... !") == []
    assert sign(pl.DataFrame(schema={"id": pl.String, "text": pl.String}), SETTINGS).height == 0


@pytest.mark.parametrize(("threshold", "number"), [(0.5, 128), (0.6, 250), (0.7, 112), (0.8, 128), (0.9, 64)])
def test_the_best_bands_are_those_of_datasketch(threshold, number):
    reference = MinHashLSH(threshold=threshold, num_perm=number)
    assert best_bands(threshold, number) == (reference.b, reference.r)


def test_the_curve_runs_from_nothing_to_certainty_and_never_falls():
    curve = probability_curve(14, 8)
    assert [curve[0], curve[-1]] == [(0.0, 0.0), (1.0, 1.0)]
    assert [chance for _, chance in curve] == sorted(chance for _, chance in curve)
    assert dict(curve)[0.8] == match_probability(0.8, 14, 8)


def test_permutations_choose_bands_and_contradict_them():
    settings = FilterSettings(permutations=250, min_jaccard=0.6)
    assert settings.bands_and_rows == (31, 8)
    assert len(keys_of("some words in a text", settings)) == 31
    with pytest.raises(ValueError, match="either permutations or bands and rows"):
        FilterSettings(permutations=128, bands=14)
