"""A small app with one of everything that can go wrong between HTTP and a function."""

import hashlib
import time
from typing import Annotated, Any

from fastapi import Cookie, FastAPI, Form, Query, Request, Response, UploadFile
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import RedirectResponse
from mangum import Mangum
from pydantic import BaseModel

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
app.add_middleware(GZipMiddleware, minimum_size=1000)
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_methods=["POST"])


class Item(BaseModel):
    name: str
    count: int


@app.api_route("/api/method", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def method(request: Request) -> dict[str, str]:
    return {"method": request.method}


@app.post("/api/items", status_code=201)
def create(item: Item) -> Item:
    return item


@app.get("/api/tracks/")
def tracks() -> list[str]:
    return []


@app.api_route("/api/head", methods=["GET", "HEAD"])
def head() -> Response:
    return Response("12345", media_type="text/plain")


@app.post("/api/form")
def form(name: Annotated[str, Form()]) -> dict[str, str]:
    return {"name": name}


@app.post("/api/upload")
def upload(file: UploadFile) -> dict[str, str | None]:
    return {"name": file.filename, "sha256": hashlib.sha256(file.file.read()).hexdigest()}


@app.post("/api/bytes")
async def bytes_back(request: Request) -> Response:
    return Response(await request.body(), media_type="application/octet-stream")


@app.get("/api/query")
def query(q: Annotated[list[str] | None, Query()] = None) -> list[str]:
    return q or []


@app.get("/api/path/{name:path}")
def path(name: str) -> dict[str, str]:
    return {"name": name}


@app.get("/api/cookies/set")
def set_cookies(response: Response) -> None:
    response.set_cookie("one", "1", httponly=True)
    response.set_cookie("two", "2", max_age=60)


@app.get("/api/cookies")
def cookies(one: Annotated[str, Cookie()] = "", two: Annotated[str, Cookie()] = "") -> list[str]:
    return [one, two]


@app.get("/api/header")
def header(request: Request) -> dict[str, Any]:
    many = [each.strip() for line in request.headers.getlist("x-many") for each in line.split(",")]
    return {"authorization": request.headers.get("authorization"), "many": ", ".join(many)}


@app.get("/api/condition")
def condition(request: Request) -> Response:
    known = request.headers.get("if-none-match") == '"b"'
    return Response(status_code=304 if known else 200, headers={"ETag": '"b"'})


@app.get("/api/redirect")
def redirect() -> RedirectResponse:
    return RedirectResponse("/api/query?q=1", status_code=303)


@app.get("/api/missing")
def missing() -> Response:
    return Response('{"detail":"No such track"}', 404, media_type="application/json")


@app.get("/api/empty", status_code=204)
def empty() -> None:
    return None


@app.get("/api/boom")
def boom() -> None:
    raise RuntimeError("boom")


@app.get("/api/text/{size}")
def text(size: int) -> Response:
    return Response("é" * size, media_type="text/plain")


@app.get("/api/binary/{size}")
def binary(size: int) -> Response:
    return Response(bytes(range(256)) * (size // 256), media_type="image/png", headers={"ETag": '"b"'})


@app.get("/api/slow/{seconds}")
def slow(seconds: float) -> dict[str, float]:
    time.sleep(seconds)
    return {"slept": seconds}


handler = Mangum(app, lifespan="off")
