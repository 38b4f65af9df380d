from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

notes = {"café": "Coffee"}


async def note(request: Request) -> JSONResponse:
    name = request.path_params["name"]
    if name not in notes:
        raise HTTPException(404, "No such note")
    return JSONResponse({"name": name, "text": notes[name]})


async def add(request: Request) -> JSONResponse:
    return JSONResponse({"text": (await request.json())["text"]}, status_code=201)


async def old(request: Request) -> RedirectResponse:
    return RedirectResponse("/api/notes/caf%C3%A9")


async def binary(request: Request) -> Response:
    return Response(bytes(range(256)), media_type="application/octet-stream")


app = Starlette(
    routes=[
        Route("/api/notes/{name}", note),
        Route("/api/notes", add, methods=["POST"]),
        Route("/api/old", old),
        Route("/api/bytes", binary),
    ]
)
app.router.redirect_slashes = False
