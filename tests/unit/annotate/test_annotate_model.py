import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from darwin_assets.annotate import light_model as light
from darwin_assets.annotate.embedding import embedding_version
from darwin_assets.annotate.reading import read

WITHOUT_NETWORK = """
import logging, socket, sys

def refuse(*arguments, **options):
    raise AssertionError("the light model used the network")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from darwin_assets.annotate.light_model import light_model
from darwin_assets.annotate.reading import read
assert light_model().probabilities(read(["The force on a mass in a field."]))["discipline"].shape == (1, 9)
heavy = {"wordllama", "requests", "torch", "pandas", "huggingface_hub", "polars"} & set(sys.modules)
assert not heavy, heavy
assert not logging.getLogger().handlers, "a library configured the root logger"
"""


@pytest.mark.slow
def test_the_model_needs_no_network_no_cache_and_no_heavy_import(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NETWORK], env=environment, capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("label_set", "least"),
    [
        ("discipline", 0.85),
        ("document_type", 0.65),
        ("education_level", 0.65),
        ("education_score", 0.6),
        ("toxicity", 0.95),
    ],
)
def test_passages_left_out_of_training_are_labelled_as_well_as_the_documentation_says(
    label_set: str, least: float
) -> None:
    pairs = light.examples_of(label_set)
    hits = 0
    for fold in range(3):
        model = light.train({label_set: [pair for i, pair in enumerate(pairs) if i % 3 != fold]})
        tested = pairs[fold::3]
        best = model.probabilities(read([text for text, _ in tested]))[label_set].argmax(axis=1)
        hits += sum(model.heads[label_set].labels[i] == label for i, (_, label) in zip(best, tested, strict=True))
    assert hits / len(pairs) >= least
