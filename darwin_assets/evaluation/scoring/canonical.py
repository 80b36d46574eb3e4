"""One spelling for answers that differ only in how they were typeset: delimiters, spacing, braces, units, signs.

Nothing inside of a word is touched: the published `strip_string` makes ∞ of the "inf" in "information" and i of every j
(defect 7 of §3.7).
"""

from __future__ import annotations

import re
from functools import lru_cache

_SIGNS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "×": "\\times ",
        "·": "\\cdot ",
        "÷": "/",
        "π": "\\pi ",
        "∞": "\\infty ",
        "≤": "\\le ",
        "≥": "\\ge ",
        "≈": "\\approx ",
        "±": "\\pm ",
        "∪": "\\cup ",
        "∈": "\\in ",
        "°": "",
        "％": "%",
        "，": ",",
        "（": "(",
        "）": ")",
        "\u00a0": " ",
        "\u202f": " ",
        "\u200b": "",
    }
)
_FONTS = r"\\(?:text(?:bf|it|rm|normal)?|mbox|math(?:rm|bf|it)|rm|operatorname)"
_SYMBOL = (
    r"(?:[munpkMG]?(?:m|s|g|J|N|W|V|A|T|F|C|K|Pa|Hz|eV|mol|rad|L|Ω)|[cd]m|dL|min|h|hr|atm|bar|lb|ft|in|mi|mph|cal|kcal|amu|u)"
    r"(?:\s*\^\s*(?:\{\s*-?\d+\s*\}|-?\d+)|[²³])?"
)
_BETWEEN = r"(?:\s*(?:/|\\cdot)\s*|\s+)"
_SCALES = {
    "dozen": "12",
    "hundred": "10^2",
    "thousand": "10^3",
    "million": "10^6",
    "billion": "10^9",
    "trillion": "10^12",
}
"""Words behind a number that multiply it."""
_SPELLINGS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\\\$|[€£](?=\s*\d)|(?<=\d)\s*(?:[€£]|(?:USD|EUR|GBP)\b)", ""),
        (r"\$|(?<!\\)\\[()\[\]]", ""),
        (r"(?<!\\)\\!\s*", ""),
        (r"(?<!\\)\\[,;: ]|~|\\(?:quad|qquad|displaystyle|textstyle)(?![A-Za-z])", " "),
        (r"\\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])\s*\.?", ""),
        (r"\\(?:[hv]space|phantom)\{[^{}]*\}", " "),
        (r"\{,\}", ","),
        (r"\\[dtc]frac(?![A-Za-z])", r"\\frac"),
        (r"\\le(?:q|qslant)(?![A-Za-z])", r"\\le"),
        (r"\\ge(?:q|qslant)(?![A-Za-z])", r"\\ge"),
        (r"\\neq(?![A-Za-z])", r"\\ne"),
        (r"\\lt(?![A-Za-z])", "<"),
        (r"\\gt(?![A-Za-z])", ">"),
        (r"\\lbrace(?![A-Za-z])", r"\\{"),
        (r"\\rbrace(?![A-Za-z])", r"\\}"),
        (r"\\(?:mid|vert|lvert|rvert)(?![A-Za-z])", "|"),
        (r"\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![A-Za-z]))|\\degrees?(?![A-Za-z])|\\circ\s*$", ""),
        (rf"{_FONTS}\{{\s*(?:infinity|inf)\s*\}}|^\s*[Ii]nfinity\s*$", r"\\infty"),
        (r"√\s*\(([^()]*)\)", r"\\sqrt{\1}"),
        (r"√\s*(\d+|[A-Za-z])", r"\\sqrt{\1}"),
        (r"\\sqrt\s*([0-9A-Za-z])", r"\\sqrt{\1}"),
        (r"\\frac\s*([0-9A-Za-z])", r"\\frac{\1}"),
        (r"(\\frac\s*\{[^{}]*\})\s*([0-9A-Za-z])", r"\1{\2}"),
        (
            rf"(?<=[\d}}/])\s*\\(?:mathrm|rm)\s*\{{(\s*{_SYMBOL}(?:{_BETWEEN}{_SYMBOL})*\s*)\}}(?!.*(?:[+=<>,;]|(?<![{{^])-))",
            r"\\text{\1}",
        ),
        (r"\\(?:math(?:bf|rm|it|sf)|boldsymbol|vec|overrightarrow)\s*\{\s*(\w)\s*\}", r"\1"),
        (r"([_^])\s*\{\s*(\w)\s*\}", r"\1\2"),
        (r"^\s*\\approx(?![A-Za-z])", ""),
        *((rf"(?<=\d)\s*({_FONTS}\s*\{{\s*)?{word}s?\b", rf"\\times{factor} \1") for word, factor in _SCALES.items()),
    )
)
_UNIT_GROUP = (
    rf"\s*{_FONTS}\s*\{{(?!\s*(?:and|or)\s*\}})(?:[^{{}}]|\{{[^{{}}]*\}})*\}}(?:\s*\^\s*(?:\{{\s*-?\d\s*\}}|\d))?"
)
_UNIT = re.compile(rf"(?:(?<=[0-9)}}\]])|(?<=\\pi)){_UNIT_GROUP}(?:\s*(?:/|\\cdot)?{_UNIT_GROUP})*\s*$")
_NO_UNIT = r"(?!(?:sqrt|mod|base|percent)\b)"
_UNIT_WORDS = re.compile(
    rf"(?<=\d)\s+{_NO_UNIT}(?:[A-Za-z]{{4,}}|per|[cmk]m|[km]?g|m[lL]|ft|in|lbs?|oz|mi|hrs?|min|sec|deg|sq|men|day)(?:[\s-]+[A-Za-z]{{2,}})*$"
)
"""Words of a few letters could be variables: 2 xy is a product."""
_NUMBER_WITH_SYMBOLS = re.compile(
    r"(?P<number>[-+]?[\d.,]+(?:\s*(?:\\times|\\cdot|\*)\s*10\s*\^\s*(?:\{\s*[-+]?\d+\s*\}|[-+]?\d+))?)"
    rf"\s+{_SYMBOL}(?:\s*(?:/|\*|\\cdot|\s)\s*{_SYMBOL})*"
)
_ONLY_WORDS = re.compile(rf"{_FONTS}\s*\{{([^{{}}]*)\}}")
_BLANKS = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])|(?<=\d)\s+(?=[A-Za-z])|(?<=[A-Za-z])\s+(?=\d)")


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """An answer without what typesetting adds; blanks stay between two letters and two digits only."""
    text = text.translate(_SIGNS)
    for pattern, replacement in _SPELLINGS:
        text = pattern.sub(replacement, text)
    text = text.strip().rstrip(".;,:").strip()
    text = match[1] if (match := _ONLY_WORDS.fullmatch(text)) else text
    text = _UNIT_WORDS.sub("", _UNIT.sub("", text))
    text = _NUMBER_WITH_SYMBOLS.sub(r"\g<number>", text) if _NUMBER_WITH_SYMBOLS.fullmatch(text) else text
    return _BLANKS.sub("", " ".join(text.split())).strip("*").rstrip(".")
