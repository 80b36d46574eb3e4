"""TeX as authors write it into pages and annotations."""

from __future__ import annotations

import re


def clean_tex(tex: str) -> str:
    """TeX as authors annotate it, on one line, without delimiters and the wrapper that MediaWiki adds."""
    # Lines are joined, so a comment would hide the rest of the formula.
    tex = " ".join(re.sub(r"(?<!\\)%[^\n]*\n", "\n", tex).split())
    for opening, closing in (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]")):
        if len(tex) > 2 * len(opening) and tex.startswith(opening) and tex.endswith(closing):
            tex = tex[len(opening) : -len(closing)].strip()
    wrapped = re.fullmatch(r"\{\\(?:display|text)style (.*)\}", tex)
    if wrapped and is_balanced(wrapped[1]):
        tex = wrapped[1].strip()
    # A dollar inside would end the formula in Markdown.
    return re.sub(r"(?<!\\)\$", "", tex)


def is_balanced(tex: str) -> bool:
    """Whether every brace closes, without which a formula would swallow what follows it."""
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", tex):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0
