"""Documents that are zip files of parts (EPUB, Office Open XML): the parts by name, within bounds.

Only parts that a parser asks for are unpacked; pictures and fonts never are.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from urllib.parse import unquote

from lxml import etree

from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.xml_tree import parse_xml

_DIRECTORY_ENTRY = b"PK\x01\x02"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships",
     b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
)  # fmt: skip
"""Namespaces of ISO 29500 strict and of the transitional form that nearly every file has."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError)


class Package:
    """The parts of one package. Raises Unreadable: package.malformed, package.encrypted, package.too_many_parts,
    package.too_large.
    """

    def __init__(self, data: bytes, settings: NormalizeSettings):
        self._limit = settings.max_document_bytes
        self._n_bytes = 0
        # zipfile makes an object for every entry, so they are counted before: marks, perhaps too many of them.
        n_parts = data.count(_DIRECTORY_ENTRY)
        if n_parts > settings.package_max_parts:
            raise Unreadable(
                "package.too_many_parts",
                "raise normalize.package_max_parts to take it",
                value=n_parts,
                threshold=f"..{settings.package_max_parts}",
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (*_BROKEN, NotImplementedError) as error:
            raise Unreadable("package.malformed", f"zip directory: {type(error).__name__}") from None
        self._members = {member.filename.lstrip("/"): member for member in self._zip.infolist()}
        self._by_lower_case = {name.lower(): name for name in self._members}

    @property
    def names(self) -> list[str]:
        """All parts in the order of the zip's directory."""
        return list(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """The bytes of a part; package.malformed when it is missing."""
        member = self._members.get(name)
        if member is None:
            raise Unreadable("package.malformed", "a part that must be there is missing")
        if member.flag_bits & 0x1:
            raise Unreadable("package.encrypted", "the parts are locked with a password")
        # The only two methods that both standards allow; others unpack in pieces of any size.
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unreadable("package.malformed", f"zip method {member.compress_type} is not allowed here")
        left = self._limit - self._n_bytes
        try:
            with self._zip.open(member) as part:
                data = part.read(left + 1)
        except (*_BROKEN, NotImplementedError, RuntimeError) as error:
            raise Unreadable("package.malformed", f"zip member: {type(error).__name__}") from None
        self._n_bytes += len(data)
        if len(data) > left:
            raise Unreadable(
                "package.too_large",
                "its texts unpack to too much; raise normalize.max_document_bytes to take it",
                value=self._n_bytes,
                threshold=f"..{self._limit}",
            )
        return data

    def xml(self, name: str) -> etree._Element:
        """Root of an XML part, strict Office Open XML as the transitional one; raises also as `parse_xml`."""
        data = self.read(name)
        for strict, transitional in _STRICT:
            data = data.replace(strict, transitional)
        return parse_xml(data)

    def find(self, name: str) -> str | None:
        """The name of a part as it stands in the package, whatever the case it is asked for in."""
        return name if name in self._members else self._by_lower_case.get(name.lower())


def resolved(base: str, reference: str) -> str:
    """Name of the part that a reference in the part `base` points to, without its fragment."""
    path = unquote(reference.partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), path)).lstrip("/")
