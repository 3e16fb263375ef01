"""The door, with the fixture that its own tests use."""

from tests.services.ingest.conftest import ingest

__all__ = ["ingest"]
