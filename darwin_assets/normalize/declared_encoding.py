"""The encoding that a document states about itself, in the words of its format."""

from __future__ import annotations

import codecs
import re

_HEAD_BYTES = 16 * 1024
_NAME = rb"([A-Za-z0-9._:-]{1,40})"
_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*" + _NAME, re.IGNORECASE)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']" + _NAME, re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml\s[^>]{0,400}?\?>")
_COMMENT = re.compile(rb"[^\n]{0,80}\n?[^\n]{0,80}?coding[:=][ \t]*" + _NAME, re.IGNORECASE)
_INPUT_ENCODING = re.compile(rb"\\usepackage\s*\[\s*(?:[\w-]+\s*,\s*)*([\w-]{1,40})\s*\]\s*\{inputenc\}")
_CJK = re.compile(rb"\\begin\{CJK\*?\}\{([A-Za-z0-9-]{1,40})\}")
_OF_TEX = {"ansinew": "cp1252", "applemac": "mac_roman", "macce": "mac_latin2", "gb": "gb18030", "sjis": "cp932",
           "bg5": "big5", "ks": "cp949"}  # fmt: skip
_WIDER = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
          "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "euc_kr": "cp949", "shift_jis": "cp932"}  # fmt: skip
"""What is meant by these names in practice, which holds what they mean and more (WHATWG Encoding Standard)."""
_PLAIN = bytes(range(32, 127)).replace(b"\\", b"") + rb"\n"


def in_html(data: bytes) -> tuple[str, ...]:
    """What a page's meta element and XML declaration say."""
    return *_stated(_META, data), *in_xml(data)


def in_xml(data: bytes) -> tuple[str, ...]:
    """What an XML declaration says."""
    found = _XML.match(data)
    return (found[1].decode(),) if found else ()


def in_comment(data: bytes) -> tuple[str, ...]:
    """What the first or second line says (PEP 263; Vim, Emacs and JabRef read the same)."""
    found = _COMMENT.match(data[:_HEAD_BYTES])
    return (found[1].decode(),) if found else ()


def in_tex(data: bytes) -> tuple[str, ...]:
    """What LaTeX's inputenc and CJK packages are told, or a comment."""
    stated = (*_stated(_INPUT_ENCODING, data), *_stated(_CJK, data))
    return *(_OF_TEX.get(name.lower(), name) for name in stated), *in_comment(data)


def codec_name(stated: str) -> str | None:
    """Python's name of an encoding; None for what it does not know and for what ASCII text does not pass unchanged."""
    plain = stated.lower().removeprefix("x-").replace("windows-", "cp")
    for name in (stated, plain, plain.replace("latin-", "latin")):
        try:
            codec = codecs.lookup(name.strip())
            if codec._is_text_encoding and _PLAIN.decode(codec.name) == _PLAIN.decode("ascii"):
                return _WIDER.get(codec.name, codec.name)
        except (LookupError, ValueError):
            continue
    return None


def without_xml_declaration(text: str) -> str:
    """Decoded XML: the encoding that it states is none of its own any more."""
    return _XML_DECLARATION.sub("", text, count=1) if _XML_DECLARATION.match(text) else text


def _stated(pattern: re.Pattern[bytes], data: bytes) -> tuple[str, ...]:
    found = pattern.search(data[:_HEAD_BYTES])
    return (found[1].decode(),) if found else ()
