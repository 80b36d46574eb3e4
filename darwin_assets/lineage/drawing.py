"""A trace as boxes and arrows: what stands in each, how it is marked, and in which row of the picture."""

from dataclasses import dataclass, field

from darwin_assets.levels import LEVELS, TABLES, path_to
from darwin_assets.lineage.descendants import Descent
from darwin_assets.lineage.raw_bytes import IN_PART, STORED
from darwin_assets.lineage.steps import Step
from darwin_assets.lineage.trace import Node, Trace

SHORT_ID, SHORT_RUN = 12, 8
MOST_BOXES = 4
"""Boxes of one row of the picture; what is beyond is counted."""


@dataclass(frozen=True)
class Box:
    """`mark`: asked, kept, rejected, bytes, beside or gap. `layer` counts from the top."""

    id: str
    layer: int
    lines: list[str]
    mark: str


@dataclass(frozen=True)
class Arrow:
    """From the box made of to the box that was made; `lines` say how. `mark`: passed, waived or closed."""

    origin: str
    target: str
    lines: list[str] = field(default_factory=list)
    mark: str = "passed"


@dataclass(frozen=True)
class Drawing:
    title: str
    boxes: list[Box]
    arrows: list[Arrow]


def draw_trace(trace: Trace) -> Drawing:
    """Bytes above, the row that was asked for below, each step on the arrow between."""
    layers: dict[int, list[Node]] = {}
    for node in trace.nodes:
        layers.setdefault(_layer(node), []).append(node)
    boxes: list[Box] = []
    place: dict[str, str] = {}
    for number, layer in enumerate(sorted(layers)):
        # what was asked for is never among those that are only counted
        nodes = sorted(layers[layer], key=lambda node: node.id != trace.row)
        boxes += [Box(node.id, number, said(node), _mark(node, trace.row)) for node in nodes[:MOST_BOXES]]
        place |= {node.id: node.id for node in nodes[:MOST_BOXES]}
        if rest := nodes[MOST_BOXES:]:
            boxes.append(Box(f"more-{number}", number, [f"and {len(rest)} more"], "beside"))
            place |= {node.id: f"more-{number}" for node in rest}
    arrows: dict[tuple[str, str], Arrow] = {}
    for edge in trace.edges:
        ends = (place[edge.parent], place[edge.child])
        arrows.setdefault(
            ends, Arrow(*ends, step_lines(edge.step), edge.step.gate.outcome if edge.step.gate else "passed")
        )
    unknown = enumerate([*trace.gaps, *trace.notes])
    gaps = [Box(f"gap-{number}", len(layers), [sentence], "gap") for number, sentence in unknown]
    return Drawing(f"Where {trace.asked} comes from", [*boxes, *gaps], list(arrows.values()))


def step_lines(step: Step) -> list[str]:
    """Operation and recipe, what worked on the row, gate and waiver, publication and run: a line each, where known."""
    lines = [
        " · ".join(
            part
            for part in (f"{step.level} {step.operation}" if step.level in LEVELS else step.operation, step.recipe)
            if part
        )
    ]
    if step.made_by:
        lines.append(" · ".join(f"{name}: {value}" for name, value in step.made_by.items()))
    if step.settings:
        lines.append("settings: " + ", ".join(f"{name} = {value}" for name, value in step.settings.items()))
    if step.gate:
        lines.append(f"gate {step.gate.outcome}, verdict {step.gate.verdict[:SHORT_ID]}")
    if step.gate and step.gate.waived_by:
        lines.append(f"waived by {step.gate.waived_by}: {step.gate.reason}")
    if one := step.publication:
        lines.append(f"{one.table} version {one.version} · run {one.run_id[:SHORT_RUN]} · {one.at[:19]}Z")
    return lines


def _layer(node: Node) -> int:
    if node.kind == "row":
        return 1 + len(path_to(node.where.rpartition("/")[2]))
    return 1 if node.kind == "file" else 0


def _mark(node: Node, asked: str) -> str:
    if node.kind == "bytes":
        return "bytes" if node.where in (STORED, IN_PART) else "gap"
    if node.facts.get("rejected_by") or node.facts.get("refused_by"):
        return "rejected"
    return "asked" if node.id == asked else "kept"


def said(node: Node) -> list[str]:
    """What is known about a node, without words of its document."""
    facts = node.facts
    if node.kind == "bytes":
        return [f"raw bytes, {node.where}", f"sha256 {node.id[:SHORT_ID]}…", f"{facts['n_bytes']:,} bytes"]
    lines = [f"{node.where}  {node.id}"]
    lines += [str(facts["uri"])] if facts.get("uri") else []
    size = [f"{facts['n_chars']:,} characters"] if facts.get("n_chars") else []
    tier = [f"tier {facts['ultradata_tier']}"] if "ultradata_tier" in facts else []
    lines.append(" · ".join([*([facts["licence"]] if facts.get("licence") else []), *size, *tier]))
    if reason := facts.get("rejected_by") or facts.get("refused_by"):
        value, limit = facts.get("rejected_value"), facts.get("rejected_threshold")
        measured = f": {value:.6g} is not in {limit}" if value is not None and limit else ""
        lines.append(f"rejected by {reason}{measured}")
        detail = facts.get("rejected_detail") or facts.get("refused_detail")
        lines += [str(detail)] if detail else []
    return [line for line in lines if line]


def draw_descent(found: Descent) -> Drawing:
    """What was asked about above, level by level what was made of it, and below what stands beside the rows."""
    boxes = [Box(found.asked, 0, [found.asked], "asked")]
    arrows: list[Arrow] = []
    place = {found.asked: found.asked}
    rows = [one for one in found.rows if one["zone"] != "candidate" and one["id"] != found.asked]
    tables = [level for level in TABLES if any(one["table"] == level for one in rows)]
    for number, level in enumerate(tables, 1):
        here = [one for one in rows if one["table"] == level]
        for one in here[:MOST_BOXES]:
            boxes.append(Box(one["id"], number, _made(one), "rejected" if one.get("rejected_by") else "kept"))
            place[one["id"]] = one["id"]
        if rest := here[MOST_BOXES:]:
            boxes.append(Box(f"more-{number}", number, [f"{len(rest)} more at {level}"], "beside"))
            place |= {one["id"]: f"more-{number}" for one in rest}
        ends = {(place[parent], place[one["id"]]) for one in here for parent in one["parents"] if parent in place}
        arrows += [Arrow(*pair) for pair in sorted(ends)]
    beside = {name: count for name, count in found.counts().items() if "/" not in name or name.startswith("candidate")}
    boxes += [Box(f"beside-{name}", len(tables) + 1, [name, f"{count:,}"], "beside") for name, count in beside.items()]
    return Drawing(f"What was made from {found.asked}", boxes, arrows)


def _made(row: dict[str, object]) -> list[str]:
    lines = [f"{row['zone']}/{row['table']}  {str(row['id'])[:SHORT_ID]}…"]
    if row.get("rejected_by"):
        return [*lines, f"rejected by {row['rejected_by']}"]
    return [*lines, " · ".join([f"{row['n_chars']:,} characters", str(row["licence"])])]
