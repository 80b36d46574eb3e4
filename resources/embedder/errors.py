"""What stops an embedding run, besides the errors that every model has."""

from resources.language_model.errors import LanguageModelError


class EmbeddingError(LanguageModelError):
    """A text got no usable vector. The message carries its key and sizes, never its words."""
