"""Chalice with one route. It takes REST API events (payload 1.0) and runs in an environment of its own."""

from chalice import Chalice  # type: ignore[import-not-found]

handler = Chalice(app_name="bench")


@handler.route("/api/health")  # type: ignore[untyped-decorator]
def health() -> dict[str, str]:
    return {"status": "ok"}
