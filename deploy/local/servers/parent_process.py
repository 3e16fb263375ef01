"""Child processes that never outlive their parent, however it ends."""

import ctypes
import os
import signal
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_libc: Final = ctypes.CDLL(None)


def terminate_with_parent() -> Callable[[], None]:
    """Runs in a child of this process, before its program starts: asks the kernel for a SIGTERM as soon as the parent is gone.

    If the parent was gone before that, the kernel sends nothing. Then the child ends here.
    """
    parent = os.getpid()

    def run_in_child() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return run_in_child
