"""What a step of the loop does about documents that are taken down while it runs: what it wrote of them goes again.

A take-down writes its documents on the block list first and sweeps the tables afterwards; a step looks at the list after it
has written. So one of the two always sees what the other has done.
"""

import polars as pl

from darwin_assets.closed_loop.sealed import Table, rewrite_sealed
from resources.block_list import BlockList
from resources.errors import Conflict
from resources.lake import Lake


def withdraw_taken_down(lake: Lake, table: Table, key: str) -> None:
    """Take the rows of documents on the block list (root_id) out of a partition. Conflict where there are any: run the step
    again.
    """
    roots = BlockList(lake=lake).read().values("root")
    if not roots:
        return
    stays = ~pl.col("root_id").is_in(list(roots))
    said = {"withdrawn": "taken down"}
    if rewrite_sealed(lake, table, key, lambda rows: rows.filter(stays), said, "taken down meanwhile") is not None:
        raise Conflict(f"{table.zone}/{table.name}/{key}: documents were taken down meanwhile: run it again")
