"""Applies a template's transforms: AWS::Serverless, AWS::LanguageExtensions and AWS::Include.

The rule: the result is an ordinary template and is checked like one. The SAM translator, AWS's own, takes a second to
import and is imported when a template first needs it. Of AWS::LanguageExtensions only Fn::ForEach is expanded here;
Fn::Length, Fn::ToJsonString and the others are resolved with all other functions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from local_cloud.cloudformation.template import references
from local_cloud.cloudformation.template.model import Environment, Template, TemplateError
from local_cloud.cloudformation.template.structure import LANGUAGE_EXTENSIONS, SAM, build
from local_cloud.cloudformation.template.transforms_for_each import expanded
from local_cloud.cloudformation.template.transforms_include import INCLUDE, included

if TYPE_CHECKING:
    from boto3 import Session

SAM_INVALID = "Invalid Serverless Application Specification document. Number of errors found: {count}. {errors}"


def transform(template: Template, environment: Environment) -> Template:
    """The template as processed; itself when it has no transform.

    Raises TemplateError with AWS's text, `Transform <name> failed with: …`.
    """
    if not template.transforms:
        return template
    body: Mapping[str, Any] = template.body
    for name in template.transforms:
        body = _applied(name, body, environment)
    processed = build({key: value for key, value in body.items() if key != "Transform"}, template.original)
    references.check(processed, extended=LANGUAGE_EXTENSIONS in template.transforms)
    return processed


def _applied(name: str, body: Mapping[str, Any], environment: Environment) -> Mapping[str, Any]:
    if name == SAM:
        parameters = {key: _raw(value) for key, value in environment.parameters.items()}
        result: dict[str, Any] = json.loads(
            _serverless(json.dumps(body), json.dumps(parameters, sort_keys=True), environment.region)
        )
        return result
    if apply := APPLIED.get(name):
        try:
            return apply(body, environment)
        except TemplateError as error:
            raise failed(name, str(error)) from error
    raise TemplateError(f"No transform named {environment.account}::{name} found.")


APPLIED: Mapping[str, Callable[[Mapping[str, Any], Environment], Mapping[str, Any]]] = {
    LANGUAGE_EXTENSIONS: expanded,
    INCLUDE: included,
}


def failed(name: str, why: str) -> TemplateError:
    """The refusal of a transform."""
    return TemplateError(f"Transform {name} failed with: {why}")


def _raw(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


@lru_cache(maxsize=64)
def _serverless(body: str, parameters: str, region: str) -> str:
    """What the SAM translator makes of a template; both are JSON, because it changes what it is given."""
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

    given, values = json.loads(body), json.loads(parameters)
    translator = Translator(None, Parser(), boto_session=_session(region))
    try:
        to_py27_compatible_template(given, values)
        made = translator.translate(given, parameter_values=values)
    except InvalidDocumentException as error:
        errors = " ".join(cause.message for cause in error.causes)
        raise failed(SAM, SAM_INVALID.format(count=len(error.causes), errors=errors)) from error
    finally:
        translator.metrics.publish()
    return json.dumps(undo_mark_unicode_str_in_template(made))


@cache
def _session(region: str) -> Session:
    """A session that the translator asks only for its region."""
    from boto3 import Session

    return Session(region_name=region)
