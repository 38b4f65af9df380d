from a2wsgi import WSGIMiddleware  # new
from flask import Flask, Response, abort, redirect, request, url_for
from mangum import Mangum  # new

app = Flask(__name__)
app.url_map.strict_slashes = False
notes = {"café": "Coffee"}


@app.get("/api/notes/<name>")
def note(name: str) -> dict[str, str]:
    return {"name": name, "text": notes[name]} if name in notes else abort(404)


@app.post("/api/notes")
def add() -> tuple[dict[str, str], int]:
    return {"text": request.get_json()["text"]}, 201


@app.get("/api/old")
def old() -> Response:
    return redirect(url_for("note", name="café"))


@app.get("/api/bytes/")
def binary() -> Response:
    return Response(bytes(range(256)), mimetype="application/octet-stream")


handler = Mangum(WSGIMiddleware(app), lifespan="off")  # new
