"""The Lambda function itself, with events as API Gateway's HTTP API sends them behind CloudFront (payload 2.0)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.handler import handler

EVENTS = Path(__file__).parent / "events"


def answer(name: str, **changes: Any) -> dict[str, Any]:
    event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return handler(event | changes, None)


def test_health_is_answered_as_json() -> None:
    response = answer("health")
    assert response["statusCode"] == 200
    assert json.loads(response["body"]) == {"status": "ok"}
    assert response["isBase64Encoded"] is False
    assert answer("health_head")["statusCode"] == 200


def test_an_upload_comes_in_base64_and_leaves_with_a_cookie_that_opens_it() -> None:
    response = answer("upload")
    activity = json.loads(response["body"])
    assert response["statusCode"] == 201
    assert activity["summary"]["name"] == "Höhe +1"
    assert activity["summary"]["distance"] == pytest.approx(111.2, abs=0.1)
    (cookie,) = response["cookies"]
    assert cookie.endswith("Secure")

    listed = answer("recent_with_cookies", cookies=["theme=dark", cookie.split(";")[0]])
    assert [entry["id"] for entry in json.loads(listed["body"])] == [activity["id"]]
    assert json.loads(answer("recent_with_cookies")["body"]) == []


def test_an_upload_as_text_is_the_same() -> None:
    assert json.loads(answer("upload_as_text")["body"])["summary"]["distance"] == pytest.approx(111.2, abs=0.1)


def test_a_trailing_slash_is_no_redirect_to_the_hidden_host_of_the_api() -> None:
    response = answer("trailing_slash")
    assert response["statusCode"] == 404
    assert "location" not in response["headers"]


def test_a_call_to_keep_the_function_warm_is_answered_without_the_app() -> None:
    assert answer("schedule") == {}


def after_a_cold_start(program: str) -> list[str]:
    """The words that it prints."""
    words = [sys.executable, "-c", f"import sys, app.handler; {program}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=EVENTS.parents[2])
    return done.stdout.split()


def test_a_cold_start_imports_neither_the_aws_client_nor_the_parser_nor_what_only_documentation_needs() -> None:
    heavy = {"boto3", "botocore", "gpxpy", "jinja2", "httpx", "uvicorn"}
    assert heavy & set(after_a_cold_start("print(*sys.modules)")) == set()


def test_a_cold_start_builds_the_apps_models_and_none_of_fastapis_for_openapi_documents() -> None:
    program = """
from app.handler import BaseModel
from fastapi.openapi.models import OpenAPI
class Own(BaseModel): pass
print(OpenAPI.__pydantic_complete__, Own.__pydantic_complete__, "defer_build" in BaseModel.model_config)
document = {"openapi": "3.1.0", "info": {"title": "it", "version": "1"}, "paths": {}}
print(OpenAPI.model_validate(document).info.title)
"""
    assert after_a_cold_start(program) == ["False", "True", "False", "it"]
