"""What an edit must not end, however early it comes."""

import signal
import subprocess
import sys

from groat.dev_apps import edits_waiting


def test_a_server_that_is_still_starting_outlives_an_edit() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(0.2); print('here')"]
    with edits_waiting():
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
    process.send_signal(signal.SIGHUP)
    assert process.communicate()[0] == b"here\n"
    assert signal.SIGHUP not in signal.pthread_sigmask(signal.SIG_BLOCK, ()), "only what was started waits"
