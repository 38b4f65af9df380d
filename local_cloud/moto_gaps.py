"""Operations that moto could answer, but does not.

The rule: a row names an operation that moto lacks and the one whose code does its work; no code is added. It is applied
before moto's service is created.
"""

from collections.abc import Mapping
from importlib import import_module

# service -> (moto's class of its answers, {what it lacks: what does the work})
GAPS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "cloudwatch": ("CloudWatchResponse", {"put_composite_alarm": "put_metric_alarm"}),  # which reads AlarmRule, too
}


def fill(service: str) -> None:
    """Let moto's service answer what it is able to."""
    if service in GAPS:
        name, operations = GAPS[service]
        responses = getattr(import_module(f"moto.{service}.responses"), name)
        for lacking, working in operations.items():
            setattr(responses, lacking, getattr(responses, working))
