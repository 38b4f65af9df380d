"""Read a template's text, short forms included, and find the line of a path in it again."""

from collections.abc import Sequence
from typing import Any, Final

import yaml

from template_gen.rules.values import Path

_Loader: Final[type[Any]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TemplateReader(_Loader):  # type: ignore[misc] # the base is chosen when it runs
    """YAML (and so JSON) with CloudFormation's `!Sub` short forms; dates stay texts."""


def _short_form(reader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    match node:
        case yaml.ScalarNode():
            value: Any = reader.construct_scalar(node)
            return {name: value.split(".", 1) if name == "Fn::GetAtt" else value}
        case yaml.SequenceNode():
            return {name: reader.construct_sequence(node, deep=True)}
        case _:
            return {name: reader.construct_mapping(node, deep=True)}


TemplateReader.add_multi_constructor("!", _short_form)
TemplateReader.add_constructor("tag:yaml.org,2002:timestamp", lambda reader, node: reader.construct_scalar(node))


def load(text: str) -> dict[str, Any]:
    """The template as data.

    Raises ValueError with the reason when it is no YAML or JSON mapping.
    """
    try:
        template = yaml.load(_without_tabs(text), Loader=TemplateReader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"the template is neither YAML nor JSON: {error}") from error
    if not isinstance(template, dict):
        raise ValueError(f"the template is not a mapping of sections but {type(template).__name__}")
    return template


def locate(text: str, paths: Sequence[Path]) -> list[tuple[int, int]]:
    """Line and column, from 1, of each path (of its nearest part that is written in the text)."""
    root = yaml.compose(_without_tabs(text), Loader=TemplateReader)
    return [_position(root, path) for path in paths]


def _without_tabs(text: str) -> str:
    """JSON may be indented with tabs, at which a YAML reader stops; inside its strings there are none."""
    return text.replace("\t", " ") if text.lstrip().startswith("{") else text


def _position(node: yaml.Node | None, path: Path) -> tuple[int, int]:
    mark = node.start_mark if node else None
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == step), None)
            if pair:
                mark, node = pair[0].start_mark, pair[1]
            elif not str(step).startswith("Fn::"):
                break
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            mark = node.start_mark
        # A short form (`!If`) is a tag on its value and no step of its own.
        elif not str(step).startswith("Fn::"):
            break
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
