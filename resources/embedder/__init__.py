"""One embedder for all stages: texts in, one unit vector each out."""

from resources.embedder.errors import EmbeddingError
from resources.embedder.requests import Embedding
from resources.embedder.resource import Embedder

__all__ = ["Embedder", "Embedding", "EmbeddingError"]
