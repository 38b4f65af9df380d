"""What is wrong with Docker or with the image is said in words with a fix; no engine is needed to say it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker as docker_sdk
import pytest
import requests

from groat import docker, ecr
from groat.docker_trouble import BUILD, ENGINE, HANDLER, HERE, INSTALL, REGISTRY, START, Fixes, of_failed_step, trouble
from groat.errors import GroatError
from groat.project import Project
from groat.recipe import Recipe, recipe
from groat.sam import failure

ROOT = Path(__file__).parents[2]
INDEX = "application/vnd.oci.image.index.v1+json"
TEMPLATE = """
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      Architectures: [arm64]
      Environment: {Variables: {ORDERS_TABLE: !Ref OrdersTable}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("print(1)", encoding="utf-8")
    (tmp_path / "app/Dockerfile").write_text('FROM base\nCMD ["app.handler.handler"]\n', encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return Project(tmp_path)


def configured(project: Project, text: str) -> Recipe:
    (project.root / "pyproject.toml").write_text(text, encoding="utf-8")
    return recipe(project, TEMPLATE)


def test_the_template_says_what_the_image_is_for(project: Project) -> None:
    made = recipe(project, TEMPLATE)
    assert (made.architecture, made.handler, made.variables) == ("arm64", "app.handler.handler", ("ORDERS_TABLE",))
    assert made.build_arguments == {"ARCHITECTURE": "arm64", "COMMIT": "", "SOURCE": ""}


def test_the_tag_is_of_what_goes_in(project: Project) -> None:
    plain = recipe(project, TEMPLATE).tag
    assert recipe(project, TEMPLATE).tag == plain
    assert recipe(project, TEMPLATE.replace("arm64", "x86_64")).tag != plain
    assert configured(project, '[tool.groat.image]\narguments = {BASE = "python:3.13-slim"}\n').tag != plain
    assert configured(project, '[tool.groat.image]\ntarget = "any"\n').tag != plain
    (project.app / "README.md").write_text("words", encoding="utf-8")
    (project.app / ".dockerignore").write_text("README.md\n", encoding="utf-8")
    assert configured(project, "").tag == plain


def test_an_app_that_needs_the_network_while_it_is_imported_is_not_tried(project: Project) -> None:
    assert recipe(project, TEMPLATE).try_import
    assert not configured(project, "[tool.groat.image]\ntry_import = false\n").try_import


def test_a_slip_of_the_pen_in_the_image_table_is_refused(project: Project) -> None:
    with pytest.raises(GroatError, match=r"\[tool.groat.image\]: unknown key: base"):
        configured(project, '[tool.groat.image]\nbase = "x"\n')


@pytest.mark.parametrize(
    ("fixes", "said", "fix"),
    [
        (ENGINE, "PermissionError(13, 'Permission denied')", "usermod -aG docker"),
        (ENGINE, "FileNotFoundError(2, 'No such file or directory')", "systemctl start docker"),
        (ENGINE, "ConnectionRefusedError(111, 'Connection refused')", "systemctl start docker"),
        (BUILD, "write /var/lib/docker/tmp: no space left on device", "docker system prune"),
        (BUILD, "dial tcp: lookup public.ecr.aws: no such host", "BASE in pyproject"),
        (BUILD, "exec /bin/sh: exec format error", "qemu-user-static"),
        (BUILD, "ERROR: No matching distribution found for stripee==1.0", "check its name in app/requirements.txt"),
        (
            BUILD,
            "In --require-hashes mode, all requirements must have their versions pinned",
            "generate app/requirements.txt again",
        ),
        (BUILD, "this folder has a file that Python cannot compile (named above): /code", "correct the line"),
        (BUILD, "COPY failed: stat fonts: no such file or directory", "the step that failed"),
        (HANDLER, "ModuleNotFoundError: No module named 'stripe'", "requirements.txt"),
        (HANDLER, "ModuleNotFoundError: No module named 'app.handler'", "the CMD in app/Dockerfile"),
        (HANDLER, "FileNotFoundError: [Errno 2] No such file or directory: 'model.bin'", "the app's own"),
        (HANDLER, "OSError: [Errno 30] Read-only file system: 'cache.db'", "/tmp"),
        (
            HANDLER,
            'EndpointConnectionError: Could not connect to the endpoint URL: "https://ssm"',
            "try_import = false",
        ),
        (HERE, "[Errno 28] No space left on device", "TMPDIR"),
        (REGISTRY, "dial tcp 127.0.0.1:5000: connect: connection refused", "resumes where this one stopped"),
        (REGISTRY, "EOF", "resumes where this one stopped"),
        (REGISTRY, "denied: User: arn:aws:iam::1:user/a is not authorized", "PutImage"),
        (REGISTRY, "tag invalid: The image tag 'app-1' cannot be overwritten", "somebody else has just pushed"),
    ],
)
def test_trouble_comes_with_the_fix_of_who_said_it(fixes: Fixes, said: str, fix: str) -> None:
    told = trouble("It failed", said, fixes)
    assert (str(told), fix in told.hint) == (f"It failed: {said}", True)


def test_a_step_that_failed_is_told_by_what_it_printed_and_not_by_the_text_of_any_step() -> None:
    log = (
        "Step 1/3 : FROM base\n ---> 0a58704d9592\nStep 2/3 : RUN echo and ARCHITECTURE asks for: ${X}\n"
        " ---> Using cache\nStep 3/3 : RUN pip; echo and ARCHITECTURE asks for\nNo matching distribution found for x\n"
        "The command '/bin/sh -c pip; echo and ARCHITECTURE asks for' returned a non-zero code: 1"
    )
    step, printed = of_failed_step(log)
    assert step == "RUN pip; echo and ARCHITECTURE asks for"
    assert printed == "No matching distribution found for x\nit returned a non-zero code: 1"
    assert of_failed_step("dial tcp: lookup public.ecr.aws: no such host") == (
        "", "dial tcp: lookup public.ecr.aws: no such host"
    )  # fmt: skip


@pytest.mark.parametrize("address", ["unix:///nonexistent/docker.sock", "tcp://127.0.0.1:1"])
@pytest.mark.parametrize("words", [("sam", "build"), ("dev", "--sam")])
def test_an_engine_that_does_not_run_is_said_to_be_started_or_installed(address: str, words: tuple[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-m", "groat", *words], cwd=ROOT, env={**os.environ, "DOCKER_HOST": address},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "error: Docker " in done.stderr) == (1, True), done.stderr
    assert "Traceback" not in done.stderr
    assert "unclosed <socket" not in done.stderr
    assert START in done.stderr or INSTALL in done.stderr
    assert f"Docker cannot be used at {address}: " in done.stderr or INSTALL in done.stderr


def test_an_answer_of_the_engine_is_told_without_the_request() -> None:
    response = requests.Response()
    response.status_code, response.url = 500, "http+docker://localhost/v1.41/build?t=" + 200 * "x"
    error = docker_sdk.errors.APIError("500 Server Error", response, "no space left on device")
    assert str(trouble("It failed", error, BUILD)) == "It failed: no space left on device"


BUILT = {"Architecture": "arm64", "Config": {"Cmd": ["app.handler.handler"]}}
"""What Docker's ImageInspect answers, as far as it is read."""


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        (BUILT, ""),
        ({**BUILT, "Descriptor": None}, ""),
        ({**BUILT, "Descriptor": {"mediaType": "application/vnd.oci.image.manifest.v1+json"}}, ""),
        ({**BUILT, "Descriptor": {"mediaType": INDEX}}, f"one manifest, and the engine would push: {INDEX}"),
        ({**BUILT, "Architecture": "amd64"}, "runs on arm64, and the image was built for: amd64"),
        ({**BUILT, "Config": {"Cmd": ["python3"]}}, "is not the handler app.handler.handler but: "),
    ],
)
def test_an_image_that_the_function_cannot_run_is_refused_before_it_is_pushed(
    project: Project, facts: dict[str, object], wrong: str
) -> None:
    if not wrong:
        docker.examine(facts, recipe(project, TEMPLATE))
        return
    with pytest.raises(GroatError, match=re.escape(wrong)):
        docker.examine(facts, recipe(project, TEMPLATE))


def test_a_build_that_fails_by_sam_is_told_with_what_sam_said(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    said = failure(Project(ROOT), "validate", "--template-file", "nothing.yaml")
    assert said is not None
    assert "nothing.yaml" in said
    assert said.encode() in capfdbinary.readouterr().err


def test_the_digest_is_the_one_that_the_registry_gave() -> None:
    digest = f"sha256:{'ab' * 32}"
    said: list[dict[str, Any]] = [
        {"status": "Pushed", "id": "db033f5d9816"},
        {"status": f"t: digest: {digest} size: 585"},
    ]
    also = {"progressDetail": {}, "aux": {"Tag": "t", "Digest": digest, "Size": 585}}  # but not with containerd's store
    assert docker.digest_of(said, "here/app") == docker.digest_of([*said, also], "here/app") == digest
    with pytest.raises(GroatError, match="cannot be pushed to here/app: denied"):
        docker.digest_of([{"error": "denied"}], "here/app")
    with pytest.raises(GroatError, match="no digest"):
        docker.digest_of([{"status": "Pushed"}], "here/app")


def test_the_labels_name_the_commit_of_the_app_and_no_password(project: Project) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "app"]):
        subprocess.run([*git, *words], cwd=project.root, check=True)
    url = "https://user:secret@example.com/site.git"
    subprocess.run([*git, "remote", "add", "origin", url], cwd=project.root, check=True)
    first = recipe(project, TEMPLATE).labels
    assert (len(first["COMMIT"]), first["SOURCE"]) == (40, "https://example.com/site.git")
    (project.app / "README.md").write_text("words", encoding="utf-8")
    subprocess.run([*git, "add", "."], cwd=project.root, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "words"], cwd=project.root, check=True)
    assert recipe(project, TEMPLATE).labels == first
    (project.app / "main.py").write_text("print(2)", encoding="utf-8")
    assert recipe(project, TEMPLATE).labels["COMMIT"] == first["COMMIT"] + "-dirty"


def test_a_repository_is_named_without_its_host() -> None:
    assert ecr.repository_name("1.dkr.ecr.us-east-1.amazonaws.com/site/app@sha256:0") == "site/app"
    assert json.dumps(sorted(ecr.MANIFESTS)).count("manifest") == 2
