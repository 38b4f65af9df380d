"""Uploads the frontend to the site's bucket: only what changed, assets before the pages that use them, removals last.

Planning is pure; `synchronize` executes. A visitor in the middle of a deployment never gets a page whose assets are not
there yet. Browsers revalidate each time (the ETag makes it a 304); CloudFront keeps a file until it is invalidated.
"""

import hashlib
import json
import mimetypes
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from groat.aws import Aws
from groat.errors import GroatError

REVALIDATE = "public, max-age=0, s-maxage=31536000, must-revalidate"
IMMUTABLE = "public, max-age=31536000, immutable"
HASHED = re.compile(r"[.-][0-9a-f]{8,}\.\w+$")  # name.3f2a9c1b.js: the content is in the name
# mimetypes reads the machine's own tables, which differ, so the types that a website needs are listed here
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
PUBLIC = (".well-known",)  # hidden by its name but public (RFC 8615), unlike .git and the like
RESERVED = ".groat/"  # prefix of groat's own keys in the bucket
PENDING = f"{RESERVED}invalidation.json"
PLAIN = "/!$&'()*+,;=:@"  # CloudFront does not want these encoded: what RFC 1738 calls safe
MOST_PATHS = 15  # CloudFront bills by path, and `/*` is one path


@dataclass(frozen=True, slots=True)
class File:
    """A file of the frontend: its key in the bucket, its bytes, and the MD5 that S3 returns as ETag."""

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
    """What to do to the bucket: first upload, then remove. `paths` are the URLs whose responses change."""

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
    """The paths of a file, encoded as CloudFront wants them: a directory answers with its index."""
    path = quote(f"/{key}", safe=PLAIN)
    yield path
    if path.endswith("/index.html"):
        yield path.removesuffix("index.html")


def files(folder: Path) -> tuple[File, ...]:
    """Every file of the frontend. Raises GroatError as `keys` does."""
    return tuple(File(key, (folder / key).read_bytes()) for key in keys(folder))


def keys(folder: Path) -> tuple[str, ...]:
    """The names of the files below `folder`, except hidden ones.

    Raises GroatError if there is no index.html, and for a broken link: its file would be missing without a word.
    """
    if not (folder / "index.html").is_file():
        raise GroatError(
            f"The frontend has no index.html: {folder}", hint="add one, or say Site(frontend=Frontend.NONE)"
        )
    visible = [path for path in sorted(folder.rglob("*")) if not is_hidden(path.relative_to(folder))]
    if lost := next((path for path in visible if path.is_symlink() and not path.is_file()), None):
        raise GroatError(f"The frontend has a broken link: {lost}", hint="put the file itself there")
    return tuple(path.relative_to(folder).as_posix() for path in visible if path.is_file())


def is_hidden(path: Path) -> bool:
    return any(part.startswith(".") and part not in PUBLIC for part in path.parts)


def plan(wanted: Iterable[File], present: Mapping[str, str]) -> Sync:
    """`present` maps the bucket's keys to ETags (unquoted); groat's own keys are left alone."""
    wanted = tuple(wanted)
    changed = sorted(
        (file for file in wanted if present.get(file.key) != file.etag), key=lambda file: (file.is_page, file.key)
    )
    gone = present.keys() - {file.key for file in wanted}
    remove = sorted(key for key in gone if not key.startswith(RESERVED))
    return Sync(tuple(changed), tuple(remove), len(wanted) - len(changed))


@dataclass(frozen=True, slots=True)
class Invalidation:
    """What CloudFront is to fetch again. It may be repeated: the same reference twice is one request."""

    reference: str
    paths: tuple[str, ...]

    def and_also(self, paths: tuple[str, ...]) -> "Invalidation":
        """With these paths too: a new request, because a reference stands for its paths."""
        everything = tuple(sorted({*self.paths, *paths}))
        return self if everything == self.paths else Invalidation(uuid.uuid4().hex, everything)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The site's bucket, and the distribution in front of it."""

    aws: Aws
    name: str
    distribution: str

    def present(self) -> dict[str, str]:
        pages = self.aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return {item["Key"]: item["ETag"].strip('"') for page in pages for item in page.get("Contents", ())}

    def pending(self) -> Invalidation:
        """What a killed run did not get to invalidate."""
        record = json.load(self.aws.client("s3").get_object(Bucket=self.name, Key=PENDING)["Body"])
        return Invalidation(record["reference"], tuple(record["paths"]))

    def record(self, invalidation: Invalidation) -> None:
        """Keep what must be invalidated, even if this run is killed before it is."""
        self.aws.client("s3").put_object(Bucket=self.name, Key=PENDING, Body=json.dumps(asdict(invalidation)).encode())

    def write(self, sync: Sync) -> None:
        s3 = self.aws.client("s3")
        for file in sync.upload:
            s3.put_object(
                Bucket=self.name,
                Key=file.key,
                Body=file.body,
                ContentType=file.content_type,
                CacheControl=file.cache_control,
            )
        for key in sync.remove:
            s3.delete_object(Bucket=self.name, Key=key)

    def invalidate(self, invalidation: Invalidation) -> None:
        batch = {
            "Paths": {"Quantity": len(invalidation.paths), "Items": list(invalidation.paths)},
            "CallerReference": invalidation.reference,
        }
        client = self.aws.client("cloudfront")
        client.create_invalidation(DistributionId=self.distribution, InvalidationBatch=batch)
        self.aws.client("s3").delete_object(Bucket=self.name, Key=PENDING)


def bucket_of(aws: Aws, outputs: Mapping[str, str]) -> Bucket | None:
    """The bucket of a website stack with these outputs; None for a site without a frontend."""
    name = outputs.get("FrontendBucketName")
    return Bucket(aws, name, outputs["DistributionId"]) if name else None


def synchronize(bucket: Bucket, wanted: Iterable[File]) -> tuple[Sync, Invalidation]:
    """Make the bucket's files these; returns what that took, and what CloudFront was asked to fetch again.

    The invalidation is recorded before the first upload, so that the run after a killed one makes up for it.
    """
    present = bucket.present()
    sync = plan(wanted, present)
    pending = bucket.pending() if PENDING in present else Invalidation("", ())
    invalidation = pending.and_also(sync.paths)
    if invalidation.paths:
        bucket.record(invalidation)
        bucket.write(sync)
        bucket.invalidate(invalidation)
    return sync, invalidation
