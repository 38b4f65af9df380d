"""What a command line does first: it is about the process, so each test has one of its own."""

import subprocess
import sys

import pytest

LOADED = "import botocore.httpsession; print('OpenSSL' in sys.modules, botocore.httpsession.SSLContext.__module__)"


@pytest.mark.parametrize("first", ["", "start();"], ids=["without", "with"])
def test_botocore_has_pythons_own_ssl_with_and_without_pyopenssl(first: str) -> None:
    program = f"import sys; from changesets.starting import start; {first} {LOADED}"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert said == [str(not first), "ssl"]
