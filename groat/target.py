"""One environment of one project: the stacks that it has, in deploy order, and what each is deployed with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import changesets
from groat.config import Settings
from groat.project import Project
from groat.templates import CERTIFICATE_REGION

ROLES = ("registry", "certificate", "website")


@dataclass(frozen=True, slots=True)
class StackPlan:
    """One stack: its role in the site, its name and region."""

    role: str
    stack_name: str
    region: str

    @property
    def template(self) -> str:
        return f"{self.role}.yaml"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a command works: the project, and one environment of its samconfig.toml."""

    project: Project
    settings: Settings

    def stacks(self, templates: Iterable[str]) -> tuple[StackPlan, ...]:
        """The stacks of these templates, in deploy order: registry, certificate, website."""
        return tuple(self.stack(role) for role in ROLES if f"{role}.yaml" in set(templates))

    def stack(self, role: str) -> StackPlan:
        name = self.settings.stack_name if role == "website" else f"{self.settings.stack_name}-{role}"
        return StackPlan(role, name, CERTIFICATE_REGION if role == "certificate" else self.settings.region)

    def deployment(
        self, stack: StackPlan, texts: Mapping[str, str], parameters: Mapping[str, str]
    ) -> changesets.Deployment:
        return changesets.Deployment(
            stack_name=stack.stack_name,
            template=texts[stack.template],
            parameters=parameters,
            capabilities=self.settings.capabilities,
            tags=self.settings.tags or None,
            role_arn=self.settings.role_arn,
            notification_arns=self.settings.notification_arns or None,
            artifacts_bucket=self.settings.s3_bucket,
            artifacts_prefix=self.settings.s3_prefix,
            profile=self.profile,
            express=self.settings.express,
        )

    @property
    def profile(self) -> changesets.Profile:
        """`disable_rollback` keeps what a failure built, to be fixed forward; production is protected from deletion."""
        if self.settings.is_production:
            return changesets.Profile.PRODUCTION
        return changesets.Profile.DEVELOPMENT if self.settings.disable_rollback else changesets.Profile.STANDARD

    def next_commands(self) -> dict[str, str]:
        """What to type after a deployment, and why."""
        env = "" if self.settings.is_local else f" ENV={self.settings.environment}"
        follow = {f"make status{env}": "health, last operation, outputs", f"make deploy{env}": "again, after an edit"}
        return follow | ({"make deploy ENV=prod": "to AWS, with credentials"} if self.settings.is_local else {})
