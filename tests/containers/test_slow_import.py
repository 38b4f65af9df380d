"""A handler that takes longer to import than Lambda allows is published, and whoever publishes it is told."""

from pathlib import Path

import pytest

from groat import docker
from groat.events import Warned
from groat.project import Project
from groat.recipe import recipe

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def test_an_import_longer_than_lambda_waits_is_told_with_its_seconds(base: str, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/Dockerfile").write_text('CMD ["slow.handler"]', "utf-8")
    wanted, client = recipe(Project(tmp_path), ""), docker.engine()
    for seconds, told in ((0.0, 0), (docker.INIT_SECONDS + 0.1, 1)):
        (tmp_path / "app/slow.py").write_text(f"import time\ntime.sleep({seconds})\nhandler = print\n", "utf-8")
        (tmp_path / "app/Dockerfile").write_text(
            f'FROM {base}\nCOPY slow.py /var/task/\nWORKDIR /var/task\nCMD ["slow.handler"]\n', "utf-8"
        )
        client.images.build(path=str(tmp_path / "app"), tag="groat-slow:local")
        events = list(docker.try_import(client, wanted, "groat-slow:local"))
        assert len(events) == told
        assert all(isinstance(event, Warned) and "took 10." in event.text for event in events)
    client.images.remove("groat-slow:local")
