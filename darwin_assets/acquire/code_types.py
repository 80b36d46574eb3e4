"""Source code: which language a file is in, by its name, its first line, or its first words where a suffix is shared.

A language is called as fenced code blocks call it, and its media type is `text/x-LANGUAGE`.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_SUFFIXES = """
python py pyw pyi pyx sage | c c h | cpp cc cpp cxx c++ hh hpp hxx h++ | cuda cu cuh | csharp cs | java java | go go
javascript js mjs cjs jsx | typescript ts tsx mts | rust rs | r r | julia jl | matlab m | ruby rb | php php | perl pl pm
lua lua | bash sh bash zsh ksh | powershell ps1 psm1 | batch bat cmd | sql sql | scala scala sc | kotlin kt kts
swift swift | haskell hs lhs | ocaml ml mli | fsharp fs fsx | fortran f for f77 f90 f95 f03 f08 | ada adb ads
pascal pas | lisp lisp lsp cl | elisp el | scheme scm ss | racket rkt | clojure clj cljs cljc | elixir ex exs
erlang erl hrl | dart dart | groovy groovy gradle | nim nim | zig zig | d d | vb vb bas | asm asm s | verilog v sv svh
vhdl vhd vhdl | glsl glsl vert frag | hlsl hlsl | wgsl wgsl | prolog prolog | lean lean | agda agda | isabelle thy
tla tla | stan stan | sas sas | stata do ado | mathematica wl wls | gap gap | css css scss less | yaml yaml yml
toml toml | ini ini cfg | cmake cmake | make mk mak | protobuf proto | graphql graphql | solidity sol | tcl tcl | awk awk
vim vim | diff diff patch | terraform tf | nix nix | cobol cob cbl | crystal cr | objective-c mm
"""
_NAMES = {"makefile": "make", "gnumakefile": "make", "dockerfile": "dockerfile", "cmakelists.txt": "cmake",
          "rakefile": "ruby", "gemfile": "ruby", "sconstruct": "python"}  # fmt: skip
_INTERPRETERS = {"python": "python", "bash": "bash", "sh": "bash", "zsh": "bash", "ksh": "bash", "dash": "bash",
                 "perl": "perl", "ruby": "ruby", "node": "javascript", "rscript": "r", "julia": "julia", "php": "php",
                 "lua": "lua", "tclsh": "tcl", "awk": "awk", "gawk": "awk", "runhaskell": "haskell",
                 "make": "make"}  # fmt: skip
_SHEBANG = re.compile(rb"#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-S[ \t]+)?(?:\S*/)?)?([A-Za-z]+)[0-9.]*(?:[ \t\r\n]|$)")
_SHARED: dict[str, tuple[tuple[re.Pattern[bytes], str], ...]] = {
    ".m": (
        (re.compile(rb"^[ \t]*(?:#\s*import\b|@(?:interface|implementation|protocol)\b)", re.MULTILINE), "objective-c"),
    ),
    ".h": ((re.compile(rb"^[ \t]*(?:class\s+\w+|namespace\b|template\s*<|public:|private:)", re.MULTILINE), "cpp"),),
    ".pl": ((re.compile(rb"^[ \t]*:-\s*\w+|^[a-z]\w*\(.*\)\s*:-", re.MULTILINE), "prolog"),),
    ".v": ((re.compile(rb"^[ \t]*(?:Require|Theorem|Lemma|Definition|Inductive)\b", re.MULTILINE), "coq"),),
}
"""Suffixes of two languages: what tells the rarer one."""
_RARER = [language for signs in _SHARED.values() for _, language in signs]


def _by_suffix() -> dict[str, str]:
    entries = [entry.split() for line in _SUFFIXES.strip().splitlines() for entry in line.split("|")]
    return {f".{suffix}": language for language, *suffixes in entries for suffix in suffixes}


_BY_SUFFIX = _by_suffix()
LANGUAGES: dict[str, str] = {
    f"text/x-{language}": language
    for language in sorted({*_BY_SUFFIX.values(), *_NAMES.values(), *_INTERPRETERS.values(), *_RARER})
}
"""Media type to language."""


def by_name(name: str, head: bytes) -> str | None:
    """The media type of source code by a file's name; None for other names and for bytes that are no text."""
    if b"\x00" in head:
        return None
    path = PurePosixPath(name.lower())
    language = _NAMES.get(path.name) or _BY_SUFFIX.get(path.suffix)
    language = next((other for sign, other in _SHARED.get(path.suffix, ()) if sign.search(head)), language)
    return f"text/x-{language}" if language else None


def by_shebang(head: bytes) -> str | None:
    """The media type of a script by the interpreter that its first line names."""
    match = _SHEBANG.match(head)
    language = _INTERPRETERS.get(match[1].decode().lower()) if match else None
    return f"text/x-{language}" if language else None


def file_title(path: str, locator: str, media_type: str) -> str | None:
    """The name of a source file as its title; None for other documents and for code inside of tables."""
    if media_type not in LANGUAGES:
        return None
    member = locator.rpartition("member:")[2] if "member:" in locator else ""
    return member or (None if locator else path)
