"""Images without Docker: code snapshots under a digest."""

from pathlib import Path

import pytest

from local_cloud.images import ImageError, Images

DIGEST = "sha256:" + "a" * 64
URI = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/app@{DIGEST}"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    package = tmp_path / "source" / "app"
    (package / "__pycache__").mkdir(parents=True)
    package.joinpath("handler.py").write_text("first")
    tmp_path.joinpath("source", "secret.txt").write_text("not in the image")
    return tmp_path / "source"


def test_an_image_holds_the_handlers_package_and_no_caches(tmp_path: Path, source: Path) -> None:
    image = Images(tmp_path / "images").register(URI, source, "app.handler.handler")
    assert sorted(path.name for path in image.directory.rglob("*")) == ["app", "handler.py"]


def test_an_image_never_changes_and_outlives_the_process(tmp_path: Path, source: Path) -> None:
    Images(tmp_path / "images").register(URI, source, "app.handler.handler")
    source.joinpath("app", "handler.py").write_text("second")
    Images(tmp_path / "images").register(URI, source, "app.handler.handler")
    found = Images(tmp_path / "images").find(f"other-name@{DIGEST}")
    assert found
    assert found.handler == "app.handler.handler"
    assert found.directory.joinpath("app", "handler.py").read_text() == "first"


def test_the_directory_of_a_bare_module_is_taken_whole(tmp_path: Path, source: Path) -> None:
    source.joinpath("main.py").write_text("")
    image = Images(tmp_path / "images").register(URI, source, "main.handler")
    assert {path.name for path in image.directory.iterdir()} == {"app", "main.py", "secret.txt"}


def test_an_unknown_image_is_none(tmp_path: Path) -> None:
    assert Images(tmp_path).find(URI) is None
    assert Images(tmp_path).find("app:latest") is None


@pytest.mark.parametrize(
    ("uri", "handler", "message"),
    [
        ("app:latest", "app.handler.handler", "by digest.*app:latest"),
        (URI, "handler", "<module>.<function>.*handler"),
        (URI, "web.handler", "There is no module web"),
    ],
)
def test_what_cannot_be_registered_is_said(tmp_path: Path, source: Path, uri: str, handler: str, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        Images(tmp_path / "images").register(uri, source, handler)
