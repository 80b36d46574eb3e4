"""What models put around an answer: the reasoning before it, a code fence around it."""

from __future__ import annotations

import re

# Some servers leave out the opening tag.
THINKS, THOUGHT = "<think>", "</think>"
REASONING = re.compile(rf"\A\s*{THINKS}.*?{THOUGHT}", re.DOTALL)
FENCED = re.compile(r"\A```(?:markdown|md|text|txt|html|xml|latex|tex)?[ \t]*\n(.*?)\n?```\Z", re.DOTALL)

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""No text of L1 holds any."""
_CONTROLS_OF_ASCII = bytes(code for code in range(0x80) if CONTROLS.match(chr(code)))


def without_reasoning(text: str, source: str = "") -> str:
    """A reply less what the model thought before it, without outer white space and control characters; tags of the source's
    own stay.
    """
    if has_controls(text) and not has_controls(source):
        text = CONTROLS.sub("", text)
    if THOUGHT not in source:
        return text.rpartition(THOUGHT)[2].strip()
    return text.strip() if source.lstrip().startswith(THINKS) else REASONING.sub("", text).strip()


def has_controls(text: str) -> bool:
    """Whether the text holds any of `CONTROLS`; the pattern takes five times as long as bytes do."""
    if text.isascii():
        return len(text.encode().translate(None, _CONTROLS_OF_ASCII)) < len(text)
    return CONTROLS.search(text) is not None


def is_unfinished_reasoning(body: str, source: str = "") -> bool:
    """Whether an answer without its reasoning still begins with it: the model never came to an end."""
    return body.startswith(THINKS) and not source.lstrip().startswith(THINKS)


def without_fence(text: str, source: str = "") -> str:
    """A text less a code fence around all of it, without outer white space, where the source does not begin with one."""
    fenced = FENCED.match(text.strip())
    if fenced is None or source.lstrip().startswith("```") or fenced.group(1).count("```") % 2:
        return text.strip()
    return fenced.group(1).strip()
