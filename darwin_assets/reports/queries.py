"""The named queries behind every statement: SQL over tables of a snapshot.

`chosen` is the published level that is reported on; `domain` in `l0` is the registered domain of `uri`, worked out by
`domains`. Any engine that reads Delta tables can run them. Every one has an order, so that its answer has one hash.
"""

from darwin_assets.levels import TABLES
from darwin_assets.reports.level_queries import of_every_level
from darwin_assets.reports.query import Query


def queries(levels: tuple[str, ...]) -> dict[str, Query]:
    """Every query by name, for the levels that hold rows (L0 downwards)."""
    names = [level.lower() for level in levels]
    found = [*_SOURCES, *_acquired(names), *_LABELS, *of_every_level(names), *_LEDGERS]
    return {one.name: one for one in found}


_SOURCES = (
    Query(
        "landed",
        "Files and bytes that were landed, by source, licence and how they were come by.",
        ("landed",),
        "SELECT source, licence, rights_basis, collection, origin, COUNT(*) AS files, SUM(n_bytes) AS bytes,\n"
        "       MIN(collected_at) AS first, MAX(collected_at) AS last\n"
        "FROM landed WHERE document_kind IS DISTINCT FROM 'evaluation'\n"
        "GROUP BY source, licence, rights_basis, collection, origin\n"
        "ORDER BY source, licence, rights_basis, collection, origin",
    ),
    Query(
        "landed_batches",
        "Files and bytes that were landed, by batch.",
        ("landed",),
        "SELECT batch, source, MIN(licence) AS licence, MIN(origin) AS origin, COUNT(*) AS files, SUM(n_bytes) AS bytes\n"
        "FROM landed WHERE document_kind IS DISTINCT FROM 'evaluation' GROUP BY batch, source ORDER BY batch, source",
    ),
    Query(
        "licences",
        "Documents of the reported level by licence.",
        ("chosen",),
        "SELECT licence, COUNT(*) AS documents, SUM(n_chars) AS chars FROM chosen\n"
        "GROUP BY licence ORDER BY documents DESC, licence",
    ),
    Query(
        "attributions",
        "The words in which licences want authors named, for the documents of the reported level.",
        ("chosen", "l0"),
        "SELECT DISTINCT source, licence, attribution FROM l0\n"
        "WHERE attribution IS NOT NULL AND id IN (SELECT root_id FROM chosen)\n"
        "ORDER BY source, licence, attribution",
    ),
)


def _acquired(names: list[str]) -> list[Query]:
    """Queries about what was acquired for the documents of the reported level: a document may be made of several files."""
    if "l1" in names:
        tables: tuple[str, ...] = ("chosen", "l0", "l1", "landed")
        parts = (
            "parts AS (SELECT root_id, UNNEST(parents) AS part FROM l1 WHERE root_id IN (SELECT root_id FROM chosen))"
        )
    else:
        tables = ("chosen", "l0", "landed")
        parts = "parts AS (SELECT root_id, id AS part FROM l0 WHERE id IN (SELECT root_id FROM chosen))"
    return [_sources(parts, tables), _domains(parts, tables), _opt_outs(parts, tables[:-1])]


def _sources(parts: str, tables: tuple[str, ...]) -> Query:
    return Query(
        "sources",
        "Documents, characters and acquired bytes of the reported level, by source, licence and how they were come by.",
        tables,
        f"WITH {parts},\n"
        "     sizes AS (SELECT p.root_id AS root_id, SUM(r.n_bytes) AS bytes, MIN(r.collected_at) AS first,\n"
        "                      MAX(r.collected_at) AS last\n"
        "               FROM parts p JOIN l0 r ON p.part = r.id GROUP BY p.root_id),\n"
        "     made AS (SELECT root_id, licence, COUNT(*) AS documents, SUM(n_chars) AS chars\n"
        "              FROM chosen GROUP BY root_id, licence)\n"
        "SELECT f.source AS source, m.licence AS licence, f.rights_basis AS rights_basis,\n"
        "       f.collection AS collection, f.origin AS origin, SUM(m.documents) AS documents,\n"
        "       SUM(m.chars) AS chars, SUM(s.bytes) AS bytes, MIN(s.first) AS first, MAX(s.last) AS last\n"
        "FROM made m JOIN sizes s ON m.root_id = s.root_id JOIN l0 r ON m.root_id = r.id\n"
        "     JOIN landed f ON ARRAY_GET(r.parents, 1) = f.id\n"
        "GROUP BY f.source, m.licence, f.rights_basis, f.collection, f.origin\n"
        "ORDER BY source, licence, rights_basis, collection, origin",
    )


def _domains(parts: str, tables: tuple[str, ...]) -> Query:
    return Query(
        "domains",
        "Bytes acquired from each registered domain, of the documents that stand at the reported level.",
        tables,
        f"WITH {parts}\n"
        "SELECT r.domain AS domain, f.collection AS collection, COUNT(*) AS documents, SUM(r.n_bytes) AS bytes\n"
        "FROM parts p JOIN l0 r ON p.part = r.id JOIN landed f ON ARRAY_GET(r.parents, 1) = f.id\n"
        "WHERE r.domain IS NOT NULL\n"
        "GROUP BY r.domain, f.collection ORDER BY bytes DESC, domain, collection",
    )


def _opt_outs(parts: str, tables: tuple[str, ...]) -> Query:
    return Query(
        "opt_outs",
        "Reservations of rights that were found or stated at landing, by signal: all documents, and those that stand at "
        "the reported level.",
        tables,
        f"WITH {parts},\n"
        "     every AS (SELECT id, UNNEST(opt_outs) AS one FROM l0),\n"
        "     said AS (SELECT DISTINCT id, SPLIT_PART(one, ':', 1) AS signal FROM every WHERE one IS NOT NULL),\n"
        "     kept AS (SELECT DISTINCT part, 1 AS kept FROM parts)\n"
        "SELECT said.signal AS signal, COUNT(*) AS documents, COALESCE(SUM(kept.kept), 0) AS at_level\n"
        "FROM said LEFT JOIN kept ON said.id = kept.part\n"
        "GROUP BY said.signal ORDER BY documents DESC, signal",
    )


def _label(name: str, says: str, table: str, column: str) -> Query:
    return Query(
        name,
        says,
        ("chosen", table),
        f"SELECT t.{column} AS label, COUNT(*) AS documents, SUM(c.n_chars) AS chars\n"
        f"FROM chosen c LEFT JOIN (SELECT DISTINCT {'id AS root_id' if table == 'l0' else 'root_id'}, {column}"
        f" FROM {table}) t ON c.root_id = t.root_id\n"
        "GROUP BY t.label ORDER BY documents DESC, label".replace("t.label", f"t.{column}"),
    )


_LABELS = (
    _label("languages", "Documents of the reported level by the language that L2 found.", "l2", "language"),
    _label("document_types", "Documents of the reported level by the type that L3 found.", "l3", "document_type"),
    _label("disciplines", "Documents of the reported level by the discipline that L3 found.", "l3", "discipline"),
    _label("media_types", "Documents of the reported level by the format in which they came.", "l0", "media_type"),
)


_OF_LEVELS = "level IN ({})".format(", ".join(f"'{level}'" for level in TABLES))
"""The verdicts on documents and questions: evaluations and samples have gates of their own."""
_LEDGERS = (
    Query(
        "gates",
        "Verdicts of the gates by level.",
        ("gates",),
        "SELECT level, COUNT(*) AS verdicts, SUM(CASE WHEN passed THEN 1 ELSE 0 END) AS passed,\n"
        "       SUM(CASE WHEN waived THEN 1 ELSE 0 END) AS waived,\n"
        "       SUM(CASE WHEN passed OR waived THEN 0 ELSE 1 END) AS closed\n"
        f"FROM gates WHERE {_OF_LEVELS} GROUP BY level ORDER BY level",
    ),
    Query(
        "waivers",
        "Batches that a person let through a closed gate.",
        ("gates",),
        f"SELECT level, batch, reason, at FROM gates WHERE waived AND {_OF_LEVELS} ORDER BY at",
    ),
    Query(
        "blocked",
        "Entries of the block list by kind: what is refused when it is landed again.",
        ("blocked",),
        "SELECT kind, COUNT(*) AS entries, COUNT(DISTINCT request) AS requests FROM blocked\n"
        "WHERE request IS NOT NULL GROUP BY kind ORDER BY kind",
    ),
    Query(
        "takedowns",
        "Take-downs that were carried out, their search having found nothing, from the hash chain.",
        ("chain",),
        "SELECT subject, MIN(at) AS at FROM chain WHERE kind = 'takedown' AND payload LIKE '%\"clean\": true%'\n"
        "GROUP BY subject ORDER BY at, subject",
    ),
    Query(
        "model_calls",
        "Answers of language models that the chosen batches asked for, by level, prompt and model.",
        ("calls",),
        "SELECT level, model_fingerprint, prompt_id, COUNT(*) AS answers, SUM(completion_tokens) AS tokens_out FROM calls\n"
        "WHERE kind = 'call' GROUP BY level, model_fingerprint, prompt_id ORDER BY level, model_fingerprint, prompt_id",
    ),
)
