"""Run by the image's Python while the image is built: leaves in a layer what is run, the same every time, compiled.

    python prepare.py LAYER --at /var/task --keep dynamodb …        what will be /var/task is now LAYER/var/task

The rule: two builds of the same files give the same bytes. So pip's notes on where and when it installed go, every time
and mode is set, and compiled files are checked against nothing (PEP 552, "unchecked hash"): Lambda's file system is
read-only, and a stale time stamp would mean compiling at every cold start.
"""

import argparse
import compileall
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from py_compile import PycInvalidationMode

NOT_RUN = (
    "**/__pycache__",
    "**/tests",
    "**/*.pyi",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/direct_url.json",
    "bin",
    "boto3/examples",
    "pydantic/v1",  # FastAPI imports it only to refuse its models, and does without: 0.1 s of a cold start
)
DATA = "botocore/data"  # 28 MB: every service of AWS


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("layer", type=Path, help="the folder that is laid over the root of the image")
    arguments.add_argument("--at", type=Path, required=True, help="where in the image the files will be")
    arguments.add_argument("--keep", nargs="*", default=[], help="AWS services that the app calls, as boto3 names them")
    given = arguments.parse_args()
    for path in not_run(given.layer / given.at.relative_to("/"), frozenset(given.keep)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    compile_all(given.layer)
    settle(given.layer, int(os.environ.get("SOURCE_DATE_EPOCH", "0")))


def not_run(folder: Path, services: frozenset[str]) -> Iterator[Path]:
    """Outermost folders and files first; what lies in a folder that went is not named again."""
    for pattern in NOT_RUN:
        yield from (path for path in sorted(folder.glob(pattern)) if path.exists())
    known = [path for path in sorted(folder.glob(f"{DATA}/*")) if path.is_dir()]
    missing = services - {path.name for path in known}
    if known and missing:
        raise SystemExit(f"boto3 has no service of this name (AWS_SERVICES): {', '.join(sorted(missing))}")
    yield from (path for path in known if path.name not in services)


def compile_all(layer: Path) -> None:
    mode = PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(layer, quiet=1, stripdir=str(layer), prependdir="/", invalidation_mode=mode):
        raise SystemExit(f"this folder has a file that Python cannot compile (named above): {layer}")


def settle(layer: Path, epoch: int) -> None:
    """One time and two modes for everything: readable by all, since Lambda runs the function as a user of its own."""
    for path in [*layer.rglob("*"), layer]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)


if __name__ == "__main__":
    main()
