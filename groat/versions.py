"""The versions of a site that have answered, kept for rollbacks: template, parameters, frontend.

They are in the frontend's bucket, under a prefix that no URL reaches (the distribution's function sends a path whose
last part has no dot to a page). Why there? CloudFormation forgets an executed change set, a stack's tags are too small
for a template, a versioned bucket would cost ever more, and a file on one developer's machine is not on the next one's.
The bucket lives and dies with the site.

The rules: a record is written only once the site has answered, and is never changed. A file is kept once, under the
digest of its content. For the image only the digest is kept: the image stays in the registry, whose lifecycle policy
keeps as many deployed images as there are records here.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from groat.errors import GroatError
from groat.frontend import RESERVED, Bucket, File
from groat.target import StackPlan

if TYPE_CHECKING:
    import changesets

RECORDS = f"{RESERVED}versions/"
FILES = f"{RESERVED}files/"
KEPT = 10  # as many as the registry's lifecycle policy keeps deployed images
MASKED = "****"  # what CloudFormation shows for a NoEcho parameter
TIME = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """All that makes a website. `files` maps the bucket's keys to the digest of their content (S3's ETag, unquoted)."""

    template: str
    parameters: Mapping[str, str]
    files: Mapping[str, str]

    @property
    def id(self) -> str:
        """Twelve hex digits, equal for equal versions."""
        parts = [self.template.strip(), sorted(self.parameters.items()), sorted(self.files.items())]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    @property
    def image(self) -> str:
        return self.parameters.get("ImageUri", "")


@dataclass(frozen=True, slots=True)
class Record:
    """A version that has answered. `name` is `<time>-<id>`, so that names sort by time."""

    name: str
    commit: str
    version: Version

    def __str__(self) -> str:
        at = datetime.strptime(self.name.rpartition("-")[0], TIME)
        return f"{at:%Y-%m-%d %H:%M:%S} UTC" + (f", commit {self.commit[:12]}" if self.commit else "")


@dataclass(frozen=True, slots=True)
class History:
    """The versions of one site. Its bucket holds them; its stack says which one is live."""

    bucket: Bucket
    stack: StackPlan

    @property
    def s3(self) -> Any:
        return self.bucket.aws.client("s3")

    def live(self, stack: "changesets.Stack") -> Version:
        """What is deployed now."""
        client = self.bucket.aws.client("cloudformation", region_name=self.stack.region)
        template = client.get_template(StackName=stack.id, TemplateStage="Original")["TemplateBody"]
        return Version(
            template=template if isinstance(template, str) else json.dumps(template),
            parameters={name: value for name, value in stack.parameters.items() if value != MASKED},
            files={key: etag for key, etag in self.bucket.present().items() if not key.startswith(RESERVED)},
        )

    def names(self) -> list[str]:
        """The names of the records, newest first."""
        return sorted((key.removeprefix(RECORDS) for key in self.keys(RECORDS)), reverse=True)

    def read(self, name: str) -> Record:
        body = json.load(self.s3.get_object(Bucket=self.bucket.name, Key=RECORDS + name)["Body"])
        return Record(name, body["commit"], Version(**body["version"]))

    def keep(self, stack: "changesets.Stack", commit: str) -> None:
        """Record what is live, unless the newest record is the same; forget the oldest."""
        live, names = self.live(stack), self.names()
        if names and names[0].endswith(live.id):
            return
        self.keep_files(live.files)
        name = f"{datetime.now(UTC).strftime(TIME)}-{live.id}"
        body = json.dumps({"commit": commit, "version": asdict(live)})
        self.s3.put_object(Bucket=self.bucket.name, Key=RECORDS + name, Body=body.encode())
        self.forget(names[KEPT - 1 :])

    def keep_files(self, files: Mapping[str, str]) -> None:
        kept = self.keys(FILES)
        for key, etag in files.items():
            if FILES + etag not in kept:
                source = {"Bucket": self.bucket.name, "Key": key}
                self.s3.copy_object(Bucket=self.bucket.name, Key=FILES + etag, CopySource=source)

    def previous(self, stack: "changesets.Stack") -> Record:
        """The newest record that is not live. Raises GroatError if there is none."""
        live = self.live(stack).id
        for name in self.names():
            if not name.endswith(live):
                return self.read(name)
        raise GroatError(
            f"No earlier version of this stack is known to have answered: {stack.name}",
            hint="check out the commit that you want, then: make deploy",
        )

    def files(self, version: Version) -> tuple[File, ...]:
        """The files of a version's frontend."""
        return tuple(File(key, self.content(etag)) for key, etag in sorted(version.files.items()))

    def content(self, etag: str) -> bytes:
        return bytes(self.s3.get_object(Bucket=self.bucket.name, Key=FILES + etag)["Body"].read())

    def forget(self, names: Iterable[str]) -> None:
        """Remove these records, and the files that no other record needs."""
        gone = set(names)
        if not gone:
            return
        left = (self.read(name).version for name in self.names() if name not in gone)
        needed = {FILES + etag for version in left for etag in version.files.values()}
        for key in [*(RECORDS + name for name in gone), *(self.keys(FILES) - needed)]:
            self.s3.delete_object(Bucket=self.bucket.name, Key=key)

    def keys(self, prefix: str) -> set[str]:
        return {key for key in self.bucket.present() if key.startswith(prefix)}
