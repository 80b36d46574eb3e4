"""The macros that a LaTeX document defines for itself: collected, and replaced by their bodies as TeX does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from darwin_assets.normalize.latex_names import ARGUMENTS_DROPPED, STRUCTURAL
from darwin_assets.normalize.latex_source import HELD, Source, match_braces


def _named(group: str) -> str:
    return rf"\s*(?:\{{\\(?P<{group}>[A-Za-z@]+)\}}|\\(?P<bare_{group}>[A-Za-z@]+))\s*"


_DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?newcommand|DeclareRobustCommand)\*?"
    + _named("command")
    + r"(?:\[(?P<count>\d)\]\s*)?(?:\[(?P<default>[^\]]{0,500})\]\s*)?\{"
    r"|\\def\s*\\(?P<defined>[A-Za-z@]+)(?P<parameters>(?:#\d)*)\s*\{"
    r"|\\DeclareMathOperator(?P<star>\*?)"
    + _named("operator")
    + r"\{|\\(?:New|Renew|Provide|Declare)DocumentCommand"
    + _named("document")
    + r"\{\s*(?:(?P<optional>o)|O\{(?P<document_default>[^{}]{0,500})\})?(?P<mandatory>(?:\s*m)*)\s*\}\s*\{"
)
_ALIAS = re.compile(r"\\let\s*\\([A-Za-z@]+)\s*(?:=\s*)?(\\(?:[A-Za-z@]+|[^A-Za-z@\s]))")
_CONTROL_WORD_END = re.compile(r"\\[A-Za-z@]+\Z")
_COMMAND = re.compile(r"\\([A-Za-z@]+)|\\.", re.DOTALL)


@dataclass(frozen=True)
class Macro:
    """A definition of the document's own: body with #1..#9, number of arguments, default of the first.

    With `first_branch` the call also yields the first of its further arguments that is not empty: a
    condition that only the book's build can decide keeps one of its branches.
    """

    body: str
    n_arguments: int = 0
    default: str | None = None
    first_branch: bool = False


def take_definitions(text: str) -> tuple[str, dict[str, Macro]]:
    """The text without its macro definitions, and the definitions."""
    macros: dict[str, Macro] = {}
    braces = match_braces(text)
    out: list[str] = []
    position = 0
    for match in _DEFINITION.finditer(text):
        if match.start() < position or (stop := braces.get(match.end() - 1)) is None:
            continue
        name, macro = _definition(match, text[match.end() : stop])
        macros[name] = macro
        out.append(text[position : match.start()])
        position = stop + 1
    out.append(text[position:])
    text = "".join(out)
    macros |= {name: Macro(meant) for name, meant in _ALIAS.findall(text) if meant != f"\\{name}"}
    kept = {n: m for n, m in macros.items() if n not in STRUCTURAL and n not in ARGUMENTS_DROPPED}
    return _ALIAS.sub("", text), kept


def _definition(match: re.Match[str], body: str) -> tuple[str, Macro]:
    if name := match["command"] or match["bare_command"]:
        return name, Macro(body, int(match["count"] or 0), match["default"])
    if name := match["defined"]:
        return name, Macro(body, match["parameters"].count("#"))
    if name := match["operator"] or match["bare_operator"]:
        return name, Macro(rf"\operatorname{match['star']}{{{body}}}")
    default = "" if match["optional"] else match["document_default"]
    name = match["document"] or match["bare_document"]
    return name, Macro(body, match["mandatory"].count("m") + (default is not None), default)


def expand(source: Source, macros: dict[str, Macro], *, max_passes: int, max_growth: int) -> None:
    """Replace the document's own macros by their bodies, as TeX does, within bounds.

    `max_passes` bounds how deep macros may stand in macros, `max_growth` how many times longer the text
    may become.
    """
    limit_chars = max_growth * len(source.text) + 10_000
    for _ in range(max_passes):
        expanded = _expand_once(source.text, macros, limit_chars)
        if expanded == source.text:
            return
        source.text = expanded
    source.notes.append("macro expansion stopped at its limit")


def _expand_once(text: str, macros: dict[str, Macro], limit_chars: int) -> str:
    braces = match_braces(text)
    out: list[str] = []
    position, n_chars = 0, 0
    for match in _COMMAND.finditer(text):
        name = match[1]
        if match.start() < position or name not in macros:
            continue
        macro = macros[name]
        arguments, end = _arguments(text, match.end(), macro, braces)
        body = _filled(macro.body, arguments)
        if macro.first_branch:
            body += next((branch for branch in arguments[1:] if branch.strip()), "")
        before = text[position : match.start()]
        # A control word ends where the next letter would join it: TeX works on tokens, this works on text.
        if body[:1].isalpha() and _CONTROL_WORD_END.search(before or (out[-1] if out else "")):
            before += " "
        if _CONTROL_WORD_END.search(body) and text[end : end + 1].isalpha():
            body += " "
        out += [before, body]
        n_chars += len(before) + len(body)
        position = end
        if n_chars > limit_chars:
            break
    out.append(text[position:])
    return "".join(out)


def _filled(body: str, arguments: list[str]) -> str:
    """A macro's body with `#1` to `#9` replaced."""

    def argument(match: re.Match[str]) -> str:
        number = int(match[1])
        return arguments[number - 1] if number <= len(arguments) else ""

    return re.sub(r"#([1-9])", argument, body)


def _arguments(text: str, position: int, macro: Macro, braces: dict[int, int]) -> tuple[list[str], int]:
    """The arguments of one call and where it ends; an argument is a group or one token."""
    arguments: list[str] = []
    end = _skip_space(text, position)
    if macro.default is not None:
        stop = text.find("]", end, end + 500) if text[end : end + 1] == "[" else -1
        arguments.append(text[end + 1 : stop] if stop >= 0 else macro.default)
        end = stop + 1 if stop >= 0 else end
    while len(arguments) < macro.n_arguments:
        end = _skip_space(text, end)
        if end in braces:
            arguments.append(text[end + 1 : braces[end]])
            end = braces[end] + 1
        elif token := _COMMAND.match(text, end) or HELD.match(text, end):
            arguments.append(token[0])
            end = token.end()
        else:
            arguments.append(text[end : end + 1].strip("{}"))
            end = min(end + 1, len(text))
    return arguments, end


def _skip_space(text: str, position: int) -> int:
    """Spaces and at most one line end: an empty line ends the paragraph and is never skipped."""
    match = re.compile(r"[ \t]*(?:\n(?![ \t]*\n)[ \t]*)?").match(text, position)
    return match.end() if match else position
