"""A secret is read once in a while, and a missing one says how to make it."""

from dataclasses import dataclass
from typing import Any

import pytest

from app.secrets import KEPT, MissingSecretError, Secrets
from local_cloud.services import Services


@dataclass
class Watch:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ssm() -> Any:
    client = Services().client("ssm", "us-east-1")
    client.put_parameter(Name="/tracks/API_KEY", Type="SecureString", Value="old", Overwrite=True)
    return client


def test_a_secret_is_read_from_ssm(ssm: Any) -> None:
    assert Secrets(ssm, "/tracks")["API_KEY"] == "old"


def test_a_changed_secret_arrives_after_a_few_minutes(ssm: Any) -> None:
    watch = Watch()
    secrets = Secrets(ssm, "/tracks", watch)
    assert secrets["API_KEY"] == "old"
    ssm.put_parameter(Name="/tracks/API_KEY", Type="SecureString", Value="new", Overwrite=True)
    watch.seconds = KEPT - 1
    assert secrets["API_KEY"] == "old"
    watch.seconds = KEPT
    assert secrets["API_KEY"] == "new"


def test_a_missing_secret_says_how_to_make_it(ssm: Any) -> None:
    with pytest.raises(MissingSecretError, match="put-parameter --type SecureString --name /tracks/NONE"):
        Secrets(ssm, "/tracks")["NONE"]
