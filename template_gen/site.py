"""`Site`: the whole structure of a website in one frozen value, refused if its parts contradict one another.

Structure (which resources exist) is here, and changing it changes the templates. Values (memory, domain, image, e-mail)
become template parameters; what is given here is their default, and `samconfig.toml` overrides it per environment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from template_gen import checks
from template_gen.checks import require
from template_gen.options import (
    Api,
    Architecture,
    Bucket,
    Domain,
    Frontend,
    Plan,
    Queue,
    Schedule,
    Table,
    Throttle,
)

CONTENT_SECURITY_POLICY = "base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
MAX_TIMEOUT = {Api.HTTP_API: 29, Api.FUNCTION_URL: 60}
"""Seconds: an HTTP API gives up after 30, CloudFront waits at most 60 for an origin, unless the quota is raised."""
MIN_TIMEOUT = 10
"""Seconds: the first request waits for the image to start."""
MIN_MEMORY = 512
"""MB: with less CPU than that gives, importing a web framework takes seconds, and nothing is saved."""
ENVIRONMENT_BYTES = 4096
RESERVED_VARIABLES = frozenset(
    {"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY",
     "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_FUNCTION_NAME",
     "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
     "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT",
     "LAMBDA_RUNTIME_DIR"}
)  # fmt: skip
"""Lambda refuses these: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A website on AWS. Every option has a default; `Site(name="tracks")` is a whole site.

    Attributes:
        name: the site's name in `samconfig.toml` and comments; no physical name is made from it.
        frontend: a single page app, static pages, or none (see `Frontend`).
        api: HTTP API or function URL (see `Api`).
        api_prefix: the path under which the app answers; CloudFront does not strip it, the app serves `/api/…` itself.
            No idle cost; change it if your routes begin differently.
        throttle: ceiling of requests; `None` is `Throttle()` for an HTTP API. A function URL has no throttle.
        content_security_policy: sent unless the app sends its own. The default only forbids framing and plugins;
            tighten it once you know what your pages load. No idle cost.
        memory: MB of the function; CPU is proportional to it, 1769 MB is one processor. No idle cost.
        timeout: seconds that a request may take before it is a 503. No idle cost; lower it to find slow requests.
        architecture: of the function and its image (see `Architecture`).
        environment: plain variables of the function. Not for secrets: they are readable in the console.
        secrets: names of SecureString parameters below the parameter SecretsPath, which the app reads when it runs
            (`SSM_PATH` in its environment says where). Created outside of the stack; no idle cost.
        snap_start: start from a snapshot taken when a version is published. About $3.90 a month per GB of memory; cold
            starts become some 0.5 s. For heavy imports and impatient visitors.
        log_retention_days: how long the function's logs are kept in its log group, at $0.03 per GB-month; raise it for
            audits.
        tables, buckets, schedules, queues: see `Table`, `Bucket`, `Schedule`, `Queue`.
        domain: the site's own name; `None` is the distribution's `d….cloudfront.net`.
        plan: pay-as-you-go or CloudFront's Free plan (see `Plan`).
        origin_secret: CloudFront sends the text of the plain SSM parameter `ORIGIN_SECRET`, below SecretsPath, as
            `x-origin-secret`; the app (told by `CHECK_ORIGIN`) refuses requests without it, so that nobody goes
            around CloudFront and its plan. Created outside of the stack; no idle cost.
        alarms: errors, throttling and dead letters are mailed to the parameter AlertEmail. 10 alarms are free.
        monthly_budget: USD; a mail to AlertEmail at 80 % spent and 100 % forecast of the whole account. Free.
        hook: called last, with the website's `troposphere.Template` and its `Parts`, to add resources of your own.
    """

    name: str
    frontend: Frontend = Frontend.SPA
    api: Api = Api.HTTP_API
    api_prefix: str = "/api"
    throttle: Throttle | None = None
    content_security_policy: str = CONTENT_SECURITY_POLICY
    memory: int = 1024
    timeout: int = 29
    architecture: Architecture = Architecture.ARM64
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    snap_start: bool = False
    log_retention_days: int = 14
    tables: tuple[Table, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    queues: tuple[Queue, ...] = ()
    domain: Domain | None = None
    plan: Plan = Plan.PAY_AS_YOU_GO
    origin_secret: bool = False
    alarms: bool = False
    monthly_budget: int | None = None
    hook: Callable[[Any, Any], None] | None = None

    def __post_init__(self) -> None:
        rule = "2 to 32 lower-case letters, digits and -, beginning with a letter"
        checks.matches(self.name, r"[a-z][a-z0-9-]{0,30}[a-z0-9]", "a site's name", rule)
        for name, kind in _MANY.items():
            object.__setattr__(self, name, checks.items(getattr(self, name), kind, name))
        for check in _CHECKS:
            check(self)

    @property
    def limits(self) -> Throttle:
        """The effective throttle of an HTTP API."""
        return self.throttle or Throttle()

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables in which the app finds its tables, buckets and queues."""
        kinds = ((self.tables, "TABLE"), (self.buckets, "BUCKET"), (self.queues, "QUEUE_URL"))
        return tuple(checks.environment_name(part.name, suffix) for parts, suffix in kinds for part in parts)


_MANY = {"secrets": str, "tables": Table, "buckets": Bucket, "schedules": Schedule, "queues": Queue}


def _check_choices(site: Site) -> None:
    for name, kind in {"frontend": Frontend, "api": Api, "architecture": Architecture, "plan": Plan}.items():
        checks.member(getattr(site, name), kind, name)
    for name in ("snap_start", "origin_secret", "alarms"):
        checks.flag(getattr(site, name), name)
    for name, option in {"domain": Domain, "throttle": Throttle}.items():
        if getattr(site, name) is not None:
            checks.instance(getattr(site, name), option, name)
    if site.hook is not None:
        require(callable(site.hook), f"hook must be a function of (template, parts): {site.hook!r}")


def _check_function(site: Site) -> None:
    checks.whole(site.memory, MIN_MEMORY, 10_240, "memory (MB)")
    checks.whole(site.timeout, MIN_TIMEOUT, MAX_TIMEOUT[site.api], f"timeout (seconds) with Api.{site.api.name}")
    kept = ", ".join(map(str, LOG_RETENTION_DAYS))
    known = site.log_retention_days in LOG_RETENTION_DAYS
    require(known, f"log_retention_days must be one of CloudWatch's {kept}: {site.log_retention_days!r}")
    if site.monthly_budget is not None:
        checks.whole(site.monthly_budget, 1, 1_000_000, "monthly_budget (USD)")


def _check_edge(site: Site) -> None:
    rule = "one or more names of letters, digits, - and _, each after a /, like /api"
    checks.matches(site.api_prefix, r"(/[A-Za-z0-9_-]+){1,8}", "api_prefix", rule)
    unused = site.frontend is Frontend.NONE and site.api_prefix != "/api"
    require(not unused, f"with Frontend.NONE every path goes to the app, leave api_prefix out: {site.api_prefix!r}")
    policy = checks.text(site.content_security_policy, "content_security_policy")
    is_header = bool(policy) and policy.isascii() and policy.isprintable()
    require(is_header, f"content_security_policy must be one line of ASCII text: {policy!r}")


def _check_environment(site: Site) -> None:
    checks.instance(site.environment, dict, "environment")
    for name, value in site.environment.items():
        checks.matches(name, r"[A-Za-z][A-Za-z0-9_]+", "an environment variable", "2 or more letters, digits and _")
        require(name not in RESERVED_VARIABLES, f"Lambda sets this environment variable itself, rename it: {name}")
        checks.text(value, f"environment variable {name}")
        require(
            not checks.SECRET.search(name),
            f"environment variables are readable in the console: move {name} to secrets=({name!r},)",
        )
    for secret in site.secrets:
        checks.variable(secret, "a secret's name")
    checks.unique((*site.secrets, *(["ORIGIN_SECRET"] if site.origin_secret else [])), "secrets")
    size = sum(len(name.encode()) + len(value.encode()) for name, value in site.environment.items())
    require(
        size <= ENVIRONMENT_BYTES,
        f"environment has {size} bytes, Lambda allows {ENVIRONMENT_BYTES}; move text into the image",
    )


def _check_names(site: Site) -> None:
    for name in ("tables", "buckets", "schedules", "queues"):
        checks.unique((part.name for part in getattr(site, name)), name)
    checks.unique(site.variables, "environment variables")
    taken = sorted(({*site.variables, "SSM_PATH", "CHECK_ORIGIN"}) & site.environment.keys())
    require(not taken, f"the site sets this environment variable itself, rename yours: {', '.join(taken)}")


def _check_api(site: Site) -> None:
    if site.api is not Api.FUNCTION_URL:
        return
    require(site.throttle is None, "a function URL has no throttle: leave throttle out, or use Api.HTTP_API")
    unneeded = "only CloudFront can call a function URL, so origin_secret adds nothing: leave it out"
    require(not site.origin_secret, unneeded)


def _check_plan(site: Site) -> None:
    zone_alone = site.domain is not None and site.domain.zone_in_plan and site.plan is not Plan.FREE
    require(not zone_alone, "zone_in_plan needs a plan: add plan=Plan.FREE, or leave zone_in_plan out")
    require(
        site.plan is not Plan.FREE or site.api is Api.FUNCTION_URL or site.origin_secret,
        "with Plan.FREE the HTTP API's own address would bypass the plan: add origin_secret=True "
        "or use Api.FUNCTION_URL",
    )


_CHECKS = (
    _check_choices, _check_function, _check_edge, _check_environment, _check_names, _check_api, _check_plan,
)  # fmt: skip
