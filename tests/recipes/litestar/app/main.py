from litestar import Litestar, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

notes = {"café": "Coffee"}


@get("/api/notes/{name:str}")
async def note(name: str) -> dict[str, str]:
    if name not in notes:
        raise NotFoundException("No such note")
    return {"name": name, "text": notes[name]}


@post("/api/notes")
async def add(data: dict[str, str]) -> dict[str, str]:
    return {"text": data["text"]}


@get("/api/old")
async def old() -> Redirect:
    return Redirect("/api/notes/caf%C3%A9")


@get("/api/bytes")
async def binary() -> Response[bytes]:
    return Response(bytes(range(256)), media_type="application/octet-stream")


app = Litestar([note, add, old, binary])
