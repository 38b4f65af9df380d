"""What Docker, a build, the app or a registry says when it fails, and what to do about it.

The rule: each has a table of its own, because the same words mean different things: starting Docker does not help if a
registry refuses the connection. The first row whose text occurs in the message applies; the last row always does.
"""

import re

from groat.errors import GroatError

Fixes = tuple[tuple[str, str], ...]
START = "start Docker: sudo systemctl start docker, or Docker Desktop"
INSTALL = "install Docker: https://docs.docker.com/engine/install/, or on Debian and Ubuntu: apt-get install docker.io"
FULL = "docker system prune"
NO_WHEEL = "check its name in app/requirements.txt, and that it has a wheel for the image's Python and architecture"
STEP = re.compile(r"^Step \d+/\d+ : (?P<step>.*)$", re.MULTILINE)
COMMAND = re.compile(r"The command '.*?' (?=returned a non-zero code: \d+)", re.DOTALL)

MISSING: Fixes = (("", INSTALL),)
ENGINE: Fixes = (
    ("permission denied", "add yourself to the group: sudo usermod -aG docker $USER, then log in again"),
    ("no such file or directory", START),
    ("connection refused", START),
    ("", "docker info"),
)
BUILD: Fixes = (
    ("no space left", FULL),
    ("and architecture asks for", "build on a machine of that architecture, or set Site(architecture=...)"),
    ("does not match the specified platform", "name a base image of that architecture, or set Site(architecture=...)"),
    ("exec format error", "build on a machine of that architecture, or install QEMU: apt-get install qemu-user-static"),
    ("no such host", "name a base image that this machine can get: BASE in pyproject's [tool.groat.image] arguments"),
    ("pull access denied", "name a base image that exists: BASE in pyproject's [tool.groat.image] arguments"),
    ("manifest unknown", "name a base image that exists: BASE in pyproject's [tool.groat.image] arguments"),
    ("no matching distribution found", NO_WHEEL),
    ("do not match the hashes", "generate app/requirements.txt again, with the command in its first lines"),
    ("require-hashes mode", "generate app/requirements.txt again, with the command in its first lines"),
    ("that python cannot compile", "correct the line named above"),
    ("", "look at the step that failed in app/Dockerfile; by hand: docker build app"),
)
HERE: Fixes = (
    ("no space left on device", "make room there, or name another folder in TMPDIR"),
    ("", "docker info"),
)
HANDLER: Fixes = (
    (
        "no module named 'app",
        "check that the handler of the CMD in app/Dockerfile has its file in app/, and that it is not ignored",
    ),
    ("no module named", "check that it is in app/requirements.txt, and not excluded by app/.dockerignore"),
    ("read-only file system", "on Lambda only /tmp is writable: do not write when the app is imported"),
    (
        "name resolution",
        "use the network in the first request, not at import; or set [tool.groat.image] try_import = false",
    ),
    (
        "could not connect to the endpoint",
        "call AWS in the first request, not at import; or set [tool.groat.image] try_import = false",
    ),
    ("", "the traceback is the app's own; to look inside: docker run -it --entrypoint python3 IMAGE"),
)
REGISTRY: Fixes = (
    ("no space left", FULL),
    ("cannot be overwritten", "somebody else has just pushed this app: make deploy"),
    ("denied", "allow ecr:InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload and PutImage on the repository"),
    ("no basic auth", "the registry got no credentials: look for credHelpers in ~/.docker/config.json"),
    ("", "run the same command again: it resumes where this one stopped; check that this machine reaches the registry"),
)


def trouble(what: str, error: object, fixes: Fixes) -> GroatError:
    """The error in the engine's own words, without the request that it answers."""
    said = str(getattr(error, "explanation", None) or error).strip()
    return GroatError(f"{what}: {said}", hint=fix_of(said, fixes))


def fix_of(said: str, fixes: Fixes) -> str:
    return next(fix for text, fix in fixes if text in said.lower())


def of_failed_step(log: str) -> tuple[str, str]:
    """The step at which a build failed, and its output; the step's own text may contain words of other failures."""
    steps = list(STEP.finditer(log))
    printed = log[steps[-1].end() :] if steps else log
    return steps[-1]["step"] if steps else "", COMMAND.sub("it ", printed).strip()
