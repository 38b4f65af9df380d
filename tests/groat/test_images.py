"""The app's digest is that of what runs, and a snapshot stays as it was deployed."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from changesets.templates import read
from groat.errors import GroatError
from groat.images import digest, handler, refuse_missing, snapshot
from groat.project import Project
from template_gen import Bucket, Key, Queue, Site, Table, build

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name, text in {
        "main.py": "print(1)",
        "Dockerfile": 'FROM base\nCMD ["app.handler.handler"]\n',
        "frontend/index.html": "<h1>",
        "__pycache__/main.pyc": "x",
    }.items():
        path = tmp_path / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project(tmp_path)


def test_the_same_app_has_the_same_digest(project: Project) -> None:
    assert digest(project.app) == digest(project.app)


def test_an_edit_of_the_code_is_another_digest(project: Project) -> None:
    before = digest(project.app)
    (project.app / "main.py").write_text("print(2)", encoding="utf-8")
    assert digest(project.app) != before


def test_an_edit_of_the_frontend_is_no_new_image(project: Project) -> None:
    before = digest(project.app)
    (project.app / "frontend/index.html").write_text("<h2>", encoding="utf-8")
    assert digest(project.app) == before


def test_a_snapshot_keeps_what_was_deployed(project: Project) -> None:
    image = snapshot(project)
    (project.app / "main.py").write_text("print(2)", encoding="utf-8")
    assert (image.directory / "app/main.py").read_text(encoding="utf-8") == "print(1)"
    assert image.handler == "app.handler.handler"


def test_deployments_at_the_same_time_copy_the_app_once(project: Project) -> None:
    begun = Barrier(4)

    def copied(_: int) -> Path:
        begun.wait()
        return snapshot(project).directory

    with ThreadPoolExecutor(4) as threads:
        (directory,) = set(threads.map(copied, range(4)))
    assert [each.name for each in directory.parent.iterdir()] == [directory.name]
    assert (directory / "app/main.py").read_text(encoding="utf-8") == "print(1)"


@pytest.mark.parametrize(
    "text", ["FROM base\n", "FROM base\nCMD python x\n", 'FROM base\nCMD ["a", "b"]\n', "CMD [oops]\n"]
)
def test_a_dockerfile_without_a_handler_is_refused(project: Project, text: str) -> None:
    (project.app / "Dockerfile").write_text(text, encoding="utf-8")
    with pytest.raises(GroatError, match="no CMD of one handler"):
        handler(project.app)


@pytest.mark.parametrize("named", ["app.worker.handler", "app.jobs.mail.send", "celery.bin.handler", "app.handler"])
def test_a_handler_in_a_module_that_is_there_or_not_ours_is_fine(project: Project, named: str) -> None:
    (project.app / "jobs").mkdir()
    for name in ("worker.py", "jobs/mail.py"):
        (project.app / name).write_text("", encoding="utf-8")
    refuse_missing(project.app, [named])


@pytest.mark.parametrize(
    ("named", "file"), [("app.wroker.handler", "app/wroker.py"), ("app.jobs.mail.send", "app/jobs/mail.py")]
)
def test_a_handler_in_a_module_that_is_not_there_is_refused(project: Project, named: str, file: str) -> None:
    with pytest.raises(GroatError, match=f"The app has no {file}, which a function's handler names: {named}"):
        refuse_missing(project.app, ["app.main.handler", named])


@pytest.mark.parametrize("name", ["README.md", ".dockerignore", "tests/test_main.py", "notes/a.md"])
def test_what_the_image_does_not_hold_is_no_new_image(project: Project, name: str) -> None:
    (project.app / ".dockerignore").write_text("README.md\nnotes/*.md\n", encoding="utf-8")
    before = digest(project.app)
    path = project.app / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("# of no interest to the function\nREADME.md\nnotes/*.md\n", encoding="utf-8")
    assert digest(project.app) == before


def test_another_dockerfile_is_another_image(project: Project) -> None:
    (project.app / ".dockerignore").write_text("Dockerfile\n", encoding="utf-8")
    before = digest(project.app)
    (project.app / "Dockerfile").write_text('FROM other\nCMD ["app.handler.handler"]\n', encoding="utf-8")
    assert digest(project.app) != before


def test_boto3_in_the_image_knows_every_service_that_a_site_can_let_its_app_use() -> None:
    everything = Site(
        name="shop",
        tables=(Table(name="Orders", partition_key=Key("id")),),
        buckets=(Bucket(name="Files"),),
        queues=(Queue(name="Jobs", handler="app.handler.handler"),),
        secrets=("API_KEY",),
    )
    (role,) = (
        resource["Properties"]
        for name, resource in read(build(everything)["website.yaml"])["Resources"].items()
        if name == "FunctionRole"
    )
    granted = set(re.findall(r"'(\w+):[A-Z]\w+'", str(role["Policies"]))) - {"logs"}
    kept = re.search(r'^ARG AWS_SERVICES="(.*)"', (ROOT / "app/Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert kept
    assert granted == set(kept[1].split())
