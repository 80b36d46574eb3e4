"""Whatever is done to a container's bytes, reading it ends in rows and never in an exception."""

import gzip
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darwin_assets.acquire.expand import expand
from darwin_assets.acquire.records import RULES
from darwin_assets.acquire.settings import AcquireSettings
from tests.unit.acquire.containers import PAGE, response, tarred, zipped

TEXTS = [f"text {number} " * 20 for number in range(12)]
LIMITS = AcquireSettings(max_expanded_bytes=1 << 22, max_member_bytes=1 << 20)


def parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"text": TEXTS, "id": range(len(TEXTS))}).write_parquet(buffer, row_group_size=4)
    return buffer.getvalue()


@cache
def whole(kind: str) -> bytes:
    members = {f"{number}.txt": text.encode() for number, text in enumerate(TEXTS)}
    make: dict[str, Callable[[], bytes]] = {
        "zip": lambda: zipped(members),
        "tar": lambda: tarred(members),
        "tar.gz": lambda: gzip.compress(tarred(members), mtime=0),
        "warc": lambda: response(PAGE) * 3,
        "warc.gz": lambda: gzip.compress(response(PAGE), mtime=0) * 3,
        "jsonl": lambda: "\n".join(json.dumps({"text": text}) for text in TEXTS).encode(),
        "parquet": parquet,
    }
    return make[kind]()


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "drop", "insert", "repeat"]),
        st.floats(0, 1),
        st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=6,
)


def mutated(content: bytes, mutations: list[tuple[str, float, bytes]]) -> bytes:
    for kind, share, patch in mutations:
        at = int(share * len(content))
        after = at + len(patch)
        content = {
            "flip": content[:at] + patch + content[after:],
            "cut": content[:at] or content,
            "drop": content[:at] + content[after:],
            "insert": content[:at] + patch + content[at:],
            "repeat": content[:at] + content[max(0, at - 600) :],
        }[kind]
    return content


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "warc", "warc.gz", "jsonl", "parquet"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutations=MUTATIONS)
def test_mutations_end_in_rows(kind, mutations):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "landed"
        path.write_bytes(mutated(whole(kind), mutations))
        records = list(expand(path, f"x.{kind}", LIMITS))
        again = list(expand(path, f"x.{kind}", LIMITS))
    assert records == again
    assert records
    assert len({record.locator for record in records}) == len(records)
    assert all(record.data if record.failure is None else record.failure.rule in RULES for record in records)
    assert all(record.data == b"" for record in records if record.failure is not None)
