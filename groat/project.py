"""The repository in hand: where it is, its `Site`, and the folders that the other modules read and write."""

import importlib
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from groat.config import FILE
from groat.errors import GroatError
from groat.pyproject import settings

if TYPE_CHECKING:
    from template_gen import Site


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a samconfig.toml; everything groat reads or writes lies below it."""

    root: Path

    @property
    def app(self) -> Path:
        return self.root / "app"

    @property
    def frontend(self) -> Path:
        return self.app / "frontend"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    @property
    def state(self) -> Path:
        """Files that may be deleted at any time: the local cloud's, and remembered lint results."""
        return self.root / ".groat"


def find(start: Path) -> Project:
    """The project around `start`: the nearest folder upwards with a samconfig.toml."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return Project(folder)
    raise GroatError(f"There is no {FILE} here or in a folder above: {start}", hint="cd to the folder of your site")


def load_site(project: Project) -> "Site":
    """The `Site` that pyproject's `[tool.groat] site = "module:name"` points to (default `website:site`)."""
    from template_gen import Site

    module, _, name = site_reference(project).partition(":")
    loaded = load_module(project, module)
    site = getattr(loaded, name, None)
    if not isinstance(site, Site):
        raise GroatError(
            f"{module}:{name} must be a Site, got: {type(site).__name__}",
            hint=f"define it in {module}.py: {name} = Site(...)",
        )
    return site


def load_module(project: Project, module: str) -> ModuleType:
    """Import a module of the project, whose code may raise anything. Raises GroatError with the line."""
    from template_gen import SiteError

    sys.path.insert(0, str(project.root))
    sys.modules.pop(module, None)  # it may be another revision's
    try:
        loaded = importlib.import_module(module)
    except SiteError as error:
        raise GroatError(str(error), hint=f"correct the Site in {module}.py") from error
    except (Exception, SystemExit) as error:
        why = f"{type(error).__name__}: {error}{line_of(error, project)}"
        raise GroatError(f"{module}.py cannot be loaded, {why}", hint=f"fix {module}.py") from error
    finally:
        sys.path.remove(str(project.root))
    if not Path(loaded.__file__ or "").is_relative_to(project.root):
        raise GroatError(f"There is no {module}.py in {project.root}", hint="create it: site = Site(name=...)")
    return loaded


def line_of(error: BaseException, project: Project) -> str:
    """The last line of the project's own code in the traceback; a SyntaxError names its own."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == project.root]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""


def site_reference(project: Project) -> str:
    """Where the Site is, as module:name."""
    return str(settings(project.root).get("site", "website:site"))
