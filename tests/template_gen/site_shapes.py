"""The shapes of website that the generator promises to get right: small ones, and one with everything.

Each is generated to `tests/golden/templates/<name>/`, linted, expanded by the SAM translator and deployed on the local
cloud. A change of the generator is reviewed as the diff of these files.
"""

from troposphere import GetAtt, Template, awslambda

from template_gen import (
    Api,
    Architecture,
    Bucket,
    Domain,
    Frontend,
    Index,
    Key,
    KeyType,
    Parts,
    Plan,
    Queue,
    Redirect,
    Schedule,
    Site,
    Table,
    Throttle,
)


def no_retries(template: Template, parts: Parts) -> None:
    """A hook as a user writes it: one resource more, referring to a part."""
    template.add_resource(
        awslambda.EventInvokeConfig(
            "NoAsyncRetries",
            FunctionName=GetAtt(parts.function.resource, "Arn"),
            Qualifier="$LATEST",
            MaximumRetryAttempts=0,
        )
    )


ACTIVITIES = Table(name="Activities", partition_key=Key("pk"), sort_key=Key("sk"), expires="expires")
ORDERS = Table(
    name="Orders",
    partition_key=Key("customer"),
    sort_key=Key("placed", KeyType.NUMBER),
    indexes=(
        Index(name="by-status", partition_key=Key("status"), sort_key=Key("placed", KeyType.NUMBER)),
        Index(name="by-fingerprint", partition_key=Key("fingerprint", KeyType.BINARY)),
    ),
    backups=False,
)
NIGHTLY = Schedule(name="Nightly", expression="cron(0 3 * * ? *)", timezone="Europe/London", input={"gruß": "Grüße"})
RESIZE = Queue(name="Resize", handler="app.worker.handler", timeout=120, memory=2048)

SHAPES: dict[str, Site] = {
    "minimal": Site(name="minimal"),
    "pages-with-domain": Site(
        name="journal", frontend=Frontend.PAGES, domain=Domain(name="example.com"), alarms=True, monthly_budget=5
    ),
    "no-frontend": Site(
        name="shop",
        frontend=Frontend.NONE,
        domain=Domain(name="shop.example.com", redirect=Redirect.NONE),
        tables=(ORDERS,),
        secrets=("SESSION_KEY", "STRIPE_KEY"),
        environment={"CURRENCY": "€"},
    ),
    "function-url": Site(name="stream", api=Api.FUNCTION_URL, timeout=60, tables=(ACTIVITIES,)),
    "free-plan": Site(
        name="blog",
        frontend=Frontend.PAGES,
        plan=Plan.FREE,
        origin_secret=True,
        domain=Domain(name="example.org", redirect=Redirect.APEX_TO_WWW, zone_in_plan=True),
    ),
    "free-plan-function-url": Site(name="notes", plan=Plan.FREE, api=Api.FUNCTION_URL),
    "jobs": Site(
        name="photos",
        buckets=(Bucket(name="Originals", browser_uploads=True), Bucket(name="Thumbnails", expire_days=90)),
        queues=(RESIZE,),
        schedules=(NIGHTLY, Schedule(name="Poll", expression="rate(5 minutes)")),
        alarms=True,
    ),
    "snap-start": Site(
        name="quick",
        snap_start=True,
        architecture=Architecture.X86_64,
        memory=512,
        schedules=(NIGHTLY,),
        api_prefix="/v1/api",
        throttle=Throttle(rate=5, burst=10),
        log_retention_days=90,
    ),
    "snap-start-function-url": Site(name="sprint", snap_start=True, api=Api.FUNCTION_URL),
    "hook": Site(name="hooked", tables=(ACTIVITIES,), hook=no_retries),
    "everything": Site(
        name="everything",
        frontend=Frontend.PAGES,
        domain=Domain(name="example.net"),
        tables=(ACTIVITIES, ORDERS),
        buckets=(Bucket(name="Uploads", browser_uploads=True, expire_days=365),),
        queues=(RESIZE, Queue(name="Mail", handler="app.mail.handler", batch_size=10)),
        schedules=(NIGHTLY,),
        secrets=("SESSION_KEY",),
        origin_secret=True,
        alarms=True,
        monthly_budget=10,
    ),
}
