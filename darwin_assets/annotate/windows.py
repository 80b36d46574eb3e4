"""The parts of a document that the light models read: a bounded number of windows, evenly spread."""

from __future__ import annotations


def windows(text: str, max_windows: int, window_chars: int) -> list[str]:
    """At most `max_windows` pieces of at most `window_chars` characters, from the start of a text to its end.

    Pieces begin and end at a line break where there is one in their outer quarters: words and formulas stay
    whole; of a text that fits, only what lies between two such breaks is left out.
    """
    if len(text) <= max_windows * window_chars:
        starts = list(range(0, len(text), window_chars))
    elif max_windows == 1:
        starts = [0]
    else:
        last = len(text) - window_chars
        starts = [round(step * last / (max_windows - 1)) for step in range(max_windows)]
    return [_whole_lines(text, start, min(start + window_chars, len(text))) for start in starts]


def _whole_lines(text: str, start: int, end: int) -> str:
    margin = (end - start) // 4
    if start > 0 and (line_break := text.find("\n", start, start + margin)) >= 0:
        start = line_break + 1
    if end < len(text) and (line_break := text.rfind("\n", end - margin, end)) >= 0:
        end = line_break
    return text[start:end]
