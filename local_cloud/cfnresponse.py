"""What Lambda offers under this name to functions that are written in a template: `send` answers CloudFormation.

The rule: it is copied beside such a function, and imports nothing of ours.
Source: the user guide's "cfn-response module", its arguments and the object that it sends.
"""

import json
import urllib.request
from typing import Any

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(  # noqa: PLR0917 - these are its arguments
    event: dict[str, Any],
    context: Any,
    responseStatus: str,
    responseData: dict[str, Any],
    physicalResourceId: str | None = None,
    noEcho: bool = False,
    reason: str | None = None,
) -> None:
    """PUT the response object to the event's ResponseURL."""
    log = getattr(context, "log_stream_name", "")
    answer = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {log}",
        "PhysicalResourceId": physicalResourceId or log,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = urllib.request.Request(
        event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request).close()
