"""Routes that keep files in a bucket of the Site's own, added to a copy of the repository."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import boto3

from groat import local
from groat.project import Project
from tests.checkout import Checkout
from tests.developing import Dev

ROUTES = '''\
import os
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response

router = APIRouter(prefix="/photos")
BUCKET = os.environ.get("PHOTOS_BUCKET", "")


@cache
def s3() -> Any:
    import boto3

    return boto3.client("s3")


@router.put("/{name}", status_code=204)
async def put(name: str, request: Request) -> None:
    s3().put_object(Bucket=BUCKET, Key=name, Body=await request.body())


@router.get("/{name}")
def get(name: str) -> Response:
    return Response(s3().get_object(Bucket=BUCKET, Key=name)["Body"].read(), media_type="image/png")


@router.get("/{name}/upload")
def upload(name: str) -> str:
    """Where a browser may put the file itself."""
    return str(s3().generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": name}))
'''
PHOTO = bytes(range(256)) * 50


def with_photos(root: Path) -> Path:
    """The copy, whose Site has the bucket `Photos` from now on, and whose app `/api/photos`."""
    clone = Checkout(root)
    clone.edit("website.py", " import ", " import Bucket, ")
    clone.edit("website.py", "    tables=", '    buckets=(Bucket(name="Photos", browser_uploads=True),),\n    tables=')
    (root / "app/routes/photos.py").write_text(ROUTES, encoding="utf-8")
    clone.edit("app/routes/__init__.py", "import activities, health", "import activities, health, photos")
    clone.edit("app/routes/__init__.py", "(health.router)", "(health.router)\napi.include_router(photos.router)")
    return root


def kept_in_the_bucket(dev: Dev) -> None:
    """Once through the app, once straight from a browser; the local S3 has both, and the app reads both."""
    put(f"{dev.url}/api/photos/through-the-app.png", origin=dev.url)
    put(json.loads(dev.get("/api/photos/straight.png/upload")[1]), origin=dev.url)
    s3 = client(dev, "s3")
    (bucket,) = (each["Name"] for each in s3.list_buckets()["Buckets"] if "photos" in each["Name"])
    for name in ("straight.png", "through-the-app.png"):
        assert s3.get_object(Bucket=bucket, Key=name)["Body"].read() == PHOTO
        with urllib.request.urlopen(f"{dev.url}/api/photos/{name}", timeout=30) as answer:
            assert answer.read() == PHOTO


def put(url: str, *, origin: str) -> None:
    headers = {"Content-Type": "image/png", "Origin": origin}
    with urllib.request.urlopen(urllib.request.Request(url, PHOTO, headers, method="PUT"), timeout=30) as answer:
        assert answer.status in (200, 204)


def kept_in_the_table(dev: Dev) -> None:
    """An activity is in the local DynamoDB, and comes back through the app."""
    gpx = (dev.root / "app/frontend/sample.gpx").read_bytes()
    with urllib.request.urlopen(f"{dev.url}/api/activities", gpx, timeout=30) as answer:
        id, cookie = json.load(answer)["id"], answer.headers["Set-Cookie"].partition(";")[0]
    dynamodb = client(dev, "dynamodb")
    (table,) = dynamodb.list_tables()["TableNames"]
    assert id in {item["sk"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}
    request = urllib.request.Request(f"{dev.url}/api/activities/{id}", headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["id"] == id


def client(dev: Dev, service: Any) -> Any:
    """boto3's, of the local cloud that this site is deployed to."""
    running = local.running(Project(dev.root))
    assert running
    return boto3.client(service, endpoint_url=running.endpoint)
