"""What Docker, a build, the app or a registry says when it fails, and what to do about it.

The rule: a table for each of them, because the same words mean different things: a registry that refuses the connection
is not mended by starting Docker. The first row whose text is in what was said holds; the last one holds always.
"""

import re

from groat.errors import GroatError

Fixes = tuple[tuple[str, str], ...]
START = "start Docker: sudo systemctl start docker, or Docker Desktop"
INSTALL = "install Docker: https://docs.docker.com/engine/install/, or on Debian and Ubuntu: apt-get install docker.io"
FULL = "docker system prune"
NO_WHEEL = "is its name right in app/requirements.txt, and has it a wheel for the image's Python and architecture?"
STEP = re.compile(r"^Step \d+/\d+ : (?P<step>.*)$", re.MULTILINE)
COMMAND = re.compile(r"The command '.*?' (?=returned a non-zero code: \d+)", re.DOTALL)

MISSING: Fixes = (("", INSTALL),)
ENGINE: Fixes = (
    ("permission denied", "add yourself to the group: sudo usermod -aG docker $USER, then log in anew"),
    ("no such file or directory", START),
    ("connection refused", START),
    ("", "docker info"),
)
BUILD: Fixes = (
    ("no space left", FULL),
    ("and architecture asks for", "build on a machine of that architecture, or say Site(architecture=...)"),
    ("does not match the specified platform", "name a base image of that architecture, or say Site(architecture=...)"),
    ("exec format error", "build on a machine of that architecture, or install QEMU: apt-get install qemu-user-static"),
    ("no such host", "name a base image that this machine can get: BASE in pyproject's [tool.groat.image] arguments"),
    ("pull access denied", "name a base image that exists: BASE in pyproject's [tool.groat.image] arguments"),
    ("manifest unknown", "name a base image that exists: BASE in pyproject's [tool.groat.image] arguments"),
    ("no matching distribution found", NO_WHEEL),
    ("do not match the hashes", "write app/requirements.txt anew, by the command in its first lines"),
    ("require-hashes mode", "write app/requirements.txt anew, by the command in its first lines"),
    ("that python cannot compile", "correct the line named above"),
    ("", "look at the step that failed in app/Dockerfile; by hand: docker build app"),
)
HERE: Fixes = (
    ("no space left on device", "free some there, or name another folder in TMPDIR"),
    ("", "docker info"),
)
HANDLER: Fixes = (
    ("no module named 'app", "the CMD in app/Dockerfile names the handler; is its file in app/, and not ignored?"),
    ("no module named", "is it in app/requirements.txt, and not kept out by app/.dockerignore?"),
    ("read-only file system", "nothing but /tmp is for writing on Lambda, and that not while the app is imported"),
    ("name resolution", "ask the network in the first request; or [tool.groat.image] try_import = false"),
    ("could not connect to the endpoint", "ask AWS in the first request; or [tool.groat.image] try_import = false"),
    ("", "the traceback is the app's own; to look inside: docker run -it --entrypoint python3 IMAGE"),
)
REGISTRY: Fixes = (
    ("no space left", FULL),
    ("cannot be overwritten", "somebody else has pushed this app meanwhile: make deploy"),
    ("denied", "allow ecr:InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload and PutImage on the repository"),
    ("no basic auth", "the registry takes no part of ECR's token: look for credHelpers in ~/.docker/config.json"),
    ("", "run the same command again: it resumes where this one stopped; check that this machine reaches the registry"),
)


def trouble(what: str, error: object, fixes: Fixes) -> GroatError:
    """An error of Docker's API is told in the engine's own words, without the request that it answers."""
    said = str(getattr(error, "explanation", None) or error).strip()
    return GroatError(f"{what}: {said}", hint=fix_of(said, fixes))


def fix_of(said: str, fixes: Fixes) -> str:
    return next(fix for text, fix in fixes if text in said.lower())


def of_failed_step(log: str) -> tuple[str, str]:
    """The step at which a build failed, and what it printed; a step's own text may have the words of other failures."""
    steps = list(STEP.finditer(log))
    printed = log[steps[-1].end() :] if steps else log
    return steps[-1]["step"] if steps else "", COMMAND.sub("it ", printed).strip()
