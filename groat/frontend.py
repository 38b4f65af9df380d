"""The frontend's files into the site's bucket: what changed, assets before the pages that name them, removed ones last.

Planning is pure; `synchronize` executes. A visitor in the middle of a deployment never gets a page whose assets are not
there yet. Browsers ask again each time (an ETag answers 304), CloudFront keeps a file until it is invalidated.
"""

import hashlib
import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from groat.aws import Aws
from groat.errors import GroatError

REVALIDATE = "public, max-age=0, s-maxage=31536000, must-revalidate"
IMMUTABLE = "public, max-age=31536000, immutable"
HASHED = re.compile(r"[.-][0-9a-f]{8,}\.\w+$")  # name.3f2a9c1b.js: the content is in the name
# mimetypes asks the machine's own tables, which differ: what a website needs is said here
TYPES = {
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".gpx": "application/gpx+xml",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
MOST_PATHS = 15  # CloudFront bills paths, and `/*` is one path


@dataclass(frozen=True, slots=True)
class File:
    """A file of the frontend: `key` in the bucket, its bytes, and the MD5 that S3 answers as ETag."""

    key: str
    body: bytes

    @property
    def etag(self) -> str:
        return hashlib.md5(self.body, usedforsecurity=False).hexdigest()

    @property
    def content_type(self) -> str:
        suffix = Path(self.key).suffix.lower()
        return TYPES.get(suffix) or mimetypes.guess_type(self.key)[0] or "application/octet-stream"

    @property
    def cache_control(self) -> str:
        return IMMUTABLE if HASHED.search(self.key) else REVALIDATE

    @property
    def is_page(self) -> bool:
        return self.key.endswith(".html")


@dataclass(frozen=True, slots=True)
class Sync:
    """What to do to the bucket, in this order: upload, then remove. `paths` are the URLs whose answers change."""

    upload: tuple[File, ...]
    remove: tuple[str, ...]
    unchanged: int

    @property
    def paths(self) -> tuple[str, ...]:
        changed = sorted({url for key in [*(file.key for file in self.upload), *self.remove] for url in urls(key)})
        return tuple(changed) if len(changed) <= MOST_PATHS else ("/*",)

    def __str__(self) -> str:
        parts = [(len(self.upload), "uploaded"), (len(self.remove), "removed"), (self.unchanged, "unchanged")]
        return ", ".join(f"{count} {word}" for count, word in parts if count) or "nothing there"


def urls(key: str) -> Iterator[str]:
    yield f"/{key}"
    if key == "index.html" or key.endswith("/index.html"):
        yield f"/{key.removesuffix('index.html')}"


def files(folder: Path) -> tuple[File, ...]:
    """Every file below `folder` but hidden ones. Raises GroatError when the folder is missing or has no index.html."""
    if not (folder / "index.html").is_file():
        raise GroatError(f"The frontend has no index.html: {folder}", hint="add one, or say frontend=None in your Site")
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return tuple(File(path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths)


def plan(wanted: Iterable[File], present: Mapping[str, str]) -> Sync:
    """`present` maps the bucket's keys to ETags (unquoted)."""
    wanted = tuple(wanted)
    changed = sorted(
        (file for file in wanted if present.get(file.key) != file.etag), key=lambda file: (file.is_page, file.key)
    )
    keys = {file.key for file in wanted}
    return Sync(tuple(changed), tuple(sorted(present.keys() - keys)), len(wanted) - len(changed))


def present(aws: Aws, bucket: str) -> dict[str, str]:
    pages = aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {item["Key"]: item["ETag"].strip('"') for page in pages for item in page.get("Contents", ())}


def synchronize(aws: Aws, folder: Path, bucket: str) -> Sync:
    """Bring the bucket to what `folder` holds, and say what that took."""
    sync = plan(files(folder), present(aws, bucket))
    s3 = aws.client("s3")
    for file in sync.upload:
        s3.put_object(
            Bucket=bucket, Key=file.key, Body=file.body, ContentType=file.content_type, CacheControl=file.cache_control
        )
    for key in sync.remove:
        s3.delete_object(Bucket=bucket, Key=key)
    return sync


def invalidate(aws: Aws, distribution: str, sync: Sync) -> None:
    """Ask CloudFront to fetch what changed anew. The reference is the content's: the same call twice is one request."""
    reference = hashlib.sha256("\n".join([*(f"{file.key} {file.etag}" for file in sync.upload), *sync.remove]).encode())
    aws.client("cloudfront").create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            "Paths": {"Quantity": len(sync.paths), "Items": list(sync.paths)},
            "CallerReference": reference.hexdigest(),
        },
    )
