"""The Postgres schema that nudges owns, and the migrations that build it."""

from pathlib import Path
from typing import Final

SCHEMA: Final = "nudges"
MIGRATIONS: Final = Path(__file__).with_name("migrations")
