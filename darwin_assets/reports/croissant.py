"""Croissant 1.1 with the RAI vocabulary 1.0, provenance as PROV-O down to the record."""

from __future__ import annotations

from typing import Any

from darwin_assets.acquire.licences import NON_COMMERCIAL, conditions
from darwin_assets.contract import COMMON
from darwin_assets.levels import LEVELS
from darwin_assets.meanings import MEANING
from darwin_assets.reports.eu.provider import Provider
from darwin_assets.reports.eu.sources import Source, read_sources
from darwin_assets.reports.evidence import Evidence
from darwin_assets.reports.files import DataFile, data_files

CONFORMS_TO = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
SPDX_LICENCES = "https://spdx.org/licenses/"
PARQUET = "application/x-parquet"
RECORDS = "documents"
FILES = "document-files"
OPEN = "For the provider to fill."

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "annotation": "cr:annotation",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification gives, with PROV-O."""

PROVENANCE = {
    "parents": "prov:wasDerivedFrom",
    "root_id": "prov:hadPrimarySource",
    "recipe": "prov:wasGeneratedBy",
    "source": "prov:wasAttributedTo",
}
"""Columns that say of each record where it comes from, and the property of PROV-O that each stands for."""
DATA_TYPES = {"Int64": "sc:Integer", "Float64": "sc:Float", "Boolean": "sc:Boolean"}
NOT_IN_THE_FILES = ("batch",)
"""The partition column stands in the path."""
NON_COMMERCIAL_USE = "http://purl.obolibrary.org/obo/DUO_0000046"


def croissant(evidence: Evidence, provider: Provider, name: str) -> dict[str, Any]:
    """The JSON-LD of the reported level. Paths of files are relative to the lake unless `files_url` is set."""
    snapshot = evidence.snapshot
    sources = read_sources(evidence.ask("sources"))
    files = data_files(snapshot)
    licences = sorted({one.licence for one in sources})
    languages = list(evidence.ask("languages").get_column("label").drop_nulls()) if evidence.can("languages") else []
    stated = provider.dataset
    level = LEVELS[snapshot.level]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": name,
        "description": f"{sum(one.documents for one in sources):,} documents at level {level.name} ({level.title}); "
        f"{evidence.tokens(level.name).told()}.",
        "conformsTo": list(CONFORMS_TO),
        "url": stated.url or f"urn:darwin:{name}",
        "version": stated.version,
        "dateCreated": snapshot.as_of[:10],
        "datePublished": snapshot.as_of[:10],
        "dateModified": snapshot.as_of[:10],
        "isLiveDataset": False,
        "license": [SPDX_LICENCES + one if " " not in one else one for one in licences],
        "creator": {"@type": "sc:Organization", "name": stated.creator or OPEN, "url": stated.creator_url or None},
        "inLanguage": languages or None,
        "keywords": sorted(set(evidence.ask("disciplines").get_column("label").drop_nulls()))
        if evidence.can("disciplines")
        else None,
        "citeAs": f"{stated.creator or name}: {name}, version {stated.version}, {snapshot.as_of[:4]}.",
        "usageInfo": _usage(licences),
        "prov:wasDerivedFrom": [_source(one) for one in sources],
        "prov:wasGeneratedBy": _activity(evidence, level.name),
        **_responsible(evidence, provider, sources),
        "distribution": [*(_file(one, stated.files_url) for one in files), _file_set(files)],
        "recordSet": [_record_set(evidence)],
    }


def without_empty(value: Any) -> Any:
    """The same JSON without keys that have no value."""
    if isinstance(value, dict):
        return {key: without_empty(one) for key, one in value.items() if one is not None}
    return [without_empty(one) for one in value] if isinstance(value, list) else value


def _usage(licences: list[str]) -> dict[str, str] | None:
    if not any(NON_COMMERCIAL in conditions(one) for one in licences):
        return None
    return {
        "@type": "sc:DefinedTerm",
        "@id": NON_COMMERCIAL_USE,
        "name": "Some of the documents may not be used commercially; the column licence says which.",
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "@type": "prov:Entity",
        "@id": f"urn:darwin:source:{source.name}:{source.licence.replace(' ', '_')}",
        "name": source.dataset,
        "url": source.link,
        "version": source.stated.get("version"),
        "license": source.licence,
        "prov:generatedAtTime": source.last,
    }


def _activity(evidence: Evidence, level: str) -> dict[str, Any]:
    recipes = [recipe for at, recipe, _ in evidence.ask("recipes").iter_rows() if at == level]
    return {
        "@type": "prov:Activity",
        "prov:label": f"{LEVELS[level].title}: {', '.join(recipes)}",
        "prov:endedAtTime": evidence.snapshot.as_of,
        "prov:used": [evidence.snapshot.where(one.lower()) for one in evidence.snapshot.levels],
    }


def _responsible(evidence: Evidence, provider: Provider, sources: list[Source]) -> dict[str, Any]:
    """The RAI fields that the lake can fill; those of the provider where it has filled them."""
    dates = sorted(date for one in sources for date in (one.first, one.last) if date)
    steps = [f"{level} {LEVELS[level].title}: {recipe}" for level, recipe, _ in evidence.ask("recipes").iter_rows()]
    dropped = [f"{rule} ({level}): {n:,}" for level, _, rule, n in evidence.ask("rejections").iter_rows()]
    classes = sorted({one.source_class or "not stated" for one in sources})
    stated = provider.dataset
    return {
        "rai:dataCollection": f"Documents of {len({one.name for one in sources})} sources, landed with their manifests.",
        "rai:dataCollectionType": classes,
        "rai:dataCollectionTimeframe": [dates[0], dates[-1]] if dates else None,
        "rai:dataPreprocessingProtocol": steps,
        "rai:dataManipulationProtocol": "Text is changed at L1, L4 and L5 only; each row names the recipe that made it.",
        "rai:machineAnnotationTools": ["language identification (L2)", "light models of L3: see the recipe of L3"],
        "rai:dataLimitations": [f"Documents that were not kept, by rule: {'; '.join(dropped)}."] if dropped else None,
        "rai:personalSensitiveInformation": ["Names and other personal data can stand in documents as in the sources."],
        "rai:dataBiases": [stated.biases or OPEN],
        "rai:dataUseCases": [stated.intended_use or OPEN],
        "rai:dataSocialImpact": stated.social_impact or OPEN,
        "rai:dataReleaseMaintenancePlan": stated.maintenance or OPEN,
    }


def _file(file: DataFile, base: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path.rsplit("/", maxsplit=1)[-1],
        "contentUrl": f"{base.rstrip('/')}/{file.path}" if base else file.path,
        "contentSize": f"{file.size} B",
        "encodingFormat": PARQUET,
        "sha256": file.sha256,
    }


def _file_set(files: list[DataFile]) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": FILES,
        "name": FILES,
        "description": "The data files of the table at the version that is reported on.",
        "encodingFormat": PARQUET,
        "includes": [one.path for one in files],
    }


def _record_set(evidence: Evidence) -> dict[str, Any]:
    level = evidence.snapshot.level
    schema = {"text": COMMON["text"], **evidence.snapshot.scan(level.lower()).collect_schema()}
    fields = [
        _field(column, str(dtype))
        for column, dtype in schema.items()
        if column not in PROVENANCE and column not in NOT_IN_THE_FILES and "Struct" not in str(dtype)
    ]
    text = next(one for one in fields if one["@id"] == f"{RECORDS}/text")
    text["prov:wasGeneratedBy"] = _activity(evidence, level)
    return {
        "@type": "cr:RecordSet",
        "@id": RECORDS,
        "name": RECORDS,
        "description": "One record a document.",
        "key": {"@id": f"{RECORDS}/id"},
        "field": fields,
        "annotation": [
            {**_field(column, str(schema[column])), "equivalentProperty": property_}
            for column, property_ in PROVENANCE.items()
        ],
    }


def _field(column: str, dtype: str) -> dict[str, Any]:
    listed = dtype.startswith("List")
    return {
        "@type": "cr:Field",
        "@id": f"{RECORDS}/{column}",
        "name": column,
        "description": MEANING.get(column, f"The column {column}: see the level's page."),
        "dataType": DATA_TYPES.get(dtype, "sc:Text"),
        "isArray": True if listed else None,
        "arrayShape": "-1" if listed else None,
        "source": {"fileSet": {"@id": FILES}, "extract": {"column": column}},
    }
