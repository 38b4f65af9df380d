"""What differs between one deployment of the app and the next; read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`table`: the DynamoDB table that keeps the activities; without one they live as long as the process.

    `upload_limit` bounds what is sent, in bytes: a Lambda event may have 6 MB, and API Gateway makes binary bodies a
    third longer (base64). `gpx_limit` bounds what a gzipped upload may unpack to.
    """

    table: str | None = None
    kept: timedelta = timedelta(days=90)
    upload_limit: int = 4 * 2**20
    gpx_limit: int = 16 * 2**20

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        return cls(table=environment.get("ACTIVITIES_TABLE") or None)
