"""The health check of a container: `python -m deploy.docker.ready PORT` exits with 0 if its service is ready."""

import sys
import urllib.error
import urllib.request


def is_ready(port: int) -> bool:
    """Whether /readyz on this port answers with 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=4) as response:
            return bool(response.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, TimeoutError):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(sys.argv[1])) else 1)
