"""`darwin loss-mask`: whether tokenized training data teach a model to stop."""

from pathlib import Path
from typing import Annotated

import typer

from darwin_assets.cli.output import AsJson, out


def loss_mask(
    shards: Annotated[list[Path], typer.Argument(help="Parquet files with input_ids and labels.", dir_okay=False)],
    end_token: Annotated[int, typer.Option(help="Id of the token that ends a document.")],
    as_json: AsJson = False,
) -> None:
    """Count the ends of documents that have no part in the loss. Ends with 1 unless most have an end and all are learnt."""
    from dataclasses import asdict

    from darwin_assets.closed_loop.channel.loss_mask_audit import UnreadableShard, audit_shards
    from resources.errors import DarwinError

    try:
        found = audit_shards(shards, end_token)
    except UnreadableShard as error:
        raise DarwinError(str(error)) from error
    told = ("share_with_end", "share_not_learnt", "teaches_to_stop")
    facts = asdict(found) | {name: getattr(found, name) for name in told}
    out(
        as_json,
        facts,
        f"{found.n_documents} documents, {found.n_cut} of them cut by packing, {found.n_ends} with their end "
        f"({found.share_with_end:.2%} of those not cut): {found.n_not_learnt} ends are not learnt "
        f"({found.share_not_learnt:.2%}); {found.n_learnt_tokens} of {found.n_tokens} tokens are",
    )
    if not found.teaches_to_stop:
        raise typer.Exit(1)
