"""Items that two harnesses name differently, known by the words of their questions."""

import polars as pl

ITEM = ("item", "benchmark")
MIN_CHARS = 20
"""Characters below which a question could be anybody's."""
MIN_SHARE = 0.5
"""Share of what a checkpoint was asked in a benchmark that must be found elsewhere: a few equal questions are chance."""


def question_key() -> pl.Expr:
    """`question` without white space, in small letters, with plain quotation marks. Signs are kept: 3 + 4 is not 3 - 4."""
    plain = pl.col("question").str.to_lowercase().str.replace_all(r"\s+", "")
    return plain.str.replace_all("[‘’]", "'").str.replace_all("[“”]", '"')


def named_alike(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` of samples with one `item` and `benchmark` for one question, those under which most checkpoints were asked it.
    Where the files say another benchmark it stands before the item_id.

    A question that a checkpoint was asked under two names, or one name with two questions, tells nothing and is left as it
    is.
    """
    asked = (
        rows.filter(pl.col("error").is_null(), pl.col("question").is_not_null())
        .select(*ITEM, "checkpoint", key=question_key())
        .unique()
        .filter(pl.col("key").str.len_chars() >= MIN_CHARS, pl.col("key").n_unique().over("item") == 1)
    )
    is_known = (pl.col("item").n_unique().over("key") > 1) & pl.col("checkpoint").is_unique().over("key")
    several = asked.filter(is_known.all().over("key"))
    first = several.with_columns(n=pl.col("checkpoint").n_unique().over("item")).sort(
        "n", "checkpoint", *ITEM, descending=[True, False, False, False]
    )
    names = first.unique("key", keep="first", maintain_order=True).select(
        "key", *(pl.col(one).alias(f"{one}_as") for one in ITEM)
    )
    moved = several.join(names, on="key").filter(pl.col("item") != pl.col("item_as"))
    sizes = rows.group_by("checkpoint", "benchmark").agg(n_asked=pl.col("item").n_unique())
    enough = (
        moved.group_by("checkpoint", "benchmark", "benchmark_as")
        .agg(n=pl.len())
        .join(sizes, on=["checkpoint", "benchmark"])
        .filter(pl.col("n") >= MIN_SHARE * pl.col("n_asked"))
    )
    taken = moved.join(enough, on=["checkpoint", "benchmark", "benchmark_as"], how="semi")
    as_named = taken.select("item", "item_as", "benchmark_as").unique("item", maintain_order=True)
    renamed = rows.join(as_named, on="item", how="left", maintain_order="left")
    as_filed = pl.concat_str("benchmark", "item_id", separator="/")
    return renamed.with_columns(
        pl.coalesce("item_as", "item").alias("item"),
        pl.coalesce("benchmark_as", "benchmark").alias("benchmark"),
        item_id=pl.when(pl.col("item_as").is_null()).then("item_id").otherwise(as_filed),
    ).select(rows.columns)


def known_by_question(samples: pl.DataFrame, reference: str) -> pl.DataFrame:
    """checkpoint, benchmark, n: items of which the files say another name than those of the reference do."""
    of_items = samples.filter("primary", pl.col("error").is_null()).unique(["checkpoint", "item"])
    named = of_items.select(
        "checkpoint", *ITEM, name=pl.concat_str("subset", "item_id", separator="/", ignore_nulls=True)
    )
    theirs = named.filter(checkpoint=reference).select("item", theirs="name")
    other = named.join(theirs, on="item").filter(pl.col("name") != pl.col("theirs"))
    return other.group_by("checkpoint", "benchmark").agg(n=pl.len()).sort("checkpoint", "benchmark")
