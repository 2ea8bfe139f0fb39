"""The version; pyproject.toml and the face take it from here."""

__version__ = "0.1.0"
