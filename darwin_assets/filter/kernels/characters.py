"""What kernels know of a character: one word of flags for each code point, and how to read code points from UTF-8."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import inner_kernel

ALNUM = 1  # letters and digits: str.isalnum, `[^\W_]`
ALPHA = 2  # str.isalpha
UPPER = 4  # str.isupper
LOWER = 8  # str.islower, or a letter in title case
DECIMAL = 16  # str.isdecimal, `\d`
SPACE = 32  # str.isspace, `\s`
LINE_BREAK = 64  # where str.splitlines cuts
UNFIT = 128  # control, private use, unassigned: no text should hold it
PUNCTUATION = 256  # general category P
SYMBOL = 512  # general category So: pictures, dingbats, box drawing
MARK = 1024  # a word of such characters only counts as no word
TERMINAL = 2048  # ends a sentence: Sentence_Terminal of Unicode
AFFIX = 4096  # a word of its own where it stands at the edge of one
PREFIX = 8192  # a word of its own where it stands before one
QUOTE = 16384  # quotation marks, among the affixes
CURRENCY = 32768
EDGE = 65536  # ordinary punctuation at the ends of a token
TAIL = 131072  # what Windows-1252 makes of a continuation byte of UTF-8
IDEOGRAPH = 262144  # Han, Hiragana, Katakana: written without spaces

_N_CODE_POINTS = 0x110000
_ASSIGNED = ((0, 0x40000), (0xE0000, 0xE0200))
"""Outside of these ranges nothing is assigned but for private use."""

_LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_EDGES = "()[]{}<>.,;:!?\"'`“”‘’«»…*_-–—/|•"
_QUOTES = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉〈〉⟦⟧"
_AFFIXES = "…,:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪—–" + _QUOTES
_PREFIXES = "§%="
_CURRENCIES = "$£€¥฿₽﷼₠₡₢₣₤₥₦₧₨₩₪₫₭₮₯₰₱₲₳₴₵₶₷₸₹₺₻₼₾₿"
_MARKS = "!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»"
_MARK_RANGES = ((0, 9), (11, 13), (13, 32), (127, 160))
_IDEOGRAPHS = ((0x3040, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
_TERMINALS = (
    (0x21, 0x21),
    (0x2E, 0x2E),
    (0x3F, 0x3F),
    (0x589, 0x589),
    (0x61D, 0x61F),
    (0x6D4, 0x6D4),
    (0x700, 0x702),
    (0x7F9, 0x7F9),
    (0x837, 0x837),
    (0x839, 0x839),
    (0x83D, 0x83E),
    (0x964, 0x965),
    (0x104A, 0x104B),
    (0x1362, 0x1362),
    (0x1367, 0x1368),
    (0x166E, 0x166E),
    (0x1735, 0x1736),
    (0x17D4, 0x17D6),
    (0x17D9, 0x17DA),
    (0x1803, 0x1803),
    (0x1809, 0x1809),
    (0x1944, 0x1945),
    (0x1AA8, 0x1AAB),
    (0x1B5A, 0x1B5B),
    (0x1B5E, 0x1B5F),
    (0x1B7D, 0x1B7E),
    (0x1C3B, 0x1C3C),
    (0x1C7E, 0x1C7F),
    (0x203C, 0x203D),
    (0x2047, 0x2049),
    (0x2E2E, 0x2E2E),
    (0x2E3C, 0x2E3C),
    (0x2E53, 0x2E54),
    (0x3002, 0x3002),
    (0xA4FF, 0xA4FF),
    (0xA60E, 0xA60F),
    (0xA6F3, 0xA6F3),
    (0xA6F7, 0xA6F7),
    (0xA876, 0xA877),
    (0xA8CE, 0xA8CF),
    (0xA92F, 0xA92F),
    (0xA9C8, 0xA9C9),
    (0xAA5D, 0xAA5F),
    (0xAAF0, 0xAAF1),
    (0xABEB, 0xABEB),
    (0xFE52, 0xFE52),
    (0xFE56, 0xFE57),
    (0xFF01, 0xFF01),
    (0xFF0E, 0xFF0E),
    (0xFF1F, 0xFF1F),
    (0xFF61, 0xFF61),
    (0x10A56, 0x10A57),
    (0x10F55, 0x10F59),
    (0x10F86, 0x10F89),
    (0x11047, 0x11048),
    (0x110BE, 0x110C1),
    (0x11141, 0x11143),
    (0x111C5, 0x111C6),
    (0x111CD, 0x111CD),
    (0x111DE, 0x111DF),
    (0x11238, 0x11239),
    (0x1123B, 0x1123C),
    (0x112A9, 0x112A9),
    (0x1144B, 0x1144C),
    (0x115C2, 0x115C3),
    (0x115C9, 0x115D7),
    (0x11641, 0x11642),
    (0x1173C, 0x1173E),
    (0x11944, 0x11944),
    (0x11946, 0x11946),
    (0x11A42, 0x11A43),
    (0x11A9B, 0x11A9C),
    (0x11C41, 0x11C42),
    (0x11EF7, 0x11EF8),
    (0x11F43, 0x11F44),
    (0x16A6E, 0x16A6F),
    (0x16AF5, 0x16AF5),
    (0x16B37, 0x16B38),
    (0x16B44, 0x16B44),
    (0x16E98, 0x16E98),
    (0x1BC9F, 0x1BC9F),
    (0x1DA88, 0x1DA88),
)
"""First and last code point of each run of sentence terminals, and the full stops of full and half width."""


@cache
def character_table() -> NDArray[np.uint32]:
    """The flags of every code point."""
    table = np.full(_N_CODE_POINTS, UNFIT, dtype=np.uint32)
    for first, end in _ASSIGNED:
        table[first:end] = _flags(np.arange(first, end, dtype="<u4"))
    for characters, flag in (
        (_LINE_BREAKS, LINE_BREAK), (_EDGES, EDGE), (_QUOTES, QUOTE), (_AFFIXES, AFFIX), (_PREFIXES, PREFIX),
        (_CURRENCIES, CURRENCY), (_MARKS, MARK), (_continuations(), TAIL),
    ):  # fmt: skip
        table[[ord(character) for character in characters]] |= flag
    for ranges, flag in ((_MARK_RANGES, MARK), (_IDEOGRAPHS, IDEOGRAPH)):
        for first, end in ranges:
            table[first:end] |= flag
    for first, last in _TERMINALS:
        table[first : last + 1] |= TERMINAL | MARK
    return table


_BY_CATEGORY = {"Cc": UNFIT, "Co": UNFIT, "Cn": UNFIT, "Cs": UNFIT, "So": SYMBOL} | dict.fromkeys(
    ("Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps"), PUNCTUATION
)


def _flags(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """What Python's Unicode data say; to ask for each code point by itself takes as long as reading 7 MB of text."""
    characters = codes.view("<U1")
    is_upper = np.strings.isupper(characters)
    flags = (
        np.strings.isalnum(characters) * ALNUM
        | np.strings.isalpha(characters) * ALPHA
        | is_upper * UPPER
        | (np.strings.islower(characters) | (np.strings.istitle(characters) & ~is_upper)) * LOWER
        | np.strings.isdecimal(characters) * DECIMAL
        | np.strings.isspace(characters) * SPACE
    )
    others = flags & ALNUM == 0
    flags[others] |= [_BY_CATEGORY.get(unicodedata.category(chr(code)), 0) for code in codes[others].tolist()]
    return flags


def _continuations() -> str:
    """The characters that Windows-1252 has at the places of UTF-8's continuation bytes; Latin-1's where it has none."""
    return "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0xC0))


@inner_kernel
def width(first: int) -> int:
    """How many bytes a character has, from its first byte."""
    if first < 0x80:
        return 1
    if first < 0xE0:
        return 2
    return 3 if first < 0xF0 else 4


@inner_kernel
def code_point(data: NDArray[np.uint8], at: int) -> int:
    """The code point that begins at a byte of valid UTF-8."""
    first = np.int64(data[at])
    if first < 0x80:
        return first  # type: ignore[return-value]
    second = np.int64(data[at + 1]) & 0x3F
    if first < 0xE0:
        return (first & 0x1F) << 6 | second  # type: ignore[return-value]
    third = np.int64(data[at + 2]) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | second << 6 | third  # type: ignore[return-value]
    return (first & 0x07) << 18 | second << 12 | third << 6 | np.int64(data[at + 3]) & 0x3F  # type: ignore[return-value]


@inner_kernel
def before(data: NDArray[np.uint8], at: int) -> int:
    """Where the character begins that ends before a byte."""
    at -= 1
    while data[at] & 0xC0 == 0x80:
        at -= 1
    return at


@inner_kernel
def flags_at(data: NDArray[np.uint8], at: int, table: NDArray[np.uint32]) -> int:
    """The flags of the character that begins at a byte."""
    byte = data[at]
    return np.int64(table[byte] if byte < 0x80 else table[code_point(data, at)])  # type: ignore[return-value]


@inner_kernel
def skip_space(data: NDArray[np.uint8], at: int, end: int, table: NDArray[np.uint32]) -> int:
    """The first byte from `at` on that begins no white space, or `end`."""
    while at < end and flags_at(data, at, table) & SPACE:
        at += width(data[at])
    return at


@inner_kernel
def strip_space(data: NDArray[np.uint8], begin: int, end: int, table: NDArray[np.uint32]) -> int:
    """The end of what begins at `begin` and ends at `end`, without the white space at its end."""
    while end > begin:
        last = before(data, end)
        if not flags_at(data, last, table) & SPACE:
            break
        end = last
    return end
