"""A site's stacks, in the order in which they are deployed: registry, certificate (with a domain), website."""

from template_gen.certificate import build_certificate
from template_gen.checks import require
from template_gen.registry import build_registry
from template_gen.render import render
from template_gen.site import Site
from template_gen.template import MAX_BYTES, Template
from template_gen.website import build_website


def build(site: Site) -> dict[str, str]:
    """The site's templates by file name, in deploy order.

    Raises:
        SiteError: if the site is too large for CloudFormation, or its hook failed.
    """
    templates = {"registry.yaml": build_registry(site)}
    if site.domain is not None:
        templates["certificate.yaml"] = build_certificate(site.domain, site.name)
    templates["website.yaml"] = build_website(site)
    return {name: _text(name, template) for name, template in templates.items()}


def _text(name: str, template: Template) -> str:
    text = render(template)
    size = len(text.encode())
    require(size <= MAX_BYTES, f"{name} has {size} bytes, CloudFormation allows {MAX_BYTES}: split the site")
    return text
