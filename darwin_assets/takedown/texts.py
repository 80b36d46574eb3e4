"""The texts that a take-down erases and those that stay, as bytes: what its proof is made from before anything is gone."""

from collections.abc import Iterator
from functools import partial

import polars as pl

from darwin_assets.decontamination.registry import read_registry
from darwin_assets.levels import BUILT, TABLES
from darwin_assets.project import Project
from darwin_assets.recipe import load_recipe
from darwin_assets.takedown.plan import Plan
from resources.erasing import ANSWERS, ROW_ID_DIGITS, find_answers, newest
from resources.errors import LakeError

WITH_TEXT = tuple((zone, level) for level in TABLES[1:] for zone in ("published", "candidate"))
LANDED = ("landed", "files")


def erased_texts(project: Project, plan: Plan) -> Iterator[bytes]:
    """Texts of all levels, what language models answered about them, and the documents as they were landed."""
    ours = pl.col("id").is_in(plan.ids["id"].implode())
    for zone, level in WITH_TEXT:
        for text in newest(project.lake, zone, level, lambda rows: rows.filter(ours).select("text"))[
            "text"
        ].drop_nulls():
            yield text.encode("utf-8", "surrogatepass")
    keys = find_answers(project.lake, plan.ids["id"].to_list())["request_key"]
    asked = pl.col("request_key").is_in(keys.implode())
    for answer in newest(project.lake, *ANSWERS, lambda rows: rows.filter(asked).select("text"))["text"].drop_nulls():
        yield answer.encode("utf-8", "surrogatepass")
    files = plan.roots.rename({"landed_id": "id"}).select("id", "path", "raw_sha256", "locator")
    yield from (data for _, data in _records(project, files))


def staying_texts(project: Project, plan: Plan) -> Iterator[tuple[str, bytes]]:
    """(row id, text) of everything that does not go: of all levels, answers about it, and the files as they were landed.

    Each text once, under the id of one row that has it; and the registered benchmarks.
    """
    gone = pl.DataFrame({"id": plan.ids["id"].unique()}).lazy()
    seen = pl.DataFrame(schema={"text_sha256": pl.String()})
    for zone, level in WITH_TEXT:
        for batch in project.lake.batches(zone, level):
            rows = newest(
                project.lake, zone, level, partial(_staying, batch=batch, seen=seen.lazy(), gone=gone, plan=plan)
            )
            seen = pl.concat([seen, rows.select("text_sha256")])
            yield from _encoded(rows)
    for prompt in newest(project.lake, *ANSWERS, lambda rows: rows.select("prompt_id").unique())["prompt_id"].sort():
        yield from _encoded(newest(project.lake, *ANSWERS, partial(_about, prompt=prompt, gone=gone)))
    going = plan.roots.select(id="landed_id", locator=pl.col("locator").fill_null(""))
    documents = newest(project.lake, "published", BUILT[0], lambda rows: rows.select(
        row="id", id=pl.col("parents").list.first(), path="path", raw_sha256="raw_sha256", locator="locator"
    ))  # fmt: skip
    files = documents.join(going, on=["id", "locator"], how="anti", nulls_equal=True)
    yield from _benchmarks(project)
    yield from _records(project, files)
    yield from _unopened(project, pl.concat([documents["id"], going["id"]]))


def _benchmarks(project: Project) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of the registered benchmarks: what a document repeats of one is not the document's."""
    manifest = project.work.benchmarks_path()
    if not manifest.is_file():
        return
    for benchmark in read_registry(manifest).benchmark:
        for name in benchmark.files:
            if (manifest.parent / name).is_file():
                yield f"benchmarks/{name}", (manifest.parent / name).read_bytes()


def _unopened(project: Project, known: pl.Series) -> Iterator[tuple[str, bytes]]:
    """(landed id, bytes) of what is in files that have landed and are no documents yet."""
    from darwin_assets.acquire.expand import expand

    settings = load_recipe(project.work.recipe_path()).acquire
    new = ~pl.col("id").is_in(known.implode()) & pl.col("raw_sha256").is_not_null()
    files = newest(project.lake, *LANDED, lambda rows: rows.filter(new).select("id", "path", "raw_sha256"))
    for landed, path, sha256 in files.iter_rows():
        try:
            with project.raw.local_path(sha256) as file:
                for record in expand(file, path, settings):
                    yield landed, record.data
        except LakeError:
            continue  # removed by another take-down


def _staying(rows: pl.LazyFrame, batch: str, seen: pl.LazyFrame, gone: pl.LazyFrame, plan: Plan) -> pl.LazyFrame:
    here = rows.filter((pl.col("batch") == batch) & ~pl.col("root_id").is_in(plan.root_ids))
    new = here.select("id", "text", "text_sha256").drop_nulls().join(gone, on="id", how="anti")
    return new.unique("text_sha256", keep="first").join(seen, on="text_sha256", how="anti")


def _about(answers: pl.LazyFrame, prompt: str, gone: pl.LazyFrame) -> pl.LazyFrame:
    """Answers about rows that stay."""
    here = answers.filter(pl.col("prompt_id") == prompt)
    rows = here.select("text", id=pl.col("request_key").str.slice(0, ROW_ID_DIGITS)).drop_nulls()
    return rows.join(gone, on="id", how="anti")


def _encoded(rows: pl.DataFrame) -> Iterator[tuple[str, bytes]]:
    for row, text in rows.select("id", "text").iter_rows():
        yield row, text.encode("utf-8", "surrogatepass")


def _records(project: Project, documents: pl.DataFrame) -> Iterator[tuple[str, bytes]]:
    """(row or landed id, bytes) of documents (id, path, raw_sha256, locator), each file opened once."""
    from darwin_assets.acquire.expand import read

    settings = load_recipe(project.work.recipe_path()).acquire
    for (sha256, path), part in documents.drop_nulls("raw_sha256").group_by("raw_sha256", "path", maintain_order=True):
        name = "row" if "row" in part.columns else "id"
        rows = dict(part.select(pl.col("locator").fill_null(""), name).iter_rows())
        try:
            with project.raw.local_path(str(sha256)) as file:
                for record in read(file, str(path), set(rows), settings):
                    yield rows.get(record.locator, ""), record.data
        except LakeError:
            continue  # removed by an earlier take-down or by this one
