"""The real clients that the lock cannot hold, each in an environment of its own under .groat/tools.

    python tests/scenarios/tools.py      installs what is missing; a scenario whose client is missing skips by its name

aws-cli pins another botocore than ours; the CDK is of npm, and its library for Python is larger than all of ours.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parents[2] / ".groat" / "tools"
AWSCLI = "awscli==1.45.11"
CHECKOV = "checkov==3.3.30"
CDK_LIBRARY = "aws-cdk-lib==2.275.0"
CDK = "aws-cdk@2.1148.1"  # an unpinned install can resolve to a stray 3.0.0

aws = HERE / "awscli" / "bin" / "aws"
checkov = HERE / "checkov" / "bin" / "checkov"
cdk = HERE / "cdk" / "node_modules" / ".bin" / "cdk"
cdk_python = HERE / "cdk-python" / "bin" / "python"


def install_awscli() -> None:
    _venv(HERE / "awscli", AWSCLI)


def install_checkov() -> None:
    _venv(HERE / "checkov", CHECKOV)


def install_cdk() -> None:
    _run("npm", "install", "--prefix", str(HERE / "cdk"), "--no-audit", "--no-fund", "--silent", CDK)


def install_cdk_library() -> None:
    _venv(HERE / "cdk-python", CDK_LIBRARY)


INSTALLERS: dict[Path, Callable[[], None]] = {
    aws: install_awscli,
    checkov: install_checkov,
    cdk: install_cdk,
    cdk_python: install_cdk_library,
}


def missing(*tools: Path) -> str:
    """Why a scenario with these tools cannot run; empty when it can."""
    absent = [str(tool.relative_to(HERE)) for tool in tools if not tool.exists()]
    return f"not installed: {', '.join(absent)}; python tests/scenarios/tools.py installs them" if absent else ""


def _venv(folder: Path, requirement: str) -> None:
    _run(sys.executable, "-m", "venv", str(folder))
    _run(str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", requirement)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    for tool, install in INSTALLERS.items():
        if not tool.exists():
            print(f"installing {tool.name} ...", file=sys.stderr, flush=True)
            try:
                install()
            except (subprocess.CalledProcessError, FileNotFoundError) as error:
                print(f"not installed: {tool.name}: {error}", file=sys.stderr)
