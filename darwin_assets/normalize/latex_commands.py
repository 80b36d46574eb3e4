"""What each LaTeX command of running text becomes in Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from darwin_assets.normalize import latex_names as names
from darwin_assets.normalize.latex_blocks import LINE_BREAK, paragraphs
from darwin_assets.normalize.latex_environments import environment
from darwin_assets.normalize.latex_references import anchor_for, read_citation, read_label, read_reference

if TYPE_CHECKING:
    from darwin_assets.normalize.latex_reader import Reader

FRONT_MATTER = frozenset({"title", "author", "date", "Abstract", "Keywords", "Address"})
_LAST_ARGUMENT = {
    "textcolor": 2,
    "colorbox": 2,
    "fcolorbox": 3,
    "parbox": 2,
    "scalebox": 2,
    "rotatebox": 2,
    "resizebox": 3,
    "foreignlanguage": 2,
    "hyperref": 1,
    "multicolumn": 3,
    "multirow": 3,
}
"""Commands whose last argument is the text and whose others are layout."""

Handler = Callable[["Reader", int, int], tuple[str, int]]


def command(reader: Reader, at: int, stop: int) -> tuple[str, int]:  # noqa: PLR0911 - one return a kind
    """The Markdown of the command at token `at`, and the token where reading goes on."""
    token = reader.items[at]
    name = token.value.removesuffix("*") if len(token.value) > 1 else token.value
    if handler := _HANDLERS.get(name):
        return handler(reader, at, stop)
    if name in names.LINE_BREAKS:
        option = reader.tokens.option(at + 1, stop) if at + 1 < stop and reader.items[at + 1].kind == "[" else None
        return LINE_BREAK, option[2] if option else at + 1
    if name in names.SYMBOLS:
        return names.SYMBOLS[name], at + 1
    if name in names.ACCENTS:
        return _accent(reader, at, stop, names.ACCENTS[name])
    if name in names.BREAKS:
        return "\n\n", at + 1
    if name in names.ARGUMENTS_DROPPED:
        return "", reader.arguments(at + 1, stop, names.ARGUMENTS_DROPPED[name])[1]
    if name in names.LAYOUT:
        return "", at + 1
    if name in _LAST_ARGUMENT:
        groups, end = reader.arguments(at + 1, stop, _LAST_ARGUMENT[name])
        return (reader.text(*groups[-1]) if groups else ""), end
    return _unknown(reader, at, stop)


def _unknown(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    """A macro without definition here: its arguments are text; without any, its name is the word it makes."""
    token = reader.items[at]
    reader.n_unknown_commands += 1
    end = at + 1
    if option := reader.tokens.option(end, stop) if end < stop and reader.items[end].kind == "[" else None:
        end = option[2]
    written = []
    while end < stop and reader.items[end].kind == "{" and (group := reader.tokens.group(end, stop)):
        written.append(reader.text(group[0], group[1]))
        end = group[2]
    if any(part.strip() for part in written):
        return " ".join(part for part in written if part.strip()), end
    if not token.value[0].isalpha() or (not written and _stands_alone(reader, at, end)):
        return "", end
    return token.value + (" " if token.gap else ""), end


def _stands_alone(reader: Reader, at: int, end: int) -> bool:
    """Whether a command has a line to itself, as those that lay out the page do and words do not."""
    token, text = reader.items[at], reader.tokens.text
    begins = at == 0 or reader.items[at - 1].kind == "par" or text[token.start - 1] == "\n"
    ends = end >= len(reader.items) or reader.items[end].kind == "par" or "\n" in text[token.start : token.end]
    return begins and (ends or reader.items[end].value == "\n")


def _accent(reader: Reader, at: int, stop: int, combining: str) -> tuple[str, int]:
    if group := reader.tokens.group(at + 1, stop):
        letters, end = reader.text(group[0], group[1]), group[2]
    elif at + 1 < stop and reader.items[at + 1].kind == "text":
        # Only the first letter bears the accent; the rest of the word is text as before.
        value = reader.items[at + 1].value.lstrip(" ")
        return _with_accent(value[:1], combining) + reader.typography(value[1:]), at + 2
    elif at + 1 < stop and reader.items[at + 1].value in names.SYMBOLS:
        letters, end = names.SYMBOLS[reader.items[at + 1].value], at + 2
    else:
        return "", at + 1
    return _with_accent(letters[:1], combining) + letters[1:], end


def _with_accent(letter: str, combining: str) -> str:
    letter = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    return unicodedata.normalize("NFC", letter + combining) if letter.isalpha() else letter


def _section(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    name = reader.items[at].value.removesuffix("*")
    groups, end = reader.arguments(at + 1, stop, {"olchapter": 3, "olpart": 2}.get(name, 1))
    if not groups:
        return "", end
    heading = paragraphs(reader.text(*groups[-1])).replace("\n", " ")
    anchor = ""
    if name.startswith("ol"):
        path = reader.file_label or [reader.tokens.source(*group) for group in groups[:-1]]
        anchor = anchor_for(reader, ":".join([*path, {"olsection": "sec", "olchapter": "chap"}.get(name, "part")]))
    following = reader.tokens.skip_space(end, stop)
    if following < stop and reader.items[following].kind == "command" and reader.items[following].value == "label":
        anchor, end = read_label(reader, following, stop)
    if not heading:
        return anchor, end
    reader.sections.append(heading)
    mark = "#" * names.SECTION_LEVELS[name]
    return f"\n\n{reader.source.hold(f'{mark} {heading} {anchor}'.strip(), '', 'block')}\n\n", end


def _title(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    groups, end = reader.arguments(at + 1, stop, 1)
    if groups and not reader.title:
        reader.title = paragraphs(reader.text(*groups[0])).replace("\n", " ")
    return "", end


def _front(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    """Author, address, date and the abstract and keywords of journal classes stand below the title."""
    name = reader.items[at].value
    groups, end = reader.arguments(at + 1, stop, 1)
    if not groups:
        return "", end
    text = paragraphs(reader.text(*groups[0]))
    if name == "author":
        text = re.sub(r"\s*;\s*", "; ", re.sub(r"\n+", ", ", text)).replace(", ;", ";").replace("; ,", ";")
    elif text and name == "Abstract":
        reader.sections.append("Abstract")
        text = f"## Abstract\n\n{text}"
    elif text and name == "Keywords":
        text = f"**Keywords:** {text}"
    if text:
        reader.front.append(reader.source.hold(text, "", "block"))
    return "", end


def _emphasis(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    if group := reader.tokens.group(at + 1, stop):
        mark = names.EMPHASIS[reader.items[at].value.removesuffix("*")]
        return reader.emphasis(group[0], group[1], mark), group[2]
    return "", at + 1


def _footnote(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    groups, end = reader.arguments(at + 1, stop, 1)
    if not groups:
        return "", end
    number = len(reader.footnotes)
    reader.footnotes.append("")
    reader.footnotes[number] = reader.text(*groups[0])
    return f"[^{number + 1}]", end


def _link(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    name = reader.items[at].value
    groups, end = reader.arguments(at + 1, stop, 2 if name == "href" else 1)
    if not groups:
        return "", end
    target = re.sub(r"\\([%#&_~])", r"\1", reader.source.raw(reader.tokens.source(*groups[0])).strip())
    text = reader.text(*groups[1]).strip() if len(groups) > 1 else ""
    if name == "href" and text:
        written = f"[{text}]({target})" if reader.keep_link_urls else text
        return (written if "\n\n" not in text else text), end
    if name == "path":
        return f"`{target}`", end
    return reader.source.hold(f"<{target}>", "", "inline"), end


def _image(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    groups, end = reader.arguments(at + 1, stop, 1)
    return (f"![]({reader.tokens.source(*groups[0]).strip()})" if groups else ""), end


def _caption(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    groups, end = reader.arguments(at + 1, stop, 2 if reader.items[at].value == "captionof" else 1)
    if not groups:
        return "", end
    kind = reader.tokens.source(*groups[0]).strip().capitalize() if len(groups) > 1 else reader.float_name
    following = reader.tokens.skip_space(end, stop)
    anchor = ""
    if following < stop and reader.items[following].kind == "command" and reader.items[following].value == "label":
        anchor, end = read_label(reader, following, stop)
    lead = f"**{kind}.** " if kind else ""
    return f"\n\n{lead}{reader.text(*groups[-1]).strip()} {anchor}\n\n", end


def _input(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    """A file that is not part of this document: its name stays, so that the place can be found."""
    n_arguments = 2 if reader.items[at].value in ("import", "subimport") else 1
    end, folder = at + 1, ""
    while option := reader.tokens.option(end, stop):
        folder = reader.tokens.source(*option[:2]).strip() + "/"
        end = option[2]
    groups, end = reader.arguments(end, stop, n_arguments)
    if not groups:
        return "", end
    reader.n_inputs += 1
    return f"\n\n[input:{folder}{''.join(reader.tokens.source(*group).strip() for group in groups)}]\n\n", end


def _bibliography(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    """References that BibTeX would put here: the names of the files that hold them."""
    groups, end = reader.arguments(at + 1, stop, 1)
    files = reader.tokens.source(*groups[0]) if groups else ""
    named = ", ".join(f"[bibliography:{file.strip()}]" for file in files.split(",") if file.strip())
    return f"\n\n{named}\n\n", end


def _file_id(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    return "", reader.arguments(at + 1, stop, 3)[1]


def _end(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    """An end without a beginning."""
    return "", (at + 4 if reader.tokens.name_after(at) else at + 1)


def _first_argument(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    groups, end = reader.arguments(at + 1, stop, 2)
    return (reader.text(*groups[0]) if groups else ""), end


def _ensured_math(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    if group := reader.tokens.group(at + 1, stop):
        return reader.inline(reader.tokens.source(*group[:2])), group[2]
    return "", at + 1


_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(names.SECTION_LEVELS, _section),
    **dict.fromkeys(names.CITATIONS, read_citation),
    **dict.fromkeys([*names.REFERENCES, "olref"], read_reference),
    **dict.fromkeys(names.INPUTS, _input),
    "bibliography": _bibliography,
    **dict.fromkeys(names.EMPHASIS, _emphasis),
    **dict.fromkeys(FRONT_MATTER - {"title"}, _front),
    **dict.fromkeys(["label", "ollabel"], read_label),
    **dict.fromkeys(["footnote", "footnotetext", "thanks", "endnote"], _footnote),
    **dict.fromkeys(["url", "href", "path", "nolinkurl"], _link),
    **dict.fromkeys(["caption", "captionof"], _caption),
    "begin": environment,
    "end": _end,
    "title": _title,
    "includegraphics": _image,
    "olfileid": _file_id,
    "texorpdfstring": _first_argument,
    "[": lambda reader, at, stop: reader.delimited(at, stop, "]", reader.display),
    "(": lambda reader, at, stop: reader.delimited(at, stop, ")", reader.inline),
    "ensuremath": _ensured_math,
    **dict.fromkeys(["and", "And", "AND"], lambda reader, at, stop: ("; ", at + 1)),
}
