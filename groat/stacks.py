"""The stacks of a site, in the order in which they are deployed: registry, certificate, website."""

from dataclasses import dataclass

from groat.config import Settings

CERTIFICATE_REGION = "us-east-1"  # CloudFront takes certificates from there only


@dataclass(frozen=True, slots=True)
class StackPlan:
    """One stack: the template that it is made from, its name and region."""

    template: str
    stack_name: str
    region: str

    @property
    def role(self) -> str:
        return self.template.removesuffix(".yaml")


def stacks(templates: dict[str, str], settings: Settings) -> tuple[StackPlan, ...]:
    """`templates` in deploy order, as `template_gen.build` gives them."""
    return tuple(StackPlan(name, stack_name(name, settings), region(name, settings)) for name in templates)


def stack_name(template: str, settings: Settings) -> str:
    role = template.removesuffix(".yaml")
    return settings.stack_name if role == "website" else f"{settings.stack_name}-{role}"


def region(template: str, settings: Settings) -> str:
    return CERTIFICATE_REGION if template == "certificate.yaml" else settings.region
