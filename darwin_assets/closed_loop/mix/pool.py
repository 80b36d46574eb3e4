"""What may be drawn: labelled rows, published as they were labelled, that repeat no benchmark (papers.md §2.5, C15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from darwin_assets.benchmark_gate import BenchmarkGate
from darwin_assets.closed_loop.actions import Action
from darwin_assets.closed_loop.mix.cluster import clusters, signatures
from darwin_assets.closed_loop.mix.draw import POOL
from darwin_assets.closed_loop.mix.settings import MixSettings
from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE
from darwin_assets.filter.signatures import SIGNATURE
from darwin_assets.promotion import find_publication, read_published
from resources.errors import Conflict, Unpublished
from resources.gate_ledger import GateLedger
from resources.lake import Lake

UNPUBLISHED, THIN, REMOVED = "mix.unpublished", "mix.density", "mix.removed"
"""A labelled row that is no longer published, or with another text; one below the least density of supervision; and one that
a proposed action removes."""


@dataclass(frozen=True)
class Pool:
    """`rows` in POOL, by id. `left_out`: reason → labelled rows; `n_leaks` of them repeat a benchmark."""

    rows: pl.DataFrame
    left_out: dict[str, int]
    n_leaks: int


def labelled_rows(lake: Lake, level: str) -> pl.DataFrame:
    """The AFFORDANCES of a level, of all batches, by id; `row_batch` is that of the row."""
    table = AFFORDANCES_TABLE
    rows = lake.scan(table.zone, table.name, lake.version(table.zone, table.name)).filter(pl.col("level") == level)
    return lake.collect(rows, "read affordances").rename({"batch": "row_batch"}).sort("id")


def standing(lake: Lake, ledger: GateLedger, rows: pl.DataFrame) -> str:
    """Names what is published now of the batches of some rows (level, row_batch): the verdict of each."""
    told = []
    for level, batch in rows.select("level", "row_batch").unique().sort("level", "row_batch").iter_rows():
        found = find_publication(lake, ledger, level, batch)
        told.append(f"{level}/{batch}={found.verdict.verdict if found else None}")
    return ",".join(told)


def read_pool(
    lake: Lake, ledger: GateLedger, labelled: pl.DataFrame, gate: BenchmarkGate, settings: MixSettings,
    actions: Sequence[Action],
) -> Pool:  # fmt: skip
    """The pool of labelled rows, without those that one of the actions removes; texts are in memory a batch at a time.
    Unpublished where none is as it was labelled; Conflict where rows go while they are read.
    """
    removed = [one for action in actions if action.action == "remove" for one in action.rows.get(settings.level, ())]
    stay = labelled.filter(~pl.col("id").is_in(removed))
    dense = stay.filter(pl.col("supervision_density") >= settings.min_supervision_density)
    leaks = Counter[str]()
    kept, signed = [labelled.clear()], [pl.DataFrame(schema=SIGNATURE)]
    for rows in read_texts(lake, ledger, dense):
        removals = gate.find(rows, by_meaning=True).removals
        leaks.update(removals["reasons"].list.first())
        clean = rows.join(removals, on="id", how="anti", maintain_order="left")
        kept.append(clean.select(labelled.columns))
        signed.append(signatures(clean, settings))
    rows = pl.concat(kept)
    n_unpublished = dense.height - rows.height - leaks.total()
    if dense.height and n_unpublished == dense.height:
        raise Unpublished("labels are of rows no longer published: materialize data_affordances first")

    def texts_of(wanted: pl.DataFrame) -> Iterable[pl.DataFrame]:
        return read_texts(lake, ledger, rows.join(wanted, on="id", how="semi"))

    try:
        clustered = clusters(pl.concat(signed), texts_of, settings)
    except LookupError:
        raise Conflict("rows were taken down or published anew while they were compared: run it again") from None
    pool = rows.join(clustered, on="id").sort("id").select(list(POOL))
    others = {
        REMOVED: labelled.height - stay.height,
        THIN: stay.height - dense.height,
        UNPUBLISHED: n_unpublished,
    }
    most_first = sorted({**leaks, **others}.items(), key=lambda one: (-one[1], one[0]))
    return Pool(pool, {reason: n for reason, n in most_first if n}, leaks.total())


def read_texts(lake: Lake, ledger: GateLedger, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows (id, row_batch, level, text_sha256, ...) with their published text, a batch at a time; `question` and `answer`
    too where the level has them. Those that are not published with this text are missing.
    """
    from darwin_assets.textbook_reasoning.pair import answer, question

    for (level, batch), part in rows.group_by("level", "row_batch", maintain_order=True):
        found = find_publication(lake, ledger, str(level), str(batch))
        if found is None:
            continue
        known = lake.scan("published", found.level, found.version).collect_schema()
        parts = ["question_chars"] if "question_chars" in known else []
        texts = read_published(lake, found, ["id", "text_sha256", "text", *parts])
        read = part.join(texts, on=["id", "text_sha256"], maintain_order="left")
        yield read.with_columns(question(), answer()) if parts else read
