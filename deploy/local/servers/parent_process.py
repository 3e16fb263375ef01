"""Child processes that never outlive their parent, however it ends."""

import ctypes
import signal
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_libc: Final = ctypes.CDLL(None)


def terminate_with_parent() -> None:
    """Ask the kernel for a SIGTERM as soon as the parent is gone. Runs in the child, before its program starts."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
