import darwin_assets  # noqa: F401  sets up memory as every step has it, before Polars is imported
