"""What a `Site` may be made of: one frozen value per kind of part, each refusing what AWS would refuse later.

The docstring of an option says what it creates, what it costs while nobody visits (prices.py has the numbers and their
date) and when to use it. Options know nothing of one another; `Site` checks that they fit together.
"""

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zoneinfo import available_timezones

from template_gen import checks
from template_gen.checks import SiteError, require


class Frontend(StrEnum):
    """What answers outside the API prefix.

    SPA: a private bucket behind CloudFront; a path without a file extension answers `/index.html`, so that the
    browser's router sees every address. PAGES: the same bucket with `/about/` answering `/about/index.html`, `/about`
    redirecting to `/about/`, and `/404.html` for what is missing: for static site generators. (CloudFront has error
    pages for the whole distribution only: an answer 403 of the app becomes that page too, its 404 does not.) NONE:
    every path goes to the app, which renders its own pages. Idle cost: the stored files, $0.023 per GB-month.
    """

    SPA = "spa"
    PAGES = "pages"
    NONE = "none"


class Api(StrEnum):
    """How CloudFront reaches the function.

    HTTP_API: an API Gateway HTTP API with throttling; $1 per million requests; requests up to 30 s.
    FUNCTION_URL: a Lambda function URL that only this distribution may call (origin access control); no charge per
    request and answers up to 60 s, but no throttling, and a browser must send the header `x-amz-content-sha256` with
    every POST, PUT and PATCH, or Lambda answers 403 InvalidSignature. Idle cost: none either way.
    """

    HTTP_API = "http-api"
    FUNCTION_URL = "function-url"


class Architecture(StrEnum):
    """The processor of the function and of its image. ARM64 is a fifth cheaper per GB-second; X86_64 is for
    dependencies without arm64 wheels. Idle cost: none."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


class Plan(StrEnum):
    """How CloudFront is paid.

    PAY_AS_YOU_GO: nothing up to 1 TB and 10 million requests a month, then by use, without a ceiling. FREE: the
    flat-rate Free plan (`AWS::PricingPlanManager::Subscription`): $0 up to 1 million requests and 100 GB a month,
    slower instead of dearer beyond, a web ACL included. AWS allows three Free plans per account, wants the stack in
    us-east-1, and refuses accounts that are themselves on AWS's free account plan. Idle cost: none either way.
    """

    PAY_AS_YOU_GO = "pay-as-you-go"
    FREE = "free"


class KeyType(StrEnum):
    """DynamoDB's three types of key attribute."""

    STRING = "S"
    NUMBER = "N"
    BINARY = "B"


@dataclass(frozen=True, slots=True)
class Key:
    """A key attribute of a table or index: `Key("pk")`, `Key("year", KeyType.NUMBER)`."""

    name: str
    type: KeyType = KeyType.STRING

    def __post_init__(self) -> None:
        checks.matches(self.name, r"[A-Za-z0-9_.\-]{1,255}", "a key's name", "1 to 255 letters, digits, _ . or -")
        checks.member(self.type, KeyType, f"the type of key {self.name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A global secondary index: a second way to query a table, stored and written like a second table.

    Idle cost: its storage. Use it for a query that the table's own key cannot answer.
    """

    name: str
    partition_key: Key
    sort_key: Key | None = None

    def __post_init__(self) -> None:
        checks.matches(self.name, r"[A-Za-z0-9_.\-]{3,255}", "an index's name", "3 to 255 letters, digits, _ . or -")
        _check_keys(self.partition_key, self.sort_key, f"index {self.name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A DynamoDB table, billed per request, kept when the stack is deleted (Retain), with backups of the last 35 days.

    The app finds its name in `<NAME>_TABLE` and may read and write its items, nothing else. `expires`: the attribute
    with an item's end as epoch seconds; DynamoDB then deletes it without charge. Idle cost: storage beyond 25 GB at
    $0.25 per GB-month, and $0.20 per GB-month for backups (`backups=False` saves that).
    """

    name: str
    partition_key: Key
    sort_key: Key | None = None
    indexes: tuple[Index, ...] = ()
    expires: str | None = None
    backups: bool = True

    def __post_init__(self) -> None:
        checks.logical(self.name, "a table's name")
        _check_keys(self.partition_key, self.sort_key, f"table {self.name!r}")
        object.__setattr__(self, "indexes", checks.items(self.indexes, Index, f"indexes of table {self.name!r}"))
        checks.unique((index.name for index in self.indexes), f"indexes of table {self.name!r}")
        require(len(self.indexes) <= 20, f"table {self.name!r} has {len(self.indexes)} indexes; DynamoDB allows 20")
        checks.flag(self.backups, f"backups of table {self.name!r}")
        self._check_attributes()

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every key attribute of the table and its indexes, once each, in order of first use."""
        parts: tuple[Table | Index, ...] = (self, *self.indexes)
        return tuple(dict.fromkeys(key for part in parts for key in (part.partition_key, part.sort_key) if key))

    def _check_attributes(self) -> None:
        what = f"key attributes of table {self.name!r} (one attribute has one type in all indexes)"
        checks.unique((key.name for key in self.keys), what)
        if self.expires is not None:
            checks.matches(self.expires, r"[^\s]{1,255}", f"expires of table {self.name!r}", "an attribute's name")
            is_key = self.expires in {key.name for key in (self.partition_key, self.sort_key) if key}
            require(
                not is_key, f"expires of table {self.name!r} is one of its keys, use another attribute: {self.expires}"
            )


def _check_keys(partition_key: object, sort_key: object, what: str) -> None:
    checks.instance(partition_key, Key, f"partition_key of {what}")
    if sort_key is not None:
        checks.instance(sort_key, Key, f"sort_key of {what}")
        require(sort_key != partition_key, f"{what} uses one attribute for both keys, choose another: {sort_key!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A private S3 bucket for what visitors upload, kept when the stack is deleted (Retain), versioned for 30 days.

    The app finds its name in `<NAME>_BUCKET` and may read, write and delete its objects. `browser_uploads`: allows
    browsers to PUT with presigned URLs (CORS). `expire_days`: objects older than this are deleted. Idle cost: $0.023
    per GB-month. Use it for files; a request through Lambda carries at most 6 MB, a presigned upload 5 GB.
    """

    name: str
    browser_uploads: bool = False
    expire_days: int | None = None

    def __post_init__(self) -> None:
        checks.logical(self.name, "a bucket's name")
        checks.flag(self.browser_uploads, f"browser_uploads of bucket {self.name!r}")
        if self.expire_days is not None:
            checks.whole(self.expire_days, 1, 36_500, f"expire_days of bucket {self.name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A scheduled job: EventBridge Scheduler calls the website's function with `{"schedule": name, …input}`.

    `expression`: `rate(5 minutes)`, `cron(0 3 * * ? *)` or `at(2030-01-01T00:00:00)`, in `timezone`. Idle cost: none up
    to 14 million calls a month. A call that fails is retried twice, then lost: put work that must not be lost into a
    queue.
    """

    name: str
    expression: str
    timezone: str = "UTC"
    input: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checks.logical(self.name, "a schedule's name")
        _check_expression(checks.text(self.expression, f"expression of schedule {self.name!r}"), self.name)
        known = self.timezone in available_timezones()
        require(known, f"timezone of schedule {self.name!r} must be an IANA name like Europe/London: {self.timezone!r}")
        checks.instance(self.input, dict, f"input of schedule {self.name!r}")
        require(
            "schedule" not in self.input, f"input of schedule {self.name!r} must not have the key of the name: schedule"
        )
        try:
            json.dumps(self.input, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise SiteError(f"input of schedule {self.name!r} is not JSON ({error}): {self.input!r}") from error


_RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")
_AT = re.compile(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)")
_CRON = re.compile(r"cron\(([\w,*/?#\-]+ ){5}[\w,*/?#\-]+\)")


def _check_expression(expression: str, name: str) -> None:
    known = any(form.fullmatch(expression) for form in (_RATE, _AT, _CRON))
    examples = "rate(5 minutes), cron(0 3 * * ? *) with six fields, or at(2030-01-01T00:00:00)"
    require(known, f"expression of schedule {name!r} must be {examples}: {expression!r}")
    fields = expression.removeprefix("cron(").removesuffix(")").split(" ")
    if expression.startswith("cron("):
        require(
            (fields[2] == "?") != (fields[4] == "?"),
            f"cron of schedule {name!r} needs ? in exactly one of day of month and day of week: {expression!r}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Work for later: an SQS queue, a worker function from the same image, and a dead-letter queue.

    The website's function finds the queue in `<NAME>_QUEUE_URL` and may send to it; `handler` (as `module.function`)
    receives batches and reports the items that failed; an item that fails three times moves to the dead-letter queue
    and stays there 14 days. `timeout` in seconds, `memory` in MB. Idle cost: none (1 million requests a month are free;
    Lambda's polling uses some of them).
    """

    name: str
    handler: str
    timeout: int = 60
    memory: int = 1024
    batch_size: int = 1

    def __post_init__(self) -> None:
        checks.logical(self.name, "a queue's name")
        rule = "module.function of the image, like app.worker.handler"
        checks.matches(self.handler, r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", f"handler of queue {self.name!r}", rule)
        checks.whole(self.timeout, 10, 900, f"timeout of queue {self.name!r} (seconds)")
        checks.whole(self.memory, 512, 10_240, f"memory of queue {self.name!r} (MB)")
        checks.whole(self.batch_size, 1, 10, f"batch_size of queue {self.name!r}")


class Redirect(StrEnum):
    """Which of a domain's two names is the site's, and which one only redirects to it."""

    WWW_TO_APEX = "www-to-apex"
    APEX_TO_WWW = "apex-to-www"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The site's own name: a certificate (its own stack in us-east-1), aliases, and A and AAAA records.

    `name` is the default of the parameter DomainName; the hosted zone, which must exist, is the parameter
    HostedZoneId. `redirect`: also answer `www.<name>` and redirect one to the other; NONE for a subdomain. Idle cost:
    the zone's $0.50 a month, shared by every site under it; the certificate costs nothing.
    `zone_in_plan`: the Free plan also covers the zone (one zone can be in one plan only).
    """

    name: str
    redirect: Redirect = Redirect.WWW_TO_APEX
    zone_in_plan: bool = False

    def __post_init__(self) -> None:
        name = checks.text(self.name, "a domain")
        require(name.isascii(), f"a domain is written in ASCII, use its punycode form (xn--…): {name!r}")
        label = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
        rule = "a bare lower-case name like example.com (no https://, no path, no final dot, no *)"
        checks.matches(name, rf"({label}\.)+(?!\d+$){label}", "a domain", rule)
        require(
            len(name) <= 64, f"a certificate's first name has at most 64 characters, use a shorter domain: {name!r}"
        )
        checks.member(self.redirect, Redirect, f"redirect of domain {name!r}")
        checks.flag(self.zone_in_plan, f"zone_in_plan of domain {name!r}")
        has_www = name.startswith("www.") and self.redirect is not Redirect.NONE
        require(not has_www, f"www. is added by redirect=Redirect.APEX_TO_WWW, leave it out of the name: {name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Requests per second that the HTTP API lets through in the long run (`rate`) and at once (`burst`).

    Requests beyond that get 429 and do not call Lambda: this is the ceiling of the bill. Idle cost: none.
    """

    rate: int = 50
    burst: int = 100

    def __post_init__(self) -> None:
        checks.whole(self.rate, 1, 10_000, "throttle rate (requests per second)")
        checks.whole(self.burst, 1, 5_000, "throttle burst (requests)")
