"""One export: select, ask the policy, screen, write aside, make visible, note it in the chain."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

import polars as pl

from darwin_assets.benchmark_gate import BenchmarkGate, Leaks, compared_before, said
from darwin_assets.closed_loop.mix.read import Arm
from darwin_assets.export import files
from darwin_assets.export.copies import COPIES
from darwin_assets.export.parts import in_parts, whole
from darwin_assets.export.request import Exported, ExportRefused, Wanted, by_reason
from darwin_assets.export.screen import screen
from darwin_assets.export.select import find_batches, wanted_rows
from darwin_assets.export.write import Writer
from darwin_assets.policy.judge import judge
from darwin_assets.policy.settings import Policy, Purpose
from darwin_assets.privacy.detectors import DetectorMissing, detectors, fingerprint
from darwin_assets.promotion import Publication
from resources.block_list import BlockList
from resources.chain import Chain
from resources.errors import Conflict, DarwinError
from resources.export_store import MANIFEST, ExportStore
from resources.gate_ledger import GateLedger
from resources.lake import Lake

VERSION = 3
"""Raised when the same rows give other files."""


def export(
    lake: Lake, ledger: GateLedger, policy: Policy, wanted: Wanted, gate: BenchmarkGate | None = None
) -> Exported:
    """Write an export, or find it written. ExportRefused where the policy forbids rows, or they repeat a benchmark, and
    partial exports are not allowed. Without a `gate` nothing is compared with benchmarks, and the manifest says so.

    Conflict when somebody writes the same export, or documents of it were taken down meanwhile.
    """
    purpose = policy.purpose(wanted.purpose)
    found = find_batches(lake, ledger, wanted)
    store = ExportStore(lake)
    key = _key(wanted, policy, found, gate)
    if (manifest := read_manifest(store, wanted.name)) and not (wanted.replace and manifest["key"] != key):
        return _reuse(lake, store, wanted, manifest, key)
    allowed, refused, n_all = _through_the_gate(lake, ledger, found, wanted, purpose)
    if refused.height and not wanted.allow_partial:
        raise ExportRefused(wanted.purpose, refused, n_all)
    copies = store.read(wanted.name, COPIES)
    draft = store.begin(wanted.name)
    try:
        if copies is not None:
            # a take-down must name them as before
            store.put(draft, COPIES, copies)
        writer = Writer(store, draft, wanted.format)
        told, left_out = _write(lake, ledger, writer, wanted, purpose, found, allowed, refused, gate)
        stated = {**_stated(wanted, policy, found), **_drawn(wanted.mix, n_all, writer.index), "key": key}
        manifest = writer.finish({**stated, **told}, left_out)
    except BaseException:
        store.abandon(draft)
        raise
    store.finish(draft, files.manifest_bytes(manifest), replace=wanted.replace)
    _after_take_downs(lake, wanted.name)
    _note(lake, wanted.name, manifest)
    return Exported(manifest, left_out, False)


def _key(wanted: Wanted, policy: Policy, found: list[Publication], gate: BenchmarkGate | None) -> str:
    """Names everything that determines the content of an export but the take-downs after it."""
    payload = [
        VERSION, wanted.level, wanted.purpose, policy.hash_of(wanted.purpose), wanted.format, wanted.allow_partial,
        sorted(wanted.reviewed), _detected_by(policy.purpose(wanted.purpose)), gate and gate.fingerprint,
        [(one.batch, one.verdict.verdict) for one in found], *([wanted.mix.verdict, wanted.mix.name] if wanted.mix else ()),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(payload).encode()).hexdigest()


def _detected_by(purpose: Purpose) -> str:
    try:
        return fingerprint(presidio=purpose.presidio)
    except DetectorMissing as missing:
        raise DarwinError(str(missing)) from None


def read_manifest(store: ExportStore, name: str) -> dict[str, Any] | None:
    """The manifest of an export; None when there is no such export."""
    data = store.read(name, MANIFEST)
    return None if data is None else dict(json.loads(data))


def _reuse(lake: Lake, store: ExportStore, wanted: Wanted, manifest: dict[str, Any], key: str) -> Exported:
    if manifest["key"] != key:
        raise DarwinError(f"export {wanted.name} exists and holds something else: choose another name, or --replace it")
    _after_take_downs(lake, wanted.name)
    _note(lake, wanted.name, manifest)
    data = store.read(wanted.name, files.LEFT_OUT)
    left_out = pl.DataFrame(schema=files.LEFT_OUT_SCHEMA) if data is None else files.read_data(data, "parquet")
    return Exported(manifest, left_out, True)


def _through_the_gate(
    lake: Lake, ledger: GateLedger, found: list[Publication], wanted: Wanted, purpose: Purpose
) -> tuple[dict[str, pl.Series], pl.DataFrame, int]:
    """Ids that may go out by batch, the refused rows, and the number of all; no text is read."""
    allowed: dict[str, pl.Series] = {}
    refused = []
    n_all = 0
    for one in found:
        judged = judge(wanted_rows(lake, ledger, one, wanted, with_text=False), purpose)
        n_all += judged.height
        closed = pl.col("refused").list.len() > 0
        allowed[one.batch] = judged.filter(~closed)["id"]
        refused.append(left_out_rows(judged.filter(closed).rename({"refused": "reasons"})))
    return allowed, pl.concat(refused), n_all


def left_out_rows(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col(name).cast(dtype) for name, dtype in files.LEFT_OUT_SCHEMA.items())


def _write(
    lake: Lake, ledger: GateLedger, writer: Writer, wanted: Wanted, purpose: Purpose, found: list[Publication],
    allowed: dict[str, pl.Series], refused: pl.DataFrame, gate: BenchmarkGate | None,
) -> tuple[dict[str, Any], pl.DataFrame]:  # fmt: skip
    """Put the data files into the draft; what the manifest says of the rows that were left out, and these."""
    finders = detectors(presidio=purpose.presidio)
    personal: Counter[str] = Counter()
    left_out, held_back = [refused], list[pl.DataFrame]()
    leaks: list[Leaks] = []
    for one in found:
        rows = wanted_rows(lake, ledger, one, wanted, with_text=True)
        rows = in_parts(rows.filter(pl.col("id").is_in(allowed[one.batch].implode())))
        if gate is not None:
            leaks.append(gate.find(whole(rows), by_meaning=not compared_before(lake, ledger, one, gate)))
            held_back.append(_because(rows, leaks[-1].removals))
            rows = rows.join(leaks[-1].removals, on="id", how="anti", maintain_order="left")
        screened = screen(rows, purpose, wanted.reviewed, finders)
        personal.update(screened.found)
        left_out.append(_because(rows, screened.dropped))
        held_back.append(_because(rows, screened.to_review))
        writer.add(screened.rows)
    closed = pl.concat(held_back)
    if closed.height and not wanted.allow_partial:
        raise ExportRefused(wanted.purpose, closed, writer.n_rows + closed.height)
    gone = pl.concat([*left_out, closed]).unique("id", keep="first", maintain_order=True).sort("batch", "id")
    if leaks:
        writer.put(files.EVIDENCE, files.parquet_bytes(pl.concat([one.evidence for one in leaks])))
    told = {
        "left_out": {"rows": gone.height, "reasons": by_reason(gone)},
        "personal_data": {"detectors": _detected_by(purpose), "found": dict(sorted(personal.items()))},
        "decontamination": said(gate, sum(one.removals.height for one in leaks)),
    }
    return told, gone


def _because(rows: pl.DataFrame, why: pl.DataFrame) -> pl.DataFrame:
    """Those of the rows that `why` (id, reasons) names, in LEFT_OUT_SCHEMA."""
    return left_out_rows(rows.join(why, on="id", how="inner", maintain_order="left"))


def _stated(wanted: Wanted, policy: Policy, found: list[Publication]) -> dict[str, Any]:
    """What the manifest says of what was asked for."""
    return {
        "name": wanted.name,
        "level": wanted.level,
        "purpose": wanted.purpose,
        "policy": {"hash": policy.hash_of(wanted.purpose), **policy.purpose(wanted.purpose).model_dump(mode="json")},
        "format": wanted.format,
        "batches": [
            {"batch": one.batch, "verdict": one.verdict.verdict, "recipe": one.verdict.recipe} for one in found
        ],
    }


def _drawn(mix: Arm | None, n_published: int, index: pl.DataFrame) -> dict[str, Any]:
    """What the manifest says of a mix. Rows are gone when they are no longer published as they were drawn; tokens are missing
    of all rows that do not go out, whatever the reason: also of documents taken down, which the mix no longer names.
    """
    if mix is None:
        return {}
    counts = {
        "rows_drawn": mix.rows.height,
        "rows_gone": mix.rows.height - n_published,
        "tokens_missing": mix.tokens_missing(index),
    }
    told = {"evaluation": mix.evaluation, "arm": mix.name, "verdict": mix.verdict, **counts, "manifest": mix.manifest}
    return {"mix": told}


def _after_take_downs(lake: Lake, name: str) -> None:
    """Take out what a take-down erased while the export was being written: it lists what it erases before it looks here."""
    from darwin_assets.export.erase import erase_rows

    roots = BlockList(lake=lake).read().values("root")
    if roots and erase_rows(lake, roots, names=(name,)):
        raise Conflict(f"documents of export {name} were taken down meanwhile; they are out of it, run it again")


def _note(lake: Lake, name: str, manifest: dict[str, Any]) -> None:
    """One link for each content of an export, however often it is asked for."""
    sha256 = hashlib.sha256(files.manifest_bytes(manifest)).hexdigest()
    chain = Chain(lake=lake)
    noted = [json.loads(payload)["manifest_sha256"] for payload in chain.read("exported", name)["payload"]]
    if sha256 not in noted:
        told = {key: manifest[key] for key in ("level", "purpose", "format", "rows", "chars")}
        chain.append("exported", name, {**told, "policy": manifest["policy"]["hash"], "manifest_sha256": sha256})
