"""Prompts are versioned files: the constant part first, the document last, so that servers can reuse the
prefix.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PROMPT = Path(__file__).parent / "prompts" / "faithful_refiner.v1.md"


def messages(text: str) -> list[dict[str, str]]:
    """The chat of one chunk: the L4 instructions as system message, the chunk alone as user message."""
    return chat(PROMPT, text)


def prompt_id() -> str:
    """Name, version and content hash of the L4 prompt, such as "faithful_refiner.v1.0123456789ab"."""
    return identity(PROMPT)


def chat(prompt: Path, text: str) -> list[dict[str, str]]:
    """A prompt file's instructions, then the text."""
    return [{"role": "system", "content": instructions(prompt)}, {"role": "user", "content": text}]


@cache
def instructions(prompt: Path) -> str:
    """The content of a prompt file."""
    return prompt.read_text(encoding="utf-8").strip()


def identity(prompt: Path) -> str:
    """File name without suffix and the first 12 hex digits of the content's SHA-256."""
    return f"{prompt.stem}.{hashlib.sha256(instructions(prompt).encode()).hexdigest()[:12]}"
