import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from darwin_assets.annotate import light_model as light
from darwin_assets.annotate.embedding import DIMENSIONS, embed, embedding_version, words_of
from darwin_assets.annotate.style import NAMES, style

WITHOUT_NETWORK = """
import logging, socket, sys

def refuse(*arguments, **options):
    raise AssertionError("the light model used the network")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from darwin_assets.annotate.light_model import light_model
assert light_model().probabilities(["The force on a mass in a field."])["discipline"].shape == (1, 9)
heavy = {"wordllama", "requests", "torch", "pandas", "huggingface_hub"} & set(sys.modules)
assert not heavy, heavy
assert not logging.getLogger().handlers, "a library configured the root logger"
"""


def test_the_model_needs_no_network_no_cache_and_no_heavy_import(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NETWORK], env=environment, capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


def test_an_embedding_does_not_depend_on_its_neighbours() -> None:
    texts = ["Acids and bases react.", "", "A much longer text about the kings of the island. " * 30]
    together = embed(texts)
    assert np.array_equal(together, np.vstack([embed([text]) for text in texts]))
    assert together.shape == (3, DIMENSIONS)
    assert np.linalg.norm(together, axis=1) == pytest.approx([1.0, 0.0, 1.0])


def test_words_are_what_is_left_without_formulas_commands_and_addresses() -> None:
    text = r"# The field $E = mc^2$ is \emph{small}, see [here](https://a.org) and $$\int f$$ **12** times"
    assert words_of(text) == "The field is small see here and times"


def test_style_tells_lists_prose_and_formulas_apart() -> None:
    index = {name: position for position, name in enumerate(NAMES)}
    navigation, prose = (
        style("- Home\n- About\n- Contact"),
        style("We saw him. He said that it was the end of it."),
    )
    assert navigation[index["bullet_lines"]] == 1.0 > prose[index["bullet_lines"]]
    assert prose[index["third_person"]] > 0 == navigation[index["third_person"]]
    assert style("so $a + b = c$ holds")[index["formula_chars"]] > 0.7
    assert style("12 34") == pytest.approx(np.zeros(len(NAMES)))


def test_training_twice_gives_the_same_model() -> None:
    pairs = {"education_level": light.examples_of("education_level")}
    first, second = light.train(pairs), light.train(pairs)
    assert np.array_equal(first.heads["education_level"].weights, second.heads["education_level"].weights)


def test_the_fingerprint_follows_examples_package_and_version(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprints = set()
    for name, value in (
        ("VERSION", light.VERSION),
        ("VERSION", "next"),
        ("embedding_version", lambda: "wordllama/9"),
        ("examples_sha256", lambda: "0" * 64),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(light, name, value)
            light.fingerprint.cache_clear()
            fingerprints.add(light.fingerprint())
    light.fingerprint.cache_clear()
    assert len(fingerprints) == 4
    assert light.annotator() == f"darwin-light/{light.VERSION} {embedding_version()} {light.fingerprint()}"


@pytest.mark.parametrize(
    ("label_set", "least"),
    [("discipline", 0.85), ("document_type", 0.65), ("education_level", 0.65), ("education_score", 0.6)],
)
def test_passages_left_out_of_training_are_labelled_as_well_as_the_documentation_says(
    label_set: str, least: float
) -> None:
    pairs = light.examples_of(label_set)
    hits = 0
    for fold in range(3):
        model = light.train({label_set: [pair for i, pair in enumerate(pairs) if i % 3 != fold]})
        tested = pairs[fold::3]
        best = model.probabilities([text for text, _ in tested])[label_set].argmax(axis=1)
        hits += sum(model.heads[label_set].labels[i] == label for i, (_, label) in zip(best, tested, strict=True))
    assert hits / len(pairs) >= least
