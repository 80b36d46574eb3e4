"""The fingerprints of a take-down between its steps: of all texts that its plan covers, though it grows on the way."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from darwin_assets.project import Project
from darwin_assets.takedown.plan import Plan
from darwin_assets.takedown.state import State
from darwin_assets.takedown.texts import erased_texts, staying_texts
from resources.errors import DarwinError

if TYPE_CHECKING:
    from darwin_assets.takedown.windows import Keys, Shared

WINDOWS_FILE = "windows.npz"


def cover(project: Project, state: State, plan: Plan) -> None:
    """Store the fingerprints of every text that goes, and which of them stand in what stays.

    Once they cover a plan, nothing is done. When it has grown since, those of what is there now are added to those of the
    texts that are gone.
    """
    import numpy as np

    from darwin_assets.takedown.windows import fingerprints, shared

    stored = state.get(WINDOWS_FILE)
    keys, covered = np.empty(0, dtype=np.uint64), (0, 0)
    if stored is not None:
        with np.load(io.BytesIO(stored)) as parts:
            keys, covered = parts["keys"], tuple(parts["covered"].tolist())
    if covered >= plan.size:
        return
    keys = np.union1d(keys, fingerprints(erased_texts(project, plan)))
    found = shared(keys, staying_texts(project, plan))
    buffer = io.BytesIO()
    rows, n = np.array(list(found.rows), dtype=np.str_), np.array(list(found.rows.values()), dtype=np.int64)
    np.savez(buffer, keys=keys, mask=found.mask, rows=rows, n=n, covered=np.array(plan.size))
    state.put(WINDOWS_FILE, buffer.getvalue())


def read(state: State) -> tuple[Keys, Shared]:
    """DarwinError when the take-down is finished."""
    import numpy as np

    from darwin_assets.takedown.windows import Shared

    stored = state.get(WINDOWS_FILE)
    if stored is None:
        raise DarwinError("the fingerprints of this take-down are gone: they are removed when it is finished")
    with np.load(io.BytesIO(stored)) as parts:
        rows = dict(zip(parts["rows"].tolist(), parts["n"].tolist(), strict=True))
        return parts["keys"], Shared(parts["mask"], rows)
