"""Plays a deployment in this process with a failure at every resource in turn, to see that it recovers from each.

The rule: each scene is played on a cloud of its own, seeded as in preview.py, by the real change-set manager. Ordinary
questions are answered yes, the loss of data is allowed only by name; so a scene ends as an unattended deployment would.
"""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import changesets
from groat import preview
from groat.errors import GroatError
from groat.events import Event, Rehearsed, Working
from groat.preview import Preview, Texts
from groat.target import StackPlan, Target
from groat.typed import flagged

REASON = "Rehearsed: the service is having a bad day"
PHASES = {"Add": "create", "Modify": "update", "Dynamic": "update", "Remove": "delete", "Import": "import"}
"""What a change does -> when the fault strikes. A replacement is a creation first."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One stack's deployment in which the change of one resource fails, and then, if `twice`, its rollback."""

    stack: StackPlan
    change: changesets.ResourceChange
    twice: bool

    @property
    def phase(self) -> str:
        return "create" if self.change.replaces else PHASES[self.change.action]

    def __str__(self) -> str:
        return f"{self.phase} fails" + (", then its rollback too" if self.twice else "")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A deployment of `texts` over what `before` deploys (over nothing if that is empty), with a given consent."""

    before: tuple[Target, ...]
    target: Target
    texts: Texts
    consent: changesets.Consent

    def scenes(self) -> Iterator[Scene]:
        """Two scenes for every change of every stack, in deploy order.

        Raises GroatError for a stack that cannot be deployed although nothing fails: its scenes would not say why.
        """
        cloud = preview.seeded(*self.before)
        for stack in self.target.stacks(self.texts):
            changes = self.changes(cloud, stack)
            preview.deploy(cloud, self.target, stack, self.texts)
            for change in changes:
                yield Scene(stack, change, twice=False)
                yield Scene(stack, change, twice=True)

    def changes(self, cloud: Preview, stack: StackPlan) -> tuple[changesets.ResourceChange, ...]:
        """What deploying this stack changes."""
        *_, outcome = cloud.review(self.target, stack, self.texts)
        review = outcome.review if isinstance(outcome, changesets.Reviewed) else None
        return review.changes if review else ()

    def play(self, scene: Scene) -> Rehearsed:
        """Play the deployment with the failure, then the same deployment again."""
        cloud = self.until(scene)
        inject_failure(cloud, scene)
        *_, first = cloud.apply(self.target, scene.stack, self.texts, consent=self.consent)
        cloud.engine.faults.clear()
        *_, again = cloud.apply(self.target, scene.stack, self.texts, consent=self.consent)
        return Rehearsed(
            logical_id=scene.change.logical_id,
            resource_type=scene.change.type,
            failure=str(scene),
            outcome=words(first),
            again=words(again),
            healthy=isinstance(again, changesets.Deployed | changesets.NoChanges),
            allow=missing_consent(again),
        )

    def until(self, scene: Scene) -> Preview:
        """A cloud on which all stacks before the scene's have been deployed."""
        cloud = preview.seeded(*self.before)
        for stack in self.target.stacks(self.texts):
            if stack == scene.stack:
                break
            preview.deploy(cloud, self.target, stack, self.texts)
        return cloud


def rehearse(target: Target, base: str | None, allow: frozenset[str] = frozenset()) -> Iterator[Event]:
    """Deploy the working tree over the git revision `base` (None: over nothing), once with each failure.

    `allow` names the resources whose data may be lost. Raises GroatError at the end if a second deployment after a
    failure did not end in a healthy stack.
    """
    texts = target.generate()
    consent = changesets.Allowed(yes=True, names=allow)
    played: list[Rehearsed] = []
    with preview.revision(target, base) if base else nullcontext() as before:
        rehearsal = Rehearsal((before,) if before else (), target, texts, consent)
        for scene in rehearsal.scenes():
            yield Working(f"{scene.change.logical_id}: {scene}")
            played.append(rehearsal.play(scene))
            yield played[-1]
    refuse_unhealthy(played)


def refuse_unhealthy(played: Iterable[Rehearsed]) -> None:
    """Raises GroatError for what did not end in a healthy stack."""
    failed = [each for each in played if not each.healthy]
    if not failed:
        return
    places = ", ".join(dict.fromkeys(each.logical_id for each in failed))
    flags = " ".join(f"--allow {name}" for name in sorted({name for each in failed for name in each.allow}))
    raise GroatError(
        f"The deployment did not recover from a failure at: {places}",
        hint=f"data is only let go by name: run the same command with {flagged(flags)}"
        if flags
        else "see above how each ended",
    )


def missing_consent(outcome: changesets.Event) -> tuple[str, ...]:
    """What a declined deployment would have needed a consent by name for."""
    hazards = outcome.plan.hazards if isinstance(outcome, changesets.Declined) else ()
    return tuple(sorted({each.logical_id for each in hazards if each.severe}))


def inject_failure(cloud: Preview, scene: Scene) -> None:
    from local_cloud.cloudformation.faults import FailResource, On

    phases = (On(scene.phase), On.ROLLBACK)[: 1 + scene.twice]
    for phase in phases:
        cloud.engine.faults.add(FailResource(resource=scene.change.logical_id, on=phase, reason=REASON))


def words(outcome: changesets.Event) -> str:
    """The outcome's name in words: "rolled back"."""
    name = type(outcome).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
