"""Published rows that hold what a model is weak at, beside a uniform sample of equal size, and what came of training on them.

`pool` reads what may be drawn, `draw` samples it, `assets` publishes both arms through a gate, `read` gives the rows of an
arm back, `validate` measures what training on them changed, `trail` leads from there back to the files.
"""
