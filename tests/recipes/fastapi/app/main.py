from fastapi import Body, FastAPI, HTTPException, Response
from fastapi.responses import RedirectResponse

app = FastAPI(redirect_slashes=False)
notes = {"café": "Coffee"}


@app.get("/api/notes/{name}")
def note(name: str) -> dict[str, str]:
    if name not in notes:
        raise HTTPException(404, "No such note")
    return {"name": name, "text": notes[name]}


@app.post("/api/notes", status_code=201)
def add(text: str = Body(embed=True)) -> dict[str, str]:
    return {"text": text}


@app.get("/api/old")
def old() -> RedirectResponse:
    return RedirectResponse("/api/notes/caf%C3%A9")


@app.get("/api/bytes")
def binary() -> Response:
    return Response(bytes(range(256)), media_type="application/octet-stream")
