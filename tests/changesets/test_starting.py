"""What a command line does first: it is about the process, so each test has one of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOADED = "import botocore.httpsession; print('OpenSSL' in sys.modules, botocore.httpsession.SSLContext.__module__)"
NATIVE = "import botocore.compat; print(botocore.compat.HAS_CRT)"


def said(program: str, **environment: str) -> list[str]:
    words = [sys.executable, "-c", f"import sys; from changesets.starting import start; {program}"]
    return subprocess.run(
        words, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    ).stdout.split()


@pytest.mark.parametrize("first", ["", "start();"], ids=["without", "with"])
def test_botocore_has_pythons_own_ssl_with_and_without_pyopenssl(first: str) -> None:
    assert said(f"{first} {LOADED}") == [str(not first), "ssl"]


@pytest.mark.parametrize(
    ("config", "loaded"),
    [("[default]\nlogin_session = arn:aws:iam::1:user/ann\n", "True"), ("[default]\nregion = eu-west-1\n", "False")],
    ids=["aws login", "keys"],
)
def test_botocores_native_library_is_loaded_only_for_who_signs_in_by_console(
    config: str, loaded: str, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(config, encoding="utf-8")
    assert said(f"start(); {NATIVE}", AWS_CONFIG_FILE=str(tmp_path / "config")) == [loaded]


def test_at_the_end_nothing_is_searched_for_cycles() -> None:
    assert said("import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 0)); start()") == ["True"]


def test_a_config_file_that_is_not_there_is_no_mistake(tmp_path: Path) -> None:
    assert said(f"start(); {NATIVE}", AWS_CONFIG_FILE=str(tmp_path / "none")) == ["False"]
