"""What the image is made of: the pinned dependencies, and the folder as `prepare.py` leaves it."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-runtime.txt"])
def test_the_image_installs_what_was_tested(name: str) -> None:
    image, tested = pins(APP / name), pins(ROOT / "requirements.lock")
    assert image
    assert image == {package: tested[package] for package in image}


def test_every_dependency_has_a_hash() -> None:
    blocks = re.split(r"\n(?=\w)", (APP / "requirements.txt").read_text(encoding="utf-8"))[1:]
    assert blocks
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def prepare(layer: Path, *keep: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, str(APP / "image" / "prepare.py"), str(layer), "--at", "/var/task/app"]
    return subprocess.run([*program, "--keep", *keep], capture_output=True, text=True, check=False)


def code(place: Path) -> Path:
    shutil.copytree(APP, place / "var/task/app", ignore=shutil.ignore_patterns("frontend", "__pycache__", "image"))
    return place


def contents(folder: Path) -> dict[str, tuple[str, int, float]]:
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mode,
            path.stat().st_mtime,
        )
        for path in folder.rglob("*")
    }


def test_the_same_files_are_the_same_bytes_wherever_and_whenever_they_are_built(tmp_path: Path) -> None:
    one, two = code(tmp_path / "one"), code(tmp_path / "elsewhere" / "two")
    (two / "var/task/app/main.py").touch()
    (two / "var/task/app/main.py").chmod(0o600)
    assert (prepare(one).returncode, prepare(two).returncode) == (0, 0)
    assert contents(one) == contents(two)
    assert {value[2] for value in contents(one).values()} == {0}


def test_everything_is_compiled_and_believed_without_a_look_at_the_source(tmp_path: Path) -> None:
    folder = code(tmp_path)
    assert prepare(folder).returncode == 0
    compiled = {path.name.split(".")[0] for path in folder.rglob("*.pyc")}
    assert compiled == {path.stem for path in folder.rglob("*.py")}
    flags = {path.read_bytes()[4:8] for path in folder.rglob("*.pyc")}
    assert flags == {(0b01).to_bytes(4, "little")}, "PEP 552: hash-based, unchecked"


def test_what_is_not_run_is_left_out(tmp_path: Path) -> None:
    kept = [
        "fastapi/main.py",
        "botocore/data/dynamodb/service.json",
        "botocore/data/endpoints.json",
        "a.dist-info/METADATA",
    ]
    gone = [
        "fastapi/tests/test_a.py",
        "botocore/data/ec2/service.json",
        "a.dist-info/RECORD",
        "bin/tool",
        "pydantic/v1/main.py",
    ]
    folder = tmp_path / "var/task/app"
    for name in [*kept, *gone]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
    assert prepare(tmp_path, "dynamodb").returncode == 0
    left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert left == set(kept)


def test_a_service_that_boto3_does_not_know_is_named(tmp_path: Path) -> None:
    (tmp_path / "var/task/app/botocore/data/dynamodb").mkdir(parents=True)
    stopped = prepare(tmp_path, "dynamo")
    assert stopped.returncode == 1
    assert stopped.stderr == "boto3 has no service of this name (AWS_SERVICES): dynamo\n"


def test_a_file_that_is_no_python_stops_the_build_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "var/task/app").mkdir(parents=True)
    (tmp_path / "var/task/app/wrong.py").write_text("def", encoding="utf-8")
    stopped = prepare(tmp_path)
    assert stopped.returncode == 1
    assert "/var/task/app/wrong.py" in stopped.stdout + stopped.stderr
