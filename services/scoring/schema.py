"""The Postgres schema that scoring owns, and the migrations that build it."""

from pathlib import Path
from typing import Final

SCHEMA: Final = "scoring"
MIGRATIONS: Final = Path(__file__).with_name("migrations")
