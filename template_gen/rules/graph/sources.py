"""What Lambda reads for a function: queues and streams, named by a mapping or by an event of SAM."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from template_gen.rules.graph.function import Function
from template_gen.rules.values import Object, below

if TYPE_CHECKING:
    from template_gen.rules.graph import Graph


def polled(graph: "Graph") -> Iterator[tuple[Object, str, Function]]:
    """Every source: the mapping that names it, the key, the function."""
    for found in graph.of("AWS::Lambda::EventSourceMapping"):
        if function := graph.function(found.properties.get("FunctionName")):
            yield found.properties, "EventSourceArn", function
    for function in graph.functions.values():
        for key in ("Queue", "Stream"):
            for holder, name in below(function.properties, f"Events.*.Properties.{key}"):
                yield holder, name, function
