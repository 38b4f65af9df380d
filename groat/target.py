"""One environment of one project: its stacks in deploy order, and what each is deployed with."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import changesets
from changesets.templates import read
from groat import local, templates
from groat.config import Settings, where
from groat.constraints import broken
from groat.errors import GroatError
from groat.project import Project
from groat.typed import made

if TYPE_CHECKING:
    from template_gen import Site

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

    def generate(self, site: "Site | None" = None) -> dict[str, str]:
        """The linted templates by file name.

        Raises GroatError for findings, and for an override that no template takes.
        """
        texts = templates.generate(self.project, site, region=self.settings.region)
        taken = frozenset().union(*map(templates.declared, texts.values()))
        for name in sorted(self.settings.parameters.keys() - taken):
            close = difflib.get_close_matches(name, taken, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the templates have: {', '.join(sorted(taken))}"
            raise GroatError(f"parameter_overrides names a parameter that no template has: {name}", hint=hint)
        for name, text in texts.items():
            self.refuse_unfit(name, templates.declared(text))
        return texts

    def refuse_unfit(self, template: str, declared: Mapping[str, Mapping[str, Any]]) -> None:
        """Raises GroatError for a value that CloudFormation would refuse, perhaps after other stacks are made."""
        given = self.settings.parameters
        for name in declared.keys() & given.keys():
            if rule := broken(declared[name], given[name]):
                about = str(declared[name].get("ConstraintDescription", ""))
                secret = str(declared[name].get("NoEcho", "")).lower() == "true"
                raise GroatError(
                    f"{where(self.settings.environment)}: {name} breaks {rule} of {template}: "
                    f"{'****' if secret else given[name]}",
                    hint="correct it in parameter_overrides" + (f": {about}" if about else ""),
                )

    def refuse_missing(self, texts: Mapping[str, str]) -> None:
        """Raises GroatError for a parameter that has no value, and that a deployment finds none for either."""
        found = {"ImageUri", *(local.MADE_BY_HAND if self.settings.is_local else ()), *self.settings.parameters}
        found.update(*(read(text).get("Outputs", {}) for text in texts.values()))
        for template, text in texts.items():
            for name, declaration in templates.declared(text).items():
                if "Default" not in declaration and name not in found:
                    what = declaration.get("Description", "it has no default")
                    raise GroatError(
                        f"{where(self.settings.environment)}: {template} wants a value for: {name}",
                        hint=f'add to parameter_overrides: "{name}=..." ({what})',
                    )

    def stacks(self, names: Iterable[str]) -> tuple[StackPlan, ...]:
        """The stacks of these templates, in deploy order: registry, certificate, website."""
        return tuple(self.stack(role) for role in ROLES if f"{role}.yaml" in set(names))

    def stack(self, role: str) -> StackPlan:
        name = self.settings.stack_name if role == "website" else f"{self.settings.stack_name}-{role}"
        return StackPlan(role, name, templates.CERTIFICATE_REGION if role == "certificate" else self.settings.region)

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
            revert_drift=self.settings.revert_drift,
            import_existing=self.settings.import_existing,
            origin=changesets.origin(self.project.root, parameters),
        )

    @property
    def profile(self) -> changesets.Profile:
        """`disable_rollback` keeps what a failed deployment built, to be fixed forward; production is protected."""
        if self.settings.is_production:
            return changesets.Profile.PRODUCTION
        return changesets.Profile.DEVELOPMENT if self.settings.disable_rollback else changesets.Profile.STANDARD

    def next_commands(self) -> dict[str, str]:
        """What to type after a deployment, and why."""
        follow = {
            made("status", self.settings.environment): "health, last operation, outputs",
            made("deploy", self.settings.environment): "deploy again, after an edit",
        }
        return follow | ({"make deploy ENV=prod": "deploy to AWS, with credentials"} if self.settings.is_local else {})
