"""What of the frontend goes up, in which order, and with which headers."""

from pathlib import Path

import pytest

from groat.errors import GroatError
from groat.frontend import IMMUTABLE, PENDING, REVALIDATE, File, Invalidation, files, keys, plan
from template_gen import Frontend, Site

PAGE, SCRIPT, OTHER = File("index.html", b"<h1>"), File("app.js", b"1"), File("blog/index.html", b"<p>")


def test_assets_go_up_before_the_pages_that_name_them() -> None:
    sync = plan([PAGE, SCRIPT, OTHER], present={})
    assert [file.key for file in sync.upload] == ["app.js", "blog/index.html", "index.html"]


def test_only_what_differs_goes_up() -> None:
    sync = plan([PAGE, SCRIPT], present={"index.html": PAGE.etag, "app.js": "another"})
    assert ([file.key for file in sync.upload], sync.unchanged) == (["app.js"], 1)


def test_what_is_gone_from_the_folder_is_removed() -> None:
    assert plan([PAGE], present={"index.html": PAGE.etag, "old.css": "x"}).remove == ("old.css",)


def test_what_groat_keeps_in_the_bucket_is_no_file_of_the_frontend() -> None:
    assert plan([PAGE], present={"index.html": PAGE.etag, PENDING: "x"}).remove == ()


def test_a_debt_without_news_is_the_same_request_again() -> None:
    pending = Invalidation("first", ("/a", "/b"))
    assert pending.and_also(("/a",)) == pending


def test_a_debt_with_news_is_a_new_request_for_both() -> None:
    both = Invalidation("first", ("/a",)).and_also(("/b",))
    assert both.paths == ("/a", "/b")
    assert both.reference != "first"


def test_the_same_change_made_again_later_is_a_new_request() -> None:
    nothing = Invalidation("", ())
    assert nothing.and_also(("/a",)).reference != nothing.and_also(("/a",)).reference


def test_nothing_changed_means_no_path_to_invalidate() -> None:
    assert plan([PAGE], present={"index.html": PAGE.etag}).paths == ()


def test_a_page_of_a_folder_is_invalidated_under_both_its_names() -> None:
    assert plan([OTHER], present={}).paths == ("/blog/", "/blog/index.html")


def test_many_changes_are_one_path() -> None:
    assert plan([File(f"{number}.txt", b"") for number in range(16)], present={}).paths == ("/*",)


@pytest.mark.parametrize(
    ("key", "content_type", "cache_control"),
    [
        ("index.html", "text/html; charset=utf-8", REVALIDATE),
        ("app.js", "text/javascript; charset=utf-8", REVALIDATE),
        ("app.3f2a9c1b.js", "text/javascript; charset=utf-8", IMMUTABLE),
        ("font.woff2", "font/woff2", REVALIDATE),
        ("photo.JPG", "image/jpeg", REVALIDATE),
        ("README", "application/octet-stream", REVALIDATE),
    ],
)
def test_headers_follow_from_the_name(key: str, content_type: str, cache_control: str) -> None:
    file = File(key, b"")
    assert (file.content_type, file.cache_control) == (content_type, cache_control)


def test_hidden_files_stay_at_home(tmp_path: Path) -> None:
    for name in ("index.html", ".DS_Store", "ünïcode.css"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [file.key for file in files(tmp_path)] == ["index.html", "ünïcode.css"]


def test_a_frontend_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GroatError, match=r"no index\.html") as told:
        files(tmp_path)
    assert "Site(frontend=Frontend.NONE)" in told.value.hint
    assert Site(name="shop", frontend=Frontend.NONE)


def test_a_path_is_encoded_as_cloudfront_wants_it() -> None:
    assert plan([File("a b&c #1?.txt", b""), File("ü.html", b"")], present={}).paths == (
        "/%C3%BC.html",
        "/a%20b&c%20%231%3F.txt",
    )


def made(folder: Path, *names: str) -> Path:
    for name in ("index.html", *names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    return folder


def test_hidden_folders_stay_here_but_for_the_well_known_one(tmp_path: Path) -> None:
    folder = made(
        tmp_path, ".git/config", ".DS_Store", "a/.hidden/b.txt", ".groat/x", ".well-known/security.txt", "a/b.txt"
    )
    assert keys(folder) == (".well-known/security.txt", "a/b.txt", "index.html")


@pytest.mark.parametrize("target", ["nowhere", "a", "."])
def test_a_link_to_no_file_is_refused_and_one_to_a_file_is_the_file(tmp_path: Path, target: str) -> None:
    folder = made(tmp_path, "a/b.txt")
    (folder / "c.txt").symlink_to("a/b.txt")
    assert "c.txt" in keys(folder)
    (folder / "link").symlink_to(target)
    with pytest.raises(GroatError, match=r"a broken link: .*link"):
        keys(folder)
