"""Citations, labels and references of LaTeX: `[@key]`, `{#label}`, `[ref:label]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darwin_assets.normalize import latex_names as names

if TYPE_CHECKING:
    from darwin_assets.normalize.latex_reader import Reader


def read_citation(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    end = at + 1
    options = []
    while option := reader.tokens.option(end, stop):
        options.append(" ".join(reader.text(option[0], option[1]).split()))
        end = option[2]
    if (group := reader.tokens.group(end, stop)) is None:
        return "", end
    keys = "; ".join(f"@{key.strip()}" for key in reader.tokens.source(*group[:2]).split(",") if key.strip())
    before = options[0] if len(options) > 1 else ""
    after = options[-1] if options else ""
    return f"[{before + ' ' if before else ''}{keys}{', ' + after if after else ''}]", group[2]


def reference_names(reader: Reader, at: int) -> list[str]:
    """The labels that the reference command at token `at` points to; none for other commands."""
    name, stop = reader.items[at].value.removesuffix("*"), len(reader.items)
    if name not in names.REFERENCES and name != "olref":
        return []
    end, path = at + 1, []
    while option := reader.tokens.option(end, stop):
        path.append(reader.tokens.source(*option[:2]).strip())
        end = option[2]
    group = reader.tokens.group(end, stop)
    if group is None:
        return []
    labels = [label.strip() for label in reader.tokens.source(*group[:2]).split(",")]
    if name == "olref":
        return [":".join([*reader.file_label[: 3 - len(path)], *path, *labels])]
    return [label for label in labels if label]


def read_reference(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    groups, end = reader.arguments(at + 1, stop, 1)
    if not groups:
        return "", end
    return ", ".join(f"[ref:{label}]" for label in reference_names(reader, at)), end


def read_label(reader: Reader, at: int, stop: int) -> tuple[str, int]:
    groups, end = reader.arguments(at + 1, stop, 1)
    if not groups:
        return "", end
    label = reader.tokens.source(*groups[0]).strip()
    if reader.items[at].value == "ollabel":
        label = ":".join([*reader.file_label, label])
    return anchor_for(reader, label), end


def anchor_for(reader: Reader, label: str) -> str:
    """An anchor stands in the text only where the document refers to it."""
    reader.labels.append(label)
    return f"{{#{label}}}" if label in reader.referenced else ""
