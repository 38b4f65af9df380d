"""`templates/`: generated from the Site, linted before it is written, current or not."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groat.errors import GroatError
from groat.project import Project, load_site

CERTIFICATE_REGION = "us-east-1"  # CloudFront takes certificates from there only

if TYPE_CHECKING:
    from template_gen import Finding, Site


def generate(project: Project, site: "Site | None" = None, *, region: str = CERTIFICATE_REGION) -> dict[str, str]:
    """File name -> text, in deploy order, linted. Raises GroatError with the findings; nothing is written here."""
    from template_gen import SiteError, build

    try:
        texts = build(site or load_site(project))
    except SiteError as error:
        raise GroatError(str(error), hint="correct the Site in website.py") from error
    findings = lint(project, texts, region=region)
    if errors := [finding for finding in findings if finding.level == "error"]:
        raise GroatError("The templates do not lint:\n" + "\n".join(map(str, errors)), hint="groat lint")
    return texts


def lint(project: Project, texts: Mapping[str, str], *, region: str = CERTIFICATE_REGION) -> list["Finding"]:
    """All findings; those of a text that was linted before are remembered in the project's state folder."""
    from template_gen import lint as lint_one

    remembered = project.state / "lint"
    regions = {"certificate.yaml": CERTIFICATE_REGION}
    return [
        finding
        for name, text in texts.items()
        for finding in lint_one(text, name=name, region=regions.get(name, region), remembered=remembered)
    ]


def write(project: Project, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Write what differs, remove generated templates that are no longer made; the names of both."""
    stale = tuple(differing(project, texts))
    project.templates.mkdir(exist_ok=True)
    for name in stale:
        path = project.templates / name
        if name in texts:
            replace(path, texts[name])
        else:
            path.unlink()
    return stale


def differing(project: Project, texts: Mapping[str, str]) -> list[str]:
    """The files that are missing, different, or too many in templates/."""
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in project.templates.glob("*.yaml")}
    return sorted(name for name in texts.keys() | on_disk.keys() if texts.get(name) != on_disk.get(name))


def replace(path: Path, text: str) -> None:
    """Whole or not at all: a killed run leaves the old file."""
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def declared(text: str) -> frozenset[str]:
    """The names of a template's Parameters."""
    return frozenset(load(text).get("Parameters") or ())


def load(text: str) -> dict[str, Any]:
    """A template as data, without its intrinsics; {} for what is no mapping."""
    import yaml

    class Loader(yaml.SafeLoader):
        """Short-form intrinsics (!Ref ...) are of no interest here: each becomes its plain value."""

    Loader.add_multi_constructor("!", plain)
    document = yaml.load(text, Loader)  # a SafeLoader that knows one more harmless tag
    return document if isinstance(document, dict) else {}


def plain(loader: Any, _suffix: str, node: Any) -> Any:
    kind = {
        "scalar": loader.construct_scalar,
        "sequence": loader.construct_sequence,
        "mapping": loader.construct_mapping,
    }
    return kind[node.id](node)
