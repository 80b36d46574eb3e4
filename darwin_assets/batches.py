"""The partition scheme: a batch is one landing drop, its key is `YYYY-MM-DD.source.NNNN`.

Drops of documents and of evaluations have keys of one grammar, each given once, in two sets of partitions. Keys sort in order
of arrival for one day and source. The grammar is narrow because the key is a Delta partition value and a folder name at once.
"""

import re
from datetime import date

import dagster as dg

BATCHES = dg.DynamicPartitionsDefinition(name="batch")
EVALUATIONS = dg.DynamicPartitionsDefinition(name="evaluation")

SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
KEY = re.compile(rf"(?P<day>\d{{4}}-\d{{2}}-\d{{2}})\.(?P<source>{SOURCE.pattern})\.(?P<number>\d{{4}})")


def batch_key(day: date, source: str, number: int) -> str:
    """The key of the `number`-th drop (from 1) of a source on a day. ValueError names what is wrong."""
    key = f"{day.isoformat()}.{source}.{number:04d}"
    return check_key(key)


def check_key(key: str) -> str:
    """The key itself when it fits the grammar, else ValueError."""
    match = KEY.fullmatch(key)
    if match is None:
        raise ValueError(f"{key!r} is not a batch key: expected YYYY-MM-DD.source.NNNN, source {SOURCE.pattern}")
    date.fromisoformat(match["day"])
    return key
