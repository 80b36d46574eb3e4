"""`darwin annotator`: files in, a model or a verdict out."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from darwin_assets.annotate.distil.classifier import load
from darwin_assets.annotate.examples import passages
from darwin_assets.annotate.perplexity import load as load_perplexity
from darwin_assets.cli.annotator import AnnotatorError, app

RUNNER = CliRunner()


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    pairs = [
        (text, label)
        for label in ("pos", "neg")
        for text in passages("discipline", {"pos": "physics", "neg": "biology"}[label])
    ]
    path = tmp_path / "labels.jsonl"
    pl.DataFrame({"text": [a for a, _ in pairs], "label": [b for _, b in pairs]}).write_ndjson(path)
    return path


@pytest.mark.slow
def test_train_writes_a_model_that_loads_and_says_how_good_it_is(labels: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    done = RUNNER.invoke(app, ["train", str(labels), "--out", str(folder), "--name", "subject", "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["auc"]["pos"]["value"] > 0.8
    assert report["identity"] == load(str(folder)).identity
    assert {path.name for path in folder.iterdir()} == {"model.safetensors", "model.json", "card.md", "calibration.svg"}


def test_train_says_the_same_in_words(labels: Path, tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["train", str(labels), "--out", str(tmp_path / "m"), "--name", "subject"])
    assert done.exit_code == 0, done.output
    assert "AUC pos" in done.output
    assert "annotate.models" in done.output


def test_train_a_perplexity_model_of_own_texts(labels: Path, tmp_path: Path) -> None:
    arguments = ["train", str(labels), "--out", str(tmp_path / "p"), "--name", "own", "--kind", "perplexity", "--json"]
    done = RUNNER.invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert load_perplexity(str(tmp_path / "p")).identity == json.loads(done.stdout)["identity"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kind", "oracle"], "--kind is classifier or perplexity"),
        (["--label", "grade"], "no column grade"),
        (["--kind", "perplexity", "--text", "body"], "no column body"),
    ],
)
def test_what_cannot_be_trained_is_an_error_that_says_why(
    labels: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = RUNNER.invoke(app, ["train", str(labels), "--out", str(tmp_path / "x"), "--name", "x", *arguments])
    assert isinstance(done.exception, AnnotatorError)
    assert message in str(done.exception)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(("bias", "code"), [(0.0, 0), (3.0, 1)])
def test_compare_ends_with_the_alarm(tmp_path: Path, bias: float, code: int) -> None:
    chance = np.random.default_rng(2)
    quality = chance.normal(size=400)
    site = np.arange(400) % 4
    scores = pl.DataFrame(
        {
            "ours": quality + chance.normal(scale=0.3, size=400) + bias * (site == 0),
            "theirs": quality + chance.normal(scale=0.3, size=400),
            "source": [f"site-{number}" for number in site],
            "n_chars": chance.integers(100, 9000, 400),
        }
    )
    scores.write_parquet(tmp_path / "scores.parquet")
    arguments = ["compare", str(tmp_path / "scores.parquet"), "--first", "ours", "--second", "theirs"]
    done = RUNNER.invoke(app, arguments)
    assert done.exit_code == code, done.output
    assert ("alarm: source site-0" in done.output) == bool(code)
    found = json.loads(RUNNER.invoke(app, [*arguments, "--json"]).stdout)
    assert found["alarm"] == bool(code)
