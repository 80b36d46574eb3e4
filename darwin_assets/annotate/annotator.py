"""What a light model of L3 is: columns that it adds to a slice of documents, and an identity that stands in the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import polars as pl

from darwin_assets.annotate.documents import Documents
from darwin_assets.annotate.settings import AnnotateSettings


class Annotator(Protocol):
    """One light model. It labels and scores; it neither edits nor decides."""

    @property
    def identity(self) -> str:
        """Name, version and a fingerprint of all that determines its answers: "darwin-light/2 0123456789ab"."""

    @property
    def columns(self) -> Mapping[str, pl.DataType]:
        """What `annotate` returns."""

    def annotate(self, documents: Documents) -> pl.DataFrame:
        """One row a document, in order. A row depends on its own document only."""


def annotators(settings: AnnotateSettings) -> tuple[Annotator, ...]:
    """The light models in use, in the order of their columns."""
    from darwin_assets.annotate.artefacts import ArtefactAnnotator
    from darwin_assets.annotate.light_annotator import LightAnnotator
    from darwin_assets.annotate.perplexity import PerplexityAnnotator
    from darwin_assets.annotate.trained import TrainedAnnotator

    return (
        LightAnnotator(settings),
        ArtefactAnnotator(),
        PerplexityAnnotator(settings.perplexity_model),
        TrainedAnnotator(settings.models),
    )


def identities(settings: AnnotateSettings) -> str:
    """What stands on every row as `annotator` and in the recipe: the identities of the models in use."""
    return ", ".join(one.identity for one in annotators(settings) if one.identity)
