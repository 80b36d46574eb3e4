"""Raw documents to training data for language models, level by level, as one asset graph over Delta Lake."""

import os

# Polars reads this when it is first imported. It gives memory back after half a second otherwise, and a step that goes
# through a batch slice by slice gets it again page by page.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000")
