"""Section 2.5: text that models wrote, read from the engine on every row of L4 and L5 and from manifests."""

from __future__ import annotations

from collections.abc import Sequence

from darwin_assets.markdown import table, words
from darwin_assets.reports.eu.answer import TEXT, Answer, State, not_applicable, open_, told
from darwin_assets.reports.eu.provider import Provider
from darwin_assets.reports.eu.sources import Source, dataset_table
from darwin_assets.reports.evidence import Evidence

RULES = "rules"
"""How the name of an engine begins that is a program without a model."""
FIELDS = ("2.5.b", "2.5.c", "2.5.d")


def synthetic(evidence: Evidence, landed: Sequence[Source], stated: Answer, provider: Provider) -> dict[str, Answer]:
    """`landed`: synthetic documents that came in from outside; `stated`: whether manifests say that there are any."""
    written = evidence.ask("engines")
    rows = [] if written.is_empty() else written.to_dicts()
    by_model = [row for row in rows if not row["engine"].startswith(RULES)]
    queries = ("sources", "engines") if rows else ("sources",)
    if not by_model and not landed:
        if stated.state is State.OPEN:
            said = "No model wrote any of the text after landing."
            waits = open_(f"{said} {' '.join(stated.blocks)}", *queries)
            return {"2.5.a": waits, **dict.fromkeys(FIELDS, open_("Follows from 2.5.a.", *queries))}
        none = "No: no model wrote any of the text."
        by_program = " What L4 and L5 changed was changed by programs without a model." if rows else ""
        return {
            "2.5.a": told(none + by_program, *queries),
            **dict.fromkeys(FIELDS, not_applicable("No data of this kind.", *queries)),
        }
    own = [row for row in by_model if model_name(row["engine"]).startswith(provider.own_models or ("\0",))]
    others = [row for row in by_model if row not in own]
    documents = sum(row["documents"] for row in by_model)
    said = f"Yes: models rewrote or completed text of {documents:,} rows of L4 and L5." if by_model else "Yes."
    came = [f"Synthetic when it was landed: {len(landed)} sources.", dataset_table(landed)] if landed else []
    return {
        "2.5.a": told([said, *came], *queries),
        "2.5.b": told(TEXT, *queries),
        "2.5.c": _models(others, "No model but the provider's own.", queries, "links to the summaries of these models"),
        "2.5.d": _models(own, "None.", queries, None),
    }


def _models(rows: Sequence[dict[str, object]], none: str, queries: tuple[str, ...], left: str | None) -> Answer:
    if not rows:
        return not_applicable(none, *queries)
    header = ["model", "fingerprint", "prompt", "level", "documents"]
    cells = [
        [
            words(model_name(str(row["engine"]))),
            words(row["engine"]),
            words(row["prompt"]),
            row["level"],
            row["documents"],
        ]
        for row in rows
    ]
    return told(table(header, cells), *queries, left=left)


def model_name(engine: str) -> str:
    """NAME of `openai:NAME:digest` and `llama_cpp:NAME:digest:version`; another engine as it is called."""
    kind, _, rest = engine.partition(":")
    behind = {"openai": 1, "llama_cpp": 2}.get(kind, 0)
    return rest.rsplit(":", behind)[0] if behind else engine
