"""Traces as tables: header and rows of strings, for the terminal and for the page of an asset."""

from darwin_assets.lineage.descendants import Descent
from darwin_assets.lineage.drawing import said, step_lines
from darwin_assets.lineage.trace import Trace

TRACE_HEADER = ("what", "id", "document", "made by")
DESCENT_HEADER = ("where", "id", "size or reason")
BESIDE_HEADER = ("beside the rows", "what")


def trace_rows(trace: Trace) -> list[list[str]]:
    """One row for each node, nearest first, with the step that made it."""
    steps = {edge.child: edge.step for edge in trace.edges}
    return [
        [
            f"bytes, {node.where}" if node.kind == "bytes" else node.where,
            node.id,
            "\n".join(said(node)[1:]),
            "\n".join(step_lines(steps[node.id])) if node.id in steps else "",
        ]
        for node in trace.nodes
    ]


def descent_rows(found: Descent) -> list[list[str]]:
    """One row for each row of the lake that was made from what was asked about, in every zone."""
    return [
        [
            f"{one['zone']}/{one['table']}",
            one["id"],
            f"rejected by {one['rejected_by']}" if one.get("rejected_by") else f"{one['n_chars']:,} characters",
        ]
        for one in found.rows
    ]


def beside_rows(found: Descent) -> list[list[str]]:
    """What stands beside the rows: twins, answers, calls, vectors, links, affordances, samples, lines of exports."""
    return [
        *(["rejected twin", f"{one['id']} of {one['batch']}, similarity {one['similarity']}"] for one in found.twins),
        *(
            ["stored answer", f"{one['request_key']} · {one['prompt_id']} · {one['model_fingerprint']}"]
            for one in found.answers
        ),
        *(["call", f"{one['request_key']} · {one['prompt_id']} · run {one['run_id']}"] for one in found.calls),
        *(["vector", f"{one['text_sha256']} · {one['embedder']}"] for one in found.vectors),
        *(
            ["tier twin", f"{one['loser_id']} gives way to {one['survivor_id']}, cosine {one['cosine']}"]
            for one in found.links
        ),
        *(
            ["affords", f"{one['id']} of {one['level']}: {', '.join(one['operations'])} · {one['discourse']}"]
            for one in found.affordances
        ),
        *(
            ["sample", f"{one['id']} in {one['batch']} {one['arm']}, {one['tokens_used']} tokens"]
            for one in found.mixes
        ),
        *(["export", f"{one['export']}, line {one['line']}: {one['id']}"] for one in found.exports),
    ]
