"""What moto's records lack: ids in AWS's shape (hosted zones, distributions, origin access controls), and access to the
tags of a certificate, to which moto, like ACM, lets nobody add AWS's own.

The rule: a zone gets its id through moto's own hook. CloudFront's things have no such hook, so moto's records of
them are moved to another id right after they were made. Shapes: AWS's documentation.
"""

import secrets
from collections.abc import Mapping
from string import ascii_uppercase, digits
from typing import Any

ZONE = ("route53", "hosted_zone")


def hosted_zone_id(context: Mapping[str, Any]) -> str | None:
    """A source of ids for moto's id manager: Z and 20 letters and digits."""
    about = context.get("resource_identifier")
    if about is None or (about.service, about.resource) != ZONE:
        return None
    return "Z" + "".join(secrets.choice(ascii_uppercase + digits) for _ in range(20))


def rename(account: str, kind: str, old: str, new: str) -> Any:
    """Give one of CloudFront's things another id wherever its record says the old one; `kind` is moto's attribute."""
    from moto.backends import get_backend

    records = getattr(get_backend("cloudfront")[account]["aws"], kind)
    found = records[new] = records.pop(old)
    for name, value in list(vars(found).items()):
        if isinstance(value, str):
            setattr(found, name, value.replace(old, new))
    return found


def certificate_tags(account: str, region: str, arn: str) -> dict[str, str | None]:
    """The tags in moto's record of a certificate; what is written into them is there."""
    from moto.backends import get_backend

    tags: dict[str, str | None] = get_backend("acm")[account][region].describe_certificate(arn).tags
    return tags
