"""Where activities are kept: a DynamoDB table, or the memory of the process.

The rule: an activity is reached only together with its owner, so nobody can read another's by guessing an id. In the
table that is the key: `pk` is the owner, `sk` the id, which starts with the time of the upload, so that one query gives
the newest first. `expires` is the table's time to live.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

from pydantic import TypeAdapter

from app.tracks import Drawing, Summary, Track

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

RECENT = 20

_summary: TypeAdapter[Summary] = TypeAdapter(Summary)
_drawing: TypeAdapter[Drawing] = TypeAdapter(Drawing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An activity as the list of recent ones shows it."""

    id: str
    uploaded: datetime
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Entry):
    drawing: Drawing

    @classmethod
    def of(cls, track: Track, *, uploaded: datetime) -> "Activity":
        """Give a track its id: milliseconds, then chance; ids sort by time."""
        id = f"{int(uploaded.timestamp() * 1000):012x}{token_hex(6)}"
        return cls(id=id, uploaded=uploaded, summary=track.summary, drawing=track.drawing)


class Activities(Protocol):
    def add(self, owner: str, activity: Activity) -> None: ...
    def recent(self, owner: str) -> list[Entry]: ...
    def get(self, owner: str, id: str) -> Activity | None: ...
    def delete(self, owner: str, id: str) -> bool: ...


class MemoryActivities:
    """For a first look, `uvicorn app.main:app`: forgotten when the process ends."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Activity] = {}

    def add(self, owner: str, activity: Activity) -> None:
        self._kept[owner, activity.id] = activity

    def recent(self, owner: str) -> list[Entry]:
        own = sorted((key for key in self._kept if key[0] == owner), reverse=True)
        kept = [self._kept[key] for key in own[:RECENT]]
        return [Entry(id=one.id, uploaded=one.uploaded, summary=one.summary) for one in kept]

    def get(self, owner: str, id: str) -> Activity | None:
        return self._kept.get((owner, id))

    def delete(self, owner: str, id: str) -> bool:
        return self._kept.pop((owner, id), None) is not None


class TableActivities:
    def __init__(self, table: str, *, kept: timedelta) -> None:
        self._table = table
        self._kept = kept

    @cached_property
    def _client(self) -> "DynamoDBClient":
        """boto3 costs as much to import as the rest of the app, so only a request that needs the table pays for it."""
        import boto3
        from botocore.config import Config

        return boto3.client("dynamodb", config=Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"}))

    def add(self, owner: str, activity: Activity) -> None:
        item: dict[str, AttributeValueTypeDef] = {
            **_key(owner, activity.id),
            "uploaded": {"S": activity.uploaded.isoformat()},
            "summary": {"S": _summary.dump_json(activity.summary).decode()},
            "drawing": {"S": _drawing.dump_json(activity.drawing).decode()},
            "expires": {"N": str(int((activity.uploaded + self._kept).timestamp()))},
        }
        self._client.put_item(TableName=self._table, Item=item)

    def recent(self, owner: str) -> list[Entry]:
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :owner",
            ExpressionAttributeValues={":owner": {"S": owner}},
            ProjectionExpression="sk, uploaded, summary, expires",
            ScanIndexForward=False,
            Limit=RECENT,
        )
        return [_entry(item) for item in answer["Items"] if not _expired(item)]

    def get(self, owner: str, id: str) -> Activity | None:
        item = self._client.get_item(TableName=self._table, Key=_key(owner, id)).get("Item")
        if item is None or _expired(item):
            return None
        entry = _entry(item)
        drawing = _drawing.validate_json(item["drawing"]["S"])
        return Activity(id=entry.id, uploaded=entry.uploaded, summary=entry.summary, drawing=drawing)

    def delete(self, owner: str, id: str) -> bool:
        answer = self._client.delete_item(TableName=self._table, Key=_key(owner, id), ReturnValues="ALL_OLD")
        return "Attributes" in answer


def _key(owner: str, id: str) -> "dict[str, AttributeValueTypeDef]":
    return {"pk": {"S": owner}, "sk": {"S": id}}


def _entry(item: "dict[str, AttributeValueTypeDef]") -> Entry:
    uploaded = datetime.fromisoformat(item["uploaded"]["S"])
    return Entry(id=item["sk"]["S"], uploaded=uploaded, summary=_summary.validate_json(item["summary"]["S"]))


def _expired(item: "dict[str, AttributeValueTypeDef]") -> bool:
    """DynamoDB removes an expired item within a few days, not at once (its developer guide, "Time to Live")."""
    return float(item["expires"]["N"]) < datetime.now(UTC).timestamp()
