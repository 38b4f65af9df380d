"""What moto has and does not answer to.

The rule: a row here names the operation that moto lacks and the one whose code does its work, before a service of
moto's is made; nothing is written anew.
"""

from collections.abc import Mapping
from importlib import import_module

# service -> (moto's class of its answers, {what it lacks: what does the work})
GAPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "cloudwatch": ("CloudWatchResponse", {"put_composite_alarm": "put_metric_alarm"}),  # which reads AlarmRule, too
}


def fill(service: str) -> None:
    """Let moto's service answer what it can do."""
    if service in GAPS:
        name, operations = GAPS[service]
        responses = getattr(import_module(f"moto.{service}.responses"), name)
        for lacking, working in operations.items():
            setattr(responses, lacking, getattr(responses, working))
