from pathlib import Path

import numpy as np
import pytest

from darwin_assets.annotate.characters import ASIDE
from darwin_assets.annotate.perplexity import N_CLASSES, fit_counts, grams, load, packaged_model, save, train

ENGLISH = "The river rose in the night, and in the morning the fields on both banks stood under water."


def perplexity(model, *texts: str) -> list[float]:
    encoded = [text.encode() for text in texts]
    starts = np.cumsum([0, *map(len, encoded)])
    return model.perplexity(np.frombuffer(b"".join(encoded), np.uint8), starts).tolist()


def test_after_any_three_characters_the_probabilities_sum_to_one() -> None:
    chances = np.exp(fit_counts(["abracadabra", "The end. 12 34\n"]).astype(np.float64)).reshape(-1, N_CLASSES)
    assert chances.sum(axis=1) == pytest.approx(np.ones(N_CLASSES**3), abs=1e-5)
    assert chances.min() > 0


def test_witten_bell_by_hand() -> None:
    """ "aaab": after aaa only b was seen, once; below stand the models of three, two and one characters."""
    chances = np.exp(fit_counts(["aaab"]).astype(np.float64)).reshape(N_CLASSES, N_CLASSES, N_CLASSES, N_CLASSES)
    # only grams of four characters are counted, so each shorter context has seen b alone, once
    one = (1 + 1 / N_CLASSES) / 2
    two, three = (1 + one) / 2, (1 + (1 + one) / 2) / 2
    four = (1 + three) / 2
    assert chances[0, 0, 0, 1] == pytest.approx(four, abs=1e-6)
    assert chances[0, 0, 0, 0] == pytest.approx((1 - four) / (N_CLASSES - 1), abs=1e-6)
    assert chances[5, 5, 0, 1] == pytest.approx(two, abs=1e-6)


def test_grams_number_four_characters_and_never_reach_over_two_texts() -> None:
    assert grams(np.frombuffer(b"ABCD", np.uint8)).tolist() == [((0 * 32 + 1) * 32 + 2) * 32 + 3]
    model = packaged_model()
    assert perplexity(model, ENGLISH, "xqz" * 9, ENGLISH) == perplexity(model, ENGLISH) + perplexity(
        model, "xqz" * 9
    ) + perplexity(model, ENGLISH)


def test_gibberish_lies_above_the_band_and_english_inside() -> None:
    model = packaged_model()
    low, high = model.band(5, 95)
    english, german, gibberish, short = perplexity(
        model, ENGLISH, "Der Fluß trat in der Nacht über die Ufer.", "wxq kzzv bqpf jjxk vvqz wkxj", "ab"
    )
    assert low < english < high < gibberish
    assert english < german < gibberish
    assert np.isnan(short)


def test_a_model_of_own_texts_knows_them_and_survives_its_folder(tmp_path: Path) -> None:
    german = [
        f"Der Zug nach Norden hält an der Haltestelle {word} nicht mehr." for word in ["eins", "zwei", "drei", "vier"]
    ]
    own = train(german * 5, "bahn")
    save(own, tmp_path)
    loaded = load(str(tmp_path))
    assert loaded.identity == own.identity
    assert np.array_equal(loaded.log_probabilities, own.log_probabilities)
    assert perplexity(loaded, german[0])[0] < perplexity(packaged_model(), german[0])[0]


def test_percentiles_are_of_the_text_that_documents_are_scored_on() -> None:
    bare = [ENGLISH.replace("night", word) for word in ("dawn", "rain", "spring", "dark", "frost")] * 2
    with_formulas = [text.replace(" and ", r" $\frac{x^{2}}{\sqrt{y_{0}}}$ and ") for text in bare]
    assert train(with_formulas).band(5, 95) == train([ASIDE.sub(" ", text) for text in with_formulas]).band(5, 95)


def test_what_cannot_be_used_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="darwin annotator train"):
        load(str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="at least 10"):
        train(["one text"])
