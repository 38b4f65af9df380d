"""What people are told to type is what works in front of them."""

import pytest

from groat.views import typed


@pytest.mark.parametrize(
    ("words", "environment", "command"),
    [
        ("apply", "local", "groat deploy"),
        ("apply --allow Table", "prod", "groat deploy --env prod --allow Table"),
        ("recover --yes", "dev", "groat recover --env dev --yes"),
        ("delete", "prod", "groat destroy --env prod"),
    ],
)
def test_a_verb_of_the_manager_is_told_as_a_verb_of_groat(words: str, environment: str, command: str) -> None:
    assert typed(words, environment) == command
