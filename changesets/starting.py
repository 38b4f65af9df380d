"""What both command lines do first.

The rule: it changes the process that calls it, so only a main function does, and nothing happens on import.
"""

import atexit
import gc
import os
import sys
from pathlib import Path

from changesets import interrupts

CONFIG_FILE = "~/.aws/config"  # unless AWS_CONFIG_FILE names another: docs.aws.amazon.com/sdkref, "Location"
CONSOLE_LOGIN = b"login_session"  # what `aws login` writes there


def start() -> None:
    """Listen for Ctrl-C, and leave out what only takes time, now and at the end."""
    interrupts.listen()
    gc.set_threshold(200_000, 30, 30)  # as mypy does: imports create many objects and free few
    atexit.register(gc.freeze)  # or Python would look for cycles in all of them before it ends: up to 0.1 s
    # botocore asks pyOpenSSL for the SSLContext of Python's own ssl, and takes that itself where there is none:
    # looking in vain saves an eighth of a start
    sys.modules.setdefault("urllib3.contrib.pyopenssl", None)  # type: ignore[arg-type]
    # botocore loads its native library wherever that is installed, and SAM CLI brings it: a sixth of a start
    if not _signs_in_by_console():
        sys.modules.setdefault("awscrt", None)  # type: ignore[arg-type]


def _signs_in_by_console() -> bool:
    """Are there credentials of `aws login`? Of all that botocore needs awscrt for, we use only those."""
    file = Path(os.environ.get("AWS_CONFIG_FILE") or CONFIG_FILE)
    try:
        return CONSOLE_LOGIN in file.expanduser().read_bytes()
    except (OSError, RuntimeError):  # no such file; no home
        return False
