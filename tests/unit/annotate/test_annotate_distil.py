import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from darwin_assets.annotate.annotate import annotate
from darwin_assets.annotate.distil.classifier import calibrate, load
from darwin_assets.annotate.distil.distil import distil, write
from darwin_assets.annotate.distil.labels import LabelledTexts, labelled_texts, part_of, read_frame
from darwin_assets.annotate.documents import read_documents
from darwin_assets.annotate.examples import passages
from darwin_assets.annotate.settings import AnnotateSettings

SETTINGS = AnnotateSettings()


def frame() -> pl.DataFrame:
    pairs = [(text, label) for label in ("chemistry", "medicine") for text in passages("discipline", label)]
    return pl.DataFrame(
        {"id": [f"d{i}" for i in range(len(pairs))], "text": [a for a, _ in pairs], "label": [b for _, b in pairs]}
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "subjects"
    write(distil(labelled_texts(frame(), "text", "label", "id"), "subjects", SETTINGS), folder, "the authors")
    return folder


def test_the_split_follows_the_id_and_has_the_shares_it_says() -> None:
    parts = pl.Series([part_of(f"document {i}") for i in range(20_000)]).value_counts(normalize=True)
    shares = dict(parts.iter_rows())
    assert shares == pytest.approx({"train": 0.7, "calibration": 0.1, "test": 0.2}, abs=0.01)


def test_a_text_stands_on_one_side_only_and_rows_that_say_nothing_are_left_out() -> None:
    more = pl.concat(
        [
            frame(),
            frame().with_columns(id="id" + pl.lit(" again")),
            frame().head(3).with_columns(label=pl.lit("abstain")),
        ]
    )
    texts = labelled_texts(more.with_columns(id=pl.int_range(pl.len()).cast(pl.String)), "text", "label", "id")
    assert texts.rows.height == frame().height
    assert texts.dropped == more.height - frame().height
    assert sum(texts.part(part).height for part in ("train", "calibration", "test")) == frame().height


def test_labels_that_cannot_be_trained_on_are_refused_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no column grade; the file has id, text, label"):
        labelled_texts(frame(), "text", "grade", None)
    with pytest.raises(ValueError, match="too few of medicine"):
        labelled_texts(frame().filter(pl.col("label") == "chemistry").vstack(frame().tail(9)), "text", "label", None)
    with pytest.raises(ValueError, match="only chemistry"):
        labelled_texts(frame().filter(pl.col("label") == "chemistry"), "text", "label", None)
    with pytest.raises(ValueError, match=r"parquet or \.jsonl"):
        read_frame(tmp_path / "labels.csv")


def test_a_label_and_an_id_may_come_late(tmp_path: Path) -> None:
    unlabelled = [json.dumps({"id": place, "text": "a", "label": None}) for place in range(120)]
    labelled = json.dumps({"id": "https://site.example", "text": "a", "label": "good"})
    (tmp_path / "labels.jsonl").write_text("\n".join([*unlabelled, labelled]))
    assert read_frame(tmp_path / "labels.jsonl").select("id", "label").row(-1) == ("https://site.example", "good")


@pytest.mark.parametrize("name", ["labels.jsonl", "labels.parquet"])
def test_a_broken_file_is_named_and_not_quoted(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"text": "a"}\n{"text": "a secret\n')
    with pytest.raises(ValueError, match=f"{name} cannot be read") as raised:
        read_frame(tmp_path / name)
    assert "secret" not in str(raised.value)


def test_the_same_labels_give_the_same_model_and_it_learns_them() -> None:
    texts = labelled_texts(frame(), "text", "label", "id")
    first, second = distil(texts, "subjects", SETTINGS), distil(texts, "subjects", SETTINGS)
    assert np.array_equal(first.model.sparse, second.model.sparse)
    assert first.report == second.report
    assert first.report.accuracy.value >= 0.8
    assert first.report.auc["chemistry"].value >= 0.9
    assert first.report.n == texts.part("test").height


def test_labels_by_lot_are_learned_no_better_than_by_chance() -> None:
    lot = frame().with_columns(label=pl.Series(np.random.default_rng(3).permutation(frame()["label"].to_list())))
    report = distil(labelled_texts(lot, "text", "label", "id"), "lot", SETTINGS).report
    assert report.accuracy.low < 0.5 < report.accuracy.high


def test_the_folder_holds_weights_card_and_plot_and_the_scores_stand_in_one_column(trained: Path) -> None:
    card, plot = (trained / "card.md").read_text(), ET.fromstring((trained / "calibration.svg").read_text())
    assert "labels by the authors" in card
    assert load(str(trained)).data_sha256 in card
    assert len(plot.findall("{http://www.w3.org/2000/svg}circle")) >= 1

    rows = pl.DataFrame(
        {"id": ["a", "b"], "text": ["Titrate the acid with sodium hydroxide and find its molarity.", "12 34"]}
    ).with_columns(document_kind=pl.lit(None, pl.String), media_type=pl.lit("text/plain"))
    labelled = annotate(rows, AnnotateSettings(models=(str(trained),)))
    acid, numbers = labelled["scores"].to_list()
    assert [one["label"] for one in acid] == ["chemistry", "medicine"]
    assert sum(one["score"] for one in acid) == pytest.approx(1.0, abs=1e-3)
    assert acid[0]["score"] > 0.5
    assert numbers == []
    assert load(str(trained)).identity in labelled["annotator"][0]
    assert labelled.schema == annotate(rows, SETTINGS).schema


def test_a_saved_model_answers_as_the_one_that_was_trained(trained: Path) -> None:
    model = distil(labelled_texts(frame(), "text", "label", "id"), "subjects", SETTINGS).model
    documents = read_documents(frame().select("text"), SETTINGS)
    assert np.array_equal(load(str(trained)).probabilities(documents), model.probabilities(documents))


def test_a_model_of_another_embedding_or_none_or_twice_is_refused(trained: Path, tmp_path: Path) -> None:
    rows = pl.DataFrame({"id": ["a"], "text": ["acid"], "document_kind": ["web"], "media_type": ["text/plain"]})
    with pytest.raises(ValueError, match="two models have the same name"):
        annotate(rows, AnnotateSettings(models=(str(trained), str(trained))))
    with pytest.raises(ValueError, match="holds no model"):
        annotate(rows, AnnotateSettings(models=(str(tmp_path),)))
    for name in ("model.safetensors", "model.json"):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    card = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps(card | {"embedding": "other/1"}))
    with pytest.raises(ValueError, match="train it again"):
        annotate(rows, AnnotateSettings(models=(str(tmp_path),)))


def test_the_temperature_makes_an_overconfident_model_modest() -> None:
    texts: LabelledTexts = labelled_texts(frame(), "text", "label", "id")
    model = distil(texts, "subjects", SETTINGS).model
    documents = read_documents(texts.rows.select("text"), SETTINGS)
    labels = texts.rows["label"].to_list()
    half_wrong = [labels[(i + len(labels) // 2) % len(labels)] if i % 2 else label for i, label in enumerate(labels)]
    assert calibrate(model, documents, half_wrong).temperature > calibrate(model, documents, labels).temperature
    assert (
        calibrate(model, documents.__class__(documents.rows.head(0), documents.windows, documents.first_window[:1]), [])
        == model
    )
