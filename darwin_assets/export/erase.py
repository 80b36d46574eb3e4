"""Takes rows back out of exports: for take-downs, which name documents of L0."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import polars as pl

from darwin_assets.export import files
from darwin_assets.export.attribution import attribution_md
from darwin_assets.export.copies import copies_of
from darwin_assets.export.formats import FORMATS
from resources.chain import Chain
from resources.errors import LakeError
from resources.export_store import MANIFEST, ExportStore
from resources.lake import Lake


@dataclass(frozen=True)
class ErasedExport:
    """What was taken out of one export. `copies`: folders that it was copied to, which nobody can reach from here."""

    name: str
    n_rows: int
    copies: tuple[str, ...]


def exports_with(lake: Lake, root_ids: Collection[str], ids: Collection[str] = ()) -> dict[str, int]:
    """Export → lines that were made from any of these documents of L0, or are one of the rows `ids`; exports without one are
    left out.
    """
    store = ExportStore(lake)
    found = {name: int(_made_from(_index(store, name), root_ids, ids).sum()) for name in store.names()}
    return {name: n for name, n in found.items() if n}


def erase_rows(
    lake: Lake, root_ids: Collection[str], ids: Collection[str] = (), names: Collection[str] | None = None
) -> list[ErasedExport]:
    """Rewrite every export (or those of `names`) that holds rows made from these documents, or the rows `ids`, without them.

    May be cut off anywhere and called again: the index, which says what there is to do, is rewritten last. The list of rows
    that were left out forgets the documents too.
    """
    store = ExportStore(lake)
    erased = []
    for name in names if names is not None else store.names():
        index, left_out = _index(store, name), _left_out(store, name)
        gone, forgotten = _made_from(index, root_ids, ids), _made_from(left_out, root_ids, ids)
        if gone.any() or forgotten.any():
            _rewrite(lake, store, name, index.filter(~gone), index.filter(gone), left_out.filter(~forgotten))
            erased.append(ErasedExport(name, int(gone.sum()), tuple(copies_of(store, name))))
    return erased


def _made_from(rows: pl.DataFrame, root_ids: Collection[str], ids: Collection[str]) -> pl.Series:
    """Whether each row was made from one of the documents, as root or as another parent, or is one of `ids`."""
    documents, themselves = (pl.Series(sorted(names), dtype=pl.String).implode() for names in (root_ids, ids))
    among_origins = pl.col("origin_ids").list.eval(pl.element().is_in(documents)).list.any().fill_null(False)
    hit = pl.col("root_id").is_in(documents) | among_origins | pl.col("id").is_in(themselves)
    return rows.select(hit.fill_null(False)).to_series()


def _index(store: ExportStore, name: str) -> pl.DataFrame:
    data = store.read(name, files.INDEX)
    if data is None:
        raise LakeError(f"export {name} has no {files.INDEX}: remove its folder, nobody can tell what it holds")
    return files.read_data(data, "parquet")


def _left_out(store: ExportStore, name: str) -> pl.DataFrame:
    data = store.read(name, files.LEFT_OUT)
    return pl.DataFrame(schema=files.LEFT_OUT_SCHEMA) if data is None else files.read_data(data, "parquet")


def _rewrite(
    lake: Lake, store: ExportStore, name: str, staying: pl.DataFrame, gone: pl.DataFrame, left_out: pl.DataFrame
) -> None:
    manifest = _manifest(store, name)
    form = FORMATS[manifest["format"]]
    facts = {one["path"]: one for one in manifest["files"]}
    for file in gone["file"].unique().sort():
        facts[file] = _rewrite_data(store, name, file, form.suffix, staying.filter(pl.col("file") == file)["id"])
    staying = staying.sort("line").with_columns(
        line=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        line_of_file=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("file"),
    )
    index = files.parquet_bytes(staying)
    manifest |= {
        "rows": staying.height,
        "chars": sum(one.get("chars", 0) for one in facts.values()),
        "licences": files.by_licence(staying),
        # one that was cut off may have counted them already
        "erased": manifest["erased"] + manifest["rows"] - staying.height,
        "files": list(facts.values()),
    }
    others = {
        files.LEFT_OUT: files.parquet_bytes(left_out),
        files.ATTRIBUTION: attribution_md(staying).encode(),
        **_evidence(store, name, left_out),
        **form.companions(manifest),
    }
    for file, data in others.items():
        store.rewrite(name, file, data)
        facts[file] = files.file_facts(file, data)
    facts[files.INDEX] = files.file_facts(files.INDEX, index)
    manifest["files"] = list(facts.values())
    written = files.manifest_bytes(manifest)
    store.rewrite(name, MANIFEST, written)
    store.rewrite(name, files.INDEX, index)
    told = {"erased_rows": gone.height, "rows": staying.height, "manifest_sha256": hashlib.sha256(written).hexdigest()}
    Chain(lake=lake).append("exported", name, told)


def _evidence(store: ExportStore, name: str, left_out: pl.DataFrame) -> dict[str, bytes]:
    """What is left of the evidence of decontamination: that of rows that are still listed; nothing where there was none."""
    data = store.read(name, files.EVIDENCE)
    if data is None:
        return {}
    found = files.read_data(data, "parquet")
    return {files.EVIDENCE: files.parquet_bytes(found.join(left_out, on="id", how="semi", maintain_order="left"))}


def _rewrite_data(store: ExportStore, name: str, file: str, suffix: str, staying: pl.Series) -> dict[str, Any]:
    data = store.read(name, file)
    if data is None:
        raise LakeError(f"export {name} has lost {file}: remove its folder and export again")
    rows = files.read_data(data, suffix)
    # one that was cut off has rewritten this file already
    kept = rows.filter(pl.col("id").is_in(staying.implode())) if rows.height else rows
    written = files.data_bytes(kept, suffix)
    store.rewrite(name, file, written)
    return files.file_facts(file, written, kept)


def _manifest(store: ExportStore, name: str) -> dict[str, Any]:
    data = store.read(name, MANIFEST)
    if data is None:
        raise LakeError(f"export {name} has no manifest")
    return dict(json.loads(data))
