"""A diagnosis as a person reads it: Markdown, pictures, and the same as JSON. Numbers and names, no words of documents."""
