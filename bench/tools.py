"""The tools that groat is measured against: where each is, and how one says that it is missing.

The rule: what the lock can hold runs from this environment, all else from a folder of its own under .groat/tools;
`python -m bench install` fills those, and a measurement never installs anything.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.measure import Skipped
from tests.scenarios import tools

ROOT = Path(__file__).parent.parent
CHALICE = "chalice==1.34.0"
USUAL = {"CDK_DISABLE_CLI_TELEMETRY": "1", "PYTHONDONTWRITEBYTECODE": ""}  # bytecode is kept, as on a desk
here = Path(sys.executable).parent
groat, sam = here / "groat", here / "sam"
aws, cdk, cdk_python = tools.aws, tools.cdk, tools.cdk_python
chalice = tools.HERE / "chalice" / "bin" / "chalice"

NEEDS: Mapping[str, tuple[Path, ...]] = {
    "sam": (sam,),
    "aws": (aws,),
    "cdk deploy": (cdk,),
    "cdk synth": (cdk, cdk_python),
    "chalice": (chalice,),
}


def missing(*names: str, needs: Mapping[str, tuple[Path, ...]] = NEEDS) -> Iterator[Skipped]:
    for name in names:
        if absent := [named(path) for path in needs[name] if not path.exists()]:
            yield Skipped(tool=name, why=f"not installed, `python -m bench install` does it: {', '.join(absent)}")


def named(path: Path) -> str:
    """Seen from the project: docs/benchmarks.md is not for this machine alone. Outside of it, the file's name."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def install() -> None:
    """Everything that is missing, each into its own folder."""
    subprocess.run([sys.executable, tools.__file__], check=True)
    if not chalice.exists():
        folder = chalice.parent.parent
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = (str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check")
        subprocess.run([*pip, CHALICE], check=True)
