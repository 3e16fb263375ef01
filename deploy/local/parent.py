"""Children that do not outlive their parent, however it dies."""

import ctypes
import signal
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_libc: Final = ctypes.CDLL(None)


def end_with_parent() -> None:
    """In the child, before it runs: ask the kernel for SIGTERM when the parent is gone."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
