"""The demo app behind a web server of its own in the function: the pattern of AWS's Lambda Web Adapter.

The adapter is a program of its own, which starts the server and makes requests of events. Here a thread and http.client
do that, in Python, so this is the pattern's price and not the adapter's.
"""

import base64
import http.client
import threading
import time
from typing import Any

import uvicorn

from app.main import app

server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="critical", access_log=False))
threading.Thread(target=server.run, daemon=True).start()
while not server.started:  # the adapter polls its readiness check too
    time.sleep(0.001)
connection = http.client.HTTPConnection(*server.servers[0].sockets[0].getsockname())


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    body = event.get("body") or ""
    sent = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    method, target = event["requestContext"]["http"]["method"], f"{event['rawPath']}?{event['rawQueryString']}"
    connection.request(method, target, sent, event["headers"])
    answer = connection.getresponse()
    return {"statusCode": answer.status, "headers": dict(answer.getheaders()), "body": answer.read().decode()}
