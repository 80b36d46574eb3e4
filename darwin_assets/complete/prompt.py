"""The prompt of L5: a versioned file, the constant part first, the window last."""

from __future__ import annotations

from pathlib import Path

from darwin_assets.refine.prompt import chat, identity

PROMPT = Path(__file__).parent / "prompts" / "cognitive_completion.v1.md"


def messages(text: str) -> list[dict[str, str]]:
    """The chat of one window: the L5 instructions as system message, the window alone as user message."""
    return chat(PROMPT, text)


def prompt_id() -> str:
    """Name, version and content hash of the L5 prompt, such as "cognitive_completion.v1.0123456789ab"."""
    return identity(PROMPT)
