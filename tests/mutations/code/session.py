"""Stores the results of mutants in a file, so that a run can resume where it was stopped."""

import hashlib
import json
import threading
from pathlib import Path
from typing import Final

from tests.house.repository import Repository
from tests.mutations.code.mutant import Mutant
from tests.mutations.code.packages import Target

FOLDER: Final = ".mutation"


class Session:
    """Stored results. A result is valid as long as the module and its tests are unchanged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._survived: dict[str, bool] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                self._survived[entry["key"]] = entry["survived"]

    def find(self, key: str) -> bool | None:
        return self._survived.get(key)

    def add(self, key: str, *, survived: bool) -> None:
        """Store a result immediately, since a run may be stopped at any time."""
        with self._lock:
            self._survived[key] = survived
            self._path.parent.mkdir(exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "survived": survived}) + "\n")


def target_digest(repository: Repository, target: Target) -> str:
    """A digest of the module and of all its tests."""
    digest = hashlib.sha256(repository.text(target.path).encode())
    folders = tuple(f"{folder}/" for folder in target.wider)
    for path in repository.paths:
        if str(path) in target.nearest or (str(path).startswith(folders) and path.suffix == ".py"):
            digest.update(f"{path}\0{repository.text(path)}".encode())
    return digest.hexdigest()


def mutant_key(digest: str, mutant: Mutant) -> str:
    return hashlib.sha256(f"{digest}\0{mutant.text}".encode()).hexdigest()[:32]
