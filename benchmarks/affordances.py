"""Labels of real documents and questions: `python -m benchmarks.affordances ../shared/data [FOLDER] [--rows 200] [--seed 1]`.

Documents are what L1 to L3 make of textbooks, papers and pages, questions what Q1 finds in them. Prints rows and bytes a CPU
second on one thread and how often each label is given; with a folder, a seeded sample with text and labels to be read by eye.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path

import polars as pl

from benchmarks import real_documents
from darwin_assets.annotate.annotate import annotate
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.closed_loop.affordance.label import LEVELS, READ, Level, label_rows
from darwin_assets.closed_loop.affordance.settings import AffordanceSettings
from darwin_assets.contract import text_sha256
from darwin_assets.textbook_reasoning.extract.found import extract
from darwin_assets.textbook_reasoning.extract.settings import ExtractSettings
from darwin_assets.textbook_reasoning.pair import Pair

ABOUT_FILES = r"/(?:SOURCE|README)\.md|/(?:LICENSE|COPYING)"
FIELDS = ("content_world", "discourse", "supervision_density", "symbols", "operations")
SHARE_OF_QUESTIONS = 0.7
"""Of the rows to be read."""


def documents(data: Path) -> pl.DataFrame:
    """Rows as L3 publishes them, without PDF and WARC files."""
    found = [
        (hashlib.sha256(name.encode()).hexdigest()[:32], name, media_type, text)
        for name, media_type, _, text in real_documents.readable(data)
        if name.startswith(("textbooks", "papers", "html"))
    ]
    rows = pl.DataFrame(found, schema=["id", "uri", "media_type", "text"], orient="row")
    rows = rows.filter(~pl.col("uri").str.contains(ABOUT_FILES)).with_columns(document_kind=pl.lit(None, pl.String))
    labelled = annotate(rows, AnnotateSettings())
    return _published(rows.join(labelled, on="id").filter(pl.col("rejected_by").is_null()))


def questions(documents: pl.DataFrame) -> pl.DataFrame:
    """Rows as Q1 finds them, in the columns that Q5 publishes."""
    found = [
        {"id": f"{row}:{one.ordinal}", "text": Pair(one.question, one.answer or "").text, "discipline": discipline,
         "question_chars": len(one.question), "question_kind": one.kind, "uri": uri}
        for row, uri, text, discipline in documents.select("id", "uri", "text", "discipline").iter_rows()
        for one in extract(text, ExtractSettings())
        if one.rejection is None
    ]  # fmt: skip
    return _published(pl.DataFrame(found))


def _published(rows: pl.DataFrame) -> pl.DataFrame:
    hashes = [text_sha256(text) for text in rows["text"]]
    parts = {"root_id": pl.col("id").str.split(":").list.first(), "source": pl.col("uri").str.split("/").list.get(1)}
    return rows.with_columns(**parts, licence=pl.lit(None, pl.String), text_sha256=pl.Series(hashes))


def measured(rows: pl.DataFrame, level: Level) -> tuple[pl.DataFrame, dict[str, object]]:
    """The labels, and how fast and how often they are given."""
    label_rows(rows.head(1).select(READ[level]), level, AffordanceSettings())
    begun = time.process_time()
    labelled = label_rows(rows.select(READ[level]), level, AffordanceSettings())
    seconds = time.process_time() - begun
    shares = {field: _shares(labelled, field) for field in FIELDS}
    n_bytes = int(rows["text"].str.len_bytes().sum())
    rates = {
        "rows": rows.height,
        "rows_per_second": round(rows.height / seconds),
        "mb_per_second": n_bytes / seconds / 1e6,
    }
    return labelled, {"level": level, **rates, "shares": shares}


def _shares(labelled: pl.DataFrame, field: str) -> dict[str, float]:
    values = labelled.explode(field)[field] if labelled.schema[field].is_nested() else labelled[field]
    counts = values.value_counts(sort=True, name="n").sort("n", field, descending=[True, False])
    return {str(value): round(n / labelled.height, 3) for value, n in counts.iter_rows()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = documents(given.data)
    for level, rows in zip(LEVELS, (found, questions(found)), strict=True):
        labelled, told = measured(rows, level)
        print(json.dumps(told, indent=1))
        if given.folder:
            share = SHARE_OF_QUESTIONS if level == "Q5" else 1 - SHARE_OF_QUESTIONS
            sample = rows.select("id", "uri", "text").join(labelled, on="id").sort("id")
            sample = sample.sample(min(round(share * given.rows), sample.height), seed=given.seed, shuffle=True)
            given.folder.mkdir(parents=True, exist_ok=True)
            sample.write_parquet(given.folder / f"affordances_{level}.parquet")


if __name__ == "__main__":
    main()
