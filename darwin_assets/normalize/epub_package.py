"""What an EPUB says about itself: reading order, metadata, encryption (EPUB 2.0.1 and 3.3, OCF and OPF)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.package import Package, resolved
from darwin_assets.normalize.xml_tree import local_name, token_text

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_OBFUSCATION = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
_CHAPTER_TYPES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml"})
_MAX_RIGHTS_CHARS = 200


@dataclass(frozen=True)
class Publication:
    """A book's metadata, and the parts that its chapters are in, in reading order without tables of contents."""

    title: str | None
    language: str | None
    version: str
    chapters: tuple[str, ...]
    notes: tuple[str, ...]


def read_publication(package: Package) -> Publication:
    """Raises Unreadable: epub.encrypted, epub.malformed, package.*, xml.*."""
    _refuse_encrypted(package)
    name = _package_document(package)
    root = package.xml(name)
    items = {item.get("id", ""): item for item in _all(root, "item")}
    order = list(dict.fromkeys(reference.get("idref", "") for reference in _all(root, "itemref")))
    named = [items[item_id] for item_id in order if item_id in items and _is_chapter(items[item_id])]
    present = [found for item in named if (found := package.find(resolved(name, item.get("href", ""))))]
    contents = _contents_pages(root, name)
    chapters = [part for part in present if part not in contents] or present
    if not chapters:
        raise Unreadable("epub.malformed", "the spine names no chapter that is in the file")
    n_missing = len(named) - len(present)
    rights = _metadata(root, "rights")
    said = (
        f"rights: {rights[:_MAX_RIGHTS_CHARS]}" if rights else None,
        f"{n_missing} chapters are missing" if n_missing else None,
    )
    return Publication(
        title=_title(root),
        language=_metadata(root, "language"),
        version=root.get("version", "")[:8],
        chapters=tuple(chapters),
        notes=tuple(note for note in said if note),
    )


def _refuse_encrypted(package: Package) -> None:
    """Fonts may be obfuscated; anything else that is encrypted is a book under digital rights management."""
    if _ENCRYPTION not in package:
        return
    for method in _all(package.xml(_ENCRYPTION), "encryptionmethod"):
        if method.get("Algorithm") not in _FONT_OBFUSCATION:
            raise Unreadable("epub.encrypted", "its text is encrypted; land the book without copy protection")


def _package_document(package: Package) -> str:
    if _CONTAINER in package:
        for rootfile in _all(package.xml(_CONTAINER), "rootfile"):
            if found := package.find(resolved("", rootfile.get("full-path", ""))):
                return found
    found = next((name for name in package.names if name.lower().endswith(".opf")), None)
    if found is None:
        raise Unreadable("epub.malformed", "no package document")
    return found


def _is_chapter(item: etree._Element) -> bool:
    return item.get("media-type", "") in _CHAPTER_TYPES and "nav" not in item.get("properties", "").split()


def _contents_pages(root: etree._Element, name: str) -> set[str]:
    """Whole parts that EPUB 2 calls a table of contents."""
    references = [reference for reference in _all(root, "reference") if reference.get("type", "").lower() == "toc"]
    return {resolved(name, href) for reference in references if "#" not in (href := reference.get("href", ""))}


def _title(root: etree._Element) -> str | None:
    """The title that is said to be the main one, else the first."""
    main = {
        meta.get("refines", "").lstrip("#")
        for meta in _all(root, "meta")
        if meta.get("property") == "title-type" and token_text(meta).strip() == "main"
    }
    titles = [title for title in _all(root, "title") if token_text(title).strip()]
    chosen = next((title for title in titles if title.get("id") in main), titles[0] if titles else None)
    return None if chosen is None else " ".join(token_text(chosen).split())


def _metadata(root: etree._Element, name: str) -> str | None:
    texts = (" ".join(token_text(element).split()) for element in _all(root, name))
    return next((text for text in texts if text), None)


def _all(root: etree._Element, name: str) -> list[etree._Element]:
    return [element for element in root.iter("*") if local_name(element) == name]
