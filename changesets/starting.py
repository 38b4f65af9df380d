"""What both command lines do first.

The rule: it changes the process that calls it, so only a main function does, and nothing happens on import.
"""

import gc
import sys

from changesets import interrupts


def start() -> None:
    """Listen for Ctrl-C, and leave out what only takes time."""
    interrupts.listen()
    gc.set_threshold(200_000, 30, 30)  # as mypy does: imports create many objects and free few
    # botocore asks pyOpenSSL for the SSLContext of Python's own ssl, and takes that itself where there is none:
    # looking in vain saves an eighth of a start
    sys.modules.setdefault("urllib3.contrib.pyopenssl", None)  # type: ignore[arg-type]
