"""Imported by the process that the others are forked from: what takes seconds to import or to load, and starts no work.

Polars and deltalake start their threads with their first query; none is made here, so a fork is safe.
"""
# ruff: noqa: F401

import dagster._core.instance.factory
import dagster._core.storage.local_compute_log_manager
import dagster._core.storage.sqlite_storage
import deltalake.writer
import ftfy
import great_expectations.expectations
import obstore.store
import pypdfium2
import watchdog.observers

import darwin_assets.automation
import darwin_assets.definitions
import darwin_assets.filter.duplicates
import darwin_assets.normalize.latex
import darwin_assets.normalize.markdown
import darwin_assets.normalize.pdf
import darwin_assets.runs
from darwin_assets.annotate.light_model import light_model
from darwin_assets.annotate.perplexity import packaged_model
from darwin_assets.complete.tokens import bpe_openai_count
from darwin_assets.normalize.language_model import language_model

light_model()
packaged_model()
bpe_openai_count()
language_model()
