"""Plain objects beside the tables: on a local folder or an object store, with the options that the tables have."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from resources.delta import without_row_contents
from resources.errors import LakeError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

CHUNK_BYTES = 1 << 20
CLIENT_OPTIONS = {
    name: name
    for name in (
        "allow_http", "allow_invalid_certificates", "connect_timeout", "http1_only", "http2_only", "pool_idle_timeout",
        "pool_max_idle_per_host", "proxy_url", "proxy_ca_certificate", "proxy_excludes", "randomize_addresses",
        "read_timeout", "timeout", "user_agent",
    )
} | {"aws_allow_http": "allow_http", "azure_allow_http": "allow_http"}  # fmt: skip
"""Options of the HTTP client → their names for obstore, which takes them apart from those of the store; delta-rs does not."""


def open_store(uri: str, storage_options: Mapping[str, str]) -> "ObjectStore":
    """The folder or the prefix of a bucket that `uri` names; a folder is made. Nothing is sent yet.

    LakeError for an option that there is not, or that has a value which cannot be read.
    """
    from obstore.exceptions import UnknownConfigurationKeyError
    from obstore.store import LocalStore, from_url

    if "://" not in uri:
        return LocalStore(uri, mkdir=True)
    client = {CLIENT_OPTIONS[name]: value for name, value in storage_options.items() if name in CLIENT_OPTIONS}
    config = {name: value for name, value in storage_options.items() if name not in CLIENT_OPTIONS}
    with without_row_contents(f"open {uri}"):
        try:
            return from_url(uri, config=config, client_options=client)  # type: ignore[call-overload, no-any-return]
        except UnknownConfigurationKeyError as error:
            unknown = ", ".join(f"DARWIN_STORAGE_{name.upper()}" for name in config if f"'{name}'" in str(error))
            raise LakeError(f"open {uri}: {unknown} sets an option that this store has not: take it away") from None


def read_chunks(uri: str, storage_options: Mapping[str, str], name: str) -> Iterator[bytes]:
    """The bytes of one object, a chunk at a time. FileNotFoundError when there is none."""
    if "://" not in uri:
        with (Path(uri) / name).open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
        return
    for part in open_store(uri, storage_options).get(name).stream(min_chunk_size=CHUNK_BYTES):
        yield bytes(part)


def sha256_of(uri: str, storage_options: Mapping[str, str], name: str) -> str:
    """SHA-256 of one object, hex. FileNotFoundError when there is none."""
    digest = hashlib.sha256()
    for chunk in read_chunks(uri, storage_options, name):
        digest.update(chunk)
    return digest.hexdigest()
