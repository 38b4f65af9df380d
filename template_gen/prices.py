"""What things cost: the one table of prices, with its date, and a site's monthly bill while nobody visits.

Prices are AWS's list prices in us-east-1, in USD, without the credits of new accounts. They are estimates for choosing
between options, not a quote; `AS_OF` says how old they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from template_gen.options import Api, Plan
from template_gen.site import Site

AS_OF = date(2026, 11, 23)
MONTH_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for each `unit`, after what is free every month for ever (`free`, in words)."""

    usd: Decimal
    unit: str
    free: str = ""


PRICES = {
    "hosted zone": Price(Decimal("0.50"), "zone and month", "queries of aliases"),
    "container image": Price(Decimal("0.10"), "GB and month, layers shared by images counted once"),
    "lambda request": Price(Decimal("0.20"), "million requests", "1 million a month"),
    "lambda arm64": Price(Decimal("0.0000133334"), "GB-second", "400 000 GB-seconds a month"),
    "lambda x86_64": Price(Decimal("0.0000166667"), "GB-second", "400 000 GB-seconds a month"),
    "snapstart cache": Price(Decimal("0.0000015046"), "GB-second of a published version"),
    "http api": Price(Decimal("1.00"), "million requests of up to 512 KB"),
    "cloudfront transfer": Price(Decimal("0.085"), "GB to Europe and North America", "1 TB a month"),
    "cloudfront request": Price(Decimal("1.00"), "million https requests", "10 million a month"),
    "cloudfront function": Price(Decimal("0.10"), "million calls", "2 million a month"),
    "s3 storage": Price(Decimal("0.023"), "GB and month"),
    "dynamodb write": Price(Decimal("0.625"), "million writes of 1 KB"),
    "dynamodb read": Price(Decimal("0.125"), "million reads of 4 KB"),
    "dynamodb storage": Price(Decimal("0.25"), "GB and month", "25 GB"),
    "dynamodb backup": Price(Decimal("0.20"), "GB and month"),
    "logs": Price(Decimal("0.50"), "GB written", "5 GB a month"),
    "alarm": Price(Decimal("0.10"), "alarm and month", "10 alarms"),
    "schedule": Price(Decimal("1.00"), "million calls", "14 million a month"),
    "queue": Price(Decimal("0.40"), "million requests", "1 million a month"),
}
FREE_ALARMS = 10
IMAGES_GB = Decimal("0.25")
"""The images that the registry keeps of a usual FastAPI app: they share their dependencies' layers."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of the bill: what, how much a month, and how it is reckoned."""

    what: str
    usd: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Floor:
    """What a site costs in a month without a single visitor, at prices of `as_of`. Data comes on top, by the GB."""

    costs: tuple[Cost, ...]
    as_of: date = AS_OF

    @property
    def usd(self) -> Decimal:
        return sum((cost.usd for cost in self.costs), Decimal(0))


def monthly_floor(site: Site) -> Floor:
    """The bill of an idle site, line by line; only lines that are not zero."""
    return Floor(tuple(cost for cost in _costs(site) if cost.usd))


def _costs(site: Site) -> Iterator[Cost]:
    image = PRICES["container image"].usd * IMAGES_GB
    yield Cost("images in the registry", image, f"{IMAGES_GB} GB of layers")
    if site.domain is not None and not (site.plan is Plan.FREE and site.domain.zone_in_plan):
        yield Cost("hosted zone", PRICES["hosted zone"].usd, "once for all sites of the zone")
    if site.snap_start:
        memory = Decimal(site.memory) / 1024
        usd = (PRICES["snapstart cache"].usd * MONTH_SECONDS * memory).quantize(Decimal("0.01"))
        yield Cost("SnapStart", usd, f"{memory} GB of one published version, cached all month")
    beyond = max(0, alarm_count(site) - FREE_ALARMS)
    yield Cost("alarms", PRICES["alarm"].usd * beyond, f"{beyond} beyond the account's {FREE_ALARMS} free ones")


def alarm_count(site: Site) -> int:
    """Two for each function, one for each dead-letter queue, one for the HTTP API."""
    if not site.alarms:
        return 0
    return 2 * (1 + len(site.queues)) + len(site.queues) + (site.api is Api.HTTP_API)
