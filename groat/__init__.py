"""groat: a Python website on AWS for about a groat a month.

    from groat import Site, deploy_serverless

    outcome = deploy_serverless(stack_name="my-app")  # the project's own Site
    outcome = deploy_serverless(stack_name="my-app", site=Site(name="my-app"))

The only package that imports the others: `template_gen` writes templates, `changesets` applies them, `local_cloud` is
an AWS for one machine. Names are imported on first use, so that `groat --help` answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groat.deploy import deploy_serverless
    from template_gen import Site

__all__ = ["Site", "deploy_serverless"]

_HOMES = {"Site": "template_gen", "deploy_serverless": "groat.deploy"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'groat' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
