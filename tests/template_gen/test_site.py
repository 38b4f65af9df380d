"""A `Site` that cannot work is refused when it is made, with the value and the fix."""

from collections.abc import Callable

import pytest

from template_gen import (
    Api,
    Bucket,
    Domain,
    Frontend,
    Index,
    Key,
    KeyType,
    Plan,
    Queue,
    Redirect,
    Schedule,
    Site,
    SiteError,
    Table,
    Throttle,
    build,
)

PK = Key("pk")
TABLE = Table(name="Things", partition_key=PK)

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a name in capitals": (
        lambda: Site(name="Tracks"),
        "lower-case letters, digits and -, beginning with a letter: 'Tracks'",
    ),
    "a name that is no text": (lambda: Site(name=5), "must be a string, not int: 5"),  # type: ignore[arg-type]
    "a name in another script": (lambda: Site(name="gruß"), "'gruß'"),
    "an architecture as text": (
        lambda: Site(name="ab", architecture="arm64"),  # type: ignore[arg-type]
        "Architecture.ARM64, Architecture.X86_64",
    ),
    "memory as text": (lambda: Site(name="ab", memory="1024"), "a whole number, not str: '1024'"),  # type: ignore[arg-type]
    "memory that starves a framework": (
        lambda: Site(name="ab", memory=128),
        "memory (MB) must be from 512 to 10240: 128",
    ),
    "a timeout beyond the API's": (lambda: Site(name="ab", timeout=60), "from 10 to 29: 60"),
    "a timeout beyond CloudFront's": (lambda: Site(name="ab", api=Api.FUNCTION_URL, timeout=61), "from 10 to 60: 61"),
    "a retention CloudWatch lacks": (lambda: Site(name="ab", log_retention_days=15), "1, 3, 5, 7, 14, 30"),
    "a prefix without a slash": (lambda: Site(name="ab", api_prefix="api"), "like /api: 'api'"),
    "a prefix that is everything": (lambda: Site(name="ab", api_prefix="/"), "like /api: '/'"),
    "a header of two lines": (lambda: Site(name="ab", content_security_policy="a\nb"), "one line of ASCII text"),
    "a variable of Lambda's": (lambda: Site(name="ab", environment={"AWS_REGION": "x"}), "rename it: AWS_REGION"),
    "a variable that is no text": (lambda: Site(name="ab", environment={"DEBUG": 1}), "must be a string, not int: 1"),  # type: ignore[dict-item]
    "a variable of the site's": (
        lambda: Site(name="ab", tables=(TABLE,), environment={"THINGS_TABLE": "x"}),
        "rename yours: THINGS_TABLE",
    ),
    "too large an environment": (
        lambda: Site(name="ab", environment={"TEXT": "ü" * 2100}),
        "4204 bytes, Lambda allows 4096",
    ),
    "a secret in the environment": (
        lambda: Site(name="ab", environment={"Stripe_Api_Key": "sk_live"}),
        "move Stripe_Api_Key to secrets=('Stripe_Api_Key',)",
    ),
    "half a character": (lambda: Site(name="ab", environment={"TEXT": "\ud800"}), "half of a surrogate pair"),
    "the origin's secret twice": (
        lambda: Site(name="ab", origin_secret=True, secrets=("ORIGIN_SECRET",)),
        "two secrets have the same name",
    ),
    "a prefix without a frontend": (
        lambda: Site(name="ab", frontend=Frontend.NONE, api_prefix="/v1"),
        "leave api_prefix out: '/v1'",
    ),
    "an input that is not JSON": (
        lambda: Schedule(name="Poll", expression="rate(1 hour)", input={"at": object()}),
        "input of schedule 'Poll' is not JSON",
    ),
    "an input that is no number": (
        lambda: Schedule(name="Poll", expression="rate(1 hour)", input={"at": float("nan")}),
        "is not JSON",
    ),
    "an input that hides the name": (
        lambda: Schedule(name="Poll", expression="rate(1 hour)", input={"schedule": "x"}),
        "must not have the key of the name: schedule",
    ),
    "a secret with a path": (lambda: Site(name="ab", secrets=("/prod/key",)), "capital letters, digits and _"),
    "a secret twice": (lambda: Site(name="ab", secrets=("KEY", "KEY")), "two secrets have the same name"),
    "secrets as one text": (lambda: Site(name="ab", secrets="KEY"), "tuple or list of str"),  # type: ignore[arg-type]
    "a tuple without its comma": (lambda: Site(name="ab", tables=TABLE), "write (Table(…),) or [Table(…)]"),  # type: ignore[arg-type]
    "a bucket among the tables": (
        lambda: Site(name="ab", tables=(Bucket(name="Files"),)),  # type: ignore[arg-type]
        "tables must hold only Table",
    ),
    "two tables of one name": (
        lambda: Site(name="ab", tables=(TABLE, TABLE)),
        "two tables have the same name, rename one of them: Things",
    ),
    "a table named like a variable": (lambda: Table(name="my_things", partition_key=PK), "logical id): 'my_things'"),
    "a table key as text": (lambda: Table(name="Things", partition_key="pk"), "must be a Key(…), not str: 'pk'"),  # type: ignore[arg-type]
    "a key of a type DynamoDB lacks": (
        lambda: Key("pk", "BOOL"),  # type: ignore[arg-type]
        "KeyType.STRING, KeyType.NUMBER, KeyType.BINARY: 'BOOL'",
    ),
    "one attribute of two types": (
        lambda: Table(
            name="Things", partition_key=PK, indexes=(Index(name="other", partition_key=Key("pk", KeyType.NUMBER)),)
        ),
        "one attribute has one type",
    ),
    "one attribute as both keys": (lambda: Table(name="Things", partition_key=PK, sort_key=PK), "for both keys"),
    "a key that expires": (lambda: Table(name="Things", partition_key=PK, expires="pk"), "use another attribute: pk"),
    "two indexes of one name": (
        lambda: Table(name="Things", partition_key=PK, indexes=2 * (Index(name="other", partition_key=PK),)),
        "two indexes of table 'Things' have the same name",
    ),
    "an expiry of zero days": (lambda: Bucket(name="Files", expire_days=0), "from 1 to 36500: 0"),
    "a cron of five fields": (lambda: Schedule(name="Nightly", expression="cron(0 3 * * *)"), "with six fields"),
    "a cron of two days": (lambda: Schedule(name="Nightly", expression="cron(0 3 1 * MON *)"), "? in exactly one"),
    "a rate in the wrong number": (lambda: Schedule(name="Poll", expression="rate(1 minutes)"), "rate(5 minutes)"),
    "a timezone that is an offset": (
        lambda: Schedule(name="Poll", expression="rate(1 minute)", timezone="+02:00"),
        "IANA name like Europe/London: '+02:00'",
    ),
    "a timezone that is a path": (
        lambda: Schedule(name="Poll", expression="rate(1 minute)", timezone="../../etc/passwd"),
        "IANA name",
    ),
    "a handler in another syntax": (lambda: Queue(name="Work", handler="app.worker:main"), "like app.worker.handler"),
    "a worker without end": (lambda: Queue(name="Work", handler="app.work", timeout=901), "from 10 to 900: 901"),
    "a domain with a scheme": (lambda: Domain(name="https://example.com"), "no https://"),
    "a domain without a dot": (lambda: Domain(name="localhost"), "a bare lower-case name"),
    "a domain that is an address": (lambda: Domain(name="10.0.0.1"), "a bare lower-case name"),
    "a domain in another script": (lambda: Domain(name="bücher.example"), "use its punycode form (xn--…)"),
    "a domain with a star": (lambda: Domain(name="*.example.com"), "no *"),
    "a domain with its www": (lambda: Domain(name="www.example.com"), "leave it out of the name"),
    "a domain too long for ACM": (lambda: Domain(name="a" * 60 + ".example"), "at most 64 characters"),
    "a plan without its zone's domain": (
        lambda: Site(name="ab", domain=Domain(name="example.com", zone_in_plan=True)),
        "zone_in_plan needs a plan",
    ),
    "a plan with a way around it": (
        lambda: Site(name="ab", plan=Plan.FREE),
        "add origin_secret=True or use Api.FUNCTION_URL",
    ),
    "a secret for a closed door": (
        lambda: Site(name="ab", api=Api.FUNCTION_URL, origin_secret=True),
        "origin_secret adds nothing: leave it out",
    ),
    "a throttle where there is none": (
        lambda: Site(name="ab", api=Api.FUNCTION_URL, throttle=Throttle()),
        "a function URL has no throttle",
    ),
    "a throttle that stops everybody": (lambda: Throttle(rate=0), "from 1 to 10000: 0"),
    "a budget of nothing": (lambda: Site(name="ab", monthly_budget=0), "from 1 to"),
    "a hook that is no function": (lambda: Site(name="ab", hook="x"), "a function of (template, parts): 'x'"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_work_is_refused_with_the_value_and_the_fix(case: str) -> None:
    make, expected = REFUSED[case]
    with pytest.raises(SiteError) as refusal:
        make()
    assert expected in str(refusal.value)


def test_lists_are_taken_for_tuples() -> None:
    site = Site(name="ab", tables=[TABLE])  # type: ignore[arg-type]
    assert site.tables == (TABLE,)


def test_a_subdomain_needs_no_www() -> None:
    assert Domain(name="www.example.com", redirect=Redirect.NONE).name == "www.example.com"


def test_a_hook_that_raises_is_named_with_what_it_raised_and_where() -> None:
    def forgetful(template: object, parts: object) -> None:
        raise KeyError("Ürgs")

    with pytest.raises(
        SiteError, match=r"the hook .*forgetful\(\) of site 'ab' failed: KeyError: 'Ürgs' \(test_site.py, line \d+\)"
    ):
        build(Site(name="ab", hook=forgetful))


def test_a_hook_cannot_take_a_name_that_is_taken() -> None:
    from troposphere import Template, sqs

    def careless(template: Template, parts: object) -> None:
        template.add_resource(sqs.Queue("Distribution"))

    with pytest.raises(SiteError, match="duplicate key"):
        build(Site(name="ab", hook=careless))


def test_a_hook_whose_resource_lacks_a_property_is_refused() -> None:
    from troposphere import Template, iam

    def incomplete(template: Template, parts: object) -> None:
        template.add_resource(iam.Role("Role"))

    with pytest.raises(SiteError, match="AssumeRolePolicyDocument required"):
        build(Site(name="ab", hook=incomplete))


def test_more_resources_than_a_stack_takes_are_refused() -> None:
    tables = tuple(Table(name=f"Table{number}", partition_key=PK) for number in range(500))
    with pytest.raises(SiteError, match="500"):
        build(Site(name="ab", tables=tables))


def test_a_bucket_cannot_take_the_name_of_the_frontends() -> None:
    with pytest.raises(SiteError, match="two resources have the logical id FrontendBucket: rename"):
        build(Site(name="ab", buckets=(Bucket(name="Frontend"),)))


def test_two_names_that_become_one_variable_are_refused() -> None:
    tables = (Table(name="AB", partition_key=PK), Table(name="Ab", partition_key=PK))
    with pytest.raises(SiteError, match="two environment variables have the same name, rename one of them: AB_TABLE"):
        Site(name="ab", tables=tables)


def test_every_frontend_has_its_golden_shape() -> None:
    from tests.template_gen.site_shapes import SHAPES

    assert {site.frontend for site in SHAPES.values()} == set(Frontend)
