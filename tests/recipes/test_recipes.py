"""Each app of this folder, by the handler of docs/recipes.md, behind the deployed site's edge in Lambda's runtime.

The rule: an app is what docs/recipes.md shows of it, and it answers as a site does that never heard of Lambda.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from local_cloud.edge import Edge
from local_cloud.images import Images
from local_cloud.runtime import Runtime
from local_cloud.server import Server
from local_cloud.services import Services
from template_gen import Site
from template_gen.edge_functions import api_code
from tests.local_cloud.handmade import (
    API_BEHAVIOR,
    SITE,
    Resource,
    added,
    deployed,
    running,
    site,
    ticked,
)

HERE = Path(__file__).parent
RECIPES = HERE.parents[1] / "docs" / "recipes.md"
FRAMEWORKS = ("FastAPI", "Starlette", "Litestar", "Flask", "Django")
URI = "111111111111.dkr.ecr.us-east-1.amazonaws.com/app@sha256:" + "d" * 64
VIEWER_REQUEST = "arn:aws:cloudfront::111111111111:function/api"


@contextmanager
def by_edge(framework: str, folder: Path) -> Iterator[httpx.Client]:
    """The framework's app as the image's /var/task/app, behind a distribution with the template's own function."""
    images = Images(folder / "images")
    images.register(URI, HERE / framework.lower(), "app.handler.handler")
    ours = deployed(with_function(Site(name="recipes")))
    runtime = Runtime(ours, images, endpoint=lambda: "http://127.0.0.1:1", logs=folder / "logs")
    edge = Edge(ours, services=Services(), invoke=runtime.invoke)
    with Server(edge.wsgi(SITE)) as server, httpx.Client(base_url=server.endpoint, timeout=30) as client:
        yield client
    runtime.close()


def with_function(structure: Site) -> Mapping[str, Resource]:
    viewer_request = Resource(
        type="AWS::CloudFront::Function",
        physical_id=VIEWER_REQUEST,
        properties={"FunctionCode": api_code(structure), "AutoPublish": True},
    )
    associations = [{"EventType": "viewer-request", "FunctionARN": VIEWER_REQUEST}]
    behavior = {"PathPattern": "/api/*", **API_BEHAVIOR, "FunctionAssociations": associations}
    ours = ticked(site(), "distribution", "DistributionConfig", "CacheBehaviors", value=[behavior])
    return added(running(ours, URI), "viewer request", viewer_request)


@pytest.fixture(params=FRAMEWORKS)
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[httpx.Client]:
    with by_edge(request.param, tmp_path) as client:
        yield client


def test_an_app_answers_as_it_did_before(client: httpx.Client) -> None:
    read = client.get("/api/notes/caf%C3%A9")
    assert (read.status_code, read.json()) == (200, {"name": "café", "text": "Coffee"})

    written = client.post("/api/notes", json={"text": "Žluťoučký"})
    assert (written.status_code, written.json()) == (201, {"text": "Žluťoučký"})

    assert client.get("/api/notes/none").status_code == 404
    assert client.get("/api/none").status_code == 404
    assert client.delete("/api/notes").status_code == 405

    binary = client.get("/api/bytes")
    assert (binary.content, binary.headers["content-type"]) == (bytes(range(256)), "application/octet-stream")

    moved = client.get("/api/old", follow_redirects=True)
    assert (moved.json()["name"], len(moved.history)) == ("café", 1)

    for with_or_without_slash in ("/api/notes/", "/api/form", "/api/bytes/"):
        answer = client.get(with_or_without_slash, follow_redirects=True)
        assert answer.url.host == "127.0.0.1"


def test_a_form_of_django_is_accepted_from_its_own_site_and_no_other(tmp_path: Path) -> None:
    with by_edge("Django", tmp_path) as client:
        token = client.get("/api/form/").text
        own = str(client.base_url).rstrip("/").replace("http:", "https:")
        form = {"csrfmiddlewaretoken": token, "text": "é"}
        assert client.post("/api/form/", data=form, headers={"Origin": own}).text == "é"
        for other in ("https://elsewhere.net", str(client.base_url).rstrip("/")):
            assert client.post("/api/form/", data=form, headers={"Origin": other}).status_code == 403


def section(title: str) -> str:
    return RECIPES.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]


def files(title: str) -> dict[str, str]:
    """What the section shows, by the names below app/."""
    return dict(re.findall(r"^```python\n# app/(\S+)\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL))


def code(framework: str, name: str) -> str:
    return (HERE / framework.lower() / "app" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_recipe_shows_the_files_that_are_tested(framework: str) -> None:
    shown = files(framework)
    assert "handler.py" in shown
    assert shown == {name: code(framework, name) for name in shown}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_recipe_is_three_lines(framework: str) -> None:
    lines = [line for line in code(framework, "handler.py").splitlines() if line]
    assert len([line for line in lines if line.endswith("# new")] or lines) == 3


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_recipe_names_what_its_image_installs(framework: str) -> None:
    (named,) = re.findall(r"^requirements: `(.+)`$", section(framework), re.MULTILINE)
    modules = [path.name for path in (HERE / framework.lower() / "app").glob("*.py")]
    imported = {
        package
        for name in modules
        for package in re.findall(r"^(?:from|import) (\w+)", code(framework, name), re.MULTILINE)
    }
    assert set(named.split()) == imported - {"app", *sys.stdlib_module_names}


def test_packages_in_the_app_keep_their_names_and_hide_no_other(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    app.joinpath("__init__.py").write_text(files("For all of them")["__init__.py"], encoding="utf-8")
    app.joinpath("shop.py").write_text("", encoding="utf-8")
    app.joinpath("secrets.py").write_text("raise ImportError", encoding="utf-8")
    program = [sys.executable, "-c", "import app, shop, secrets; print(secrets.token_hex)"]
    subprocess.run(program, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
