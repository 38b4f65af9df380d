"""Looking at stacks that are not as a deployment leaves them."""

from groat.local import control
from tests.groat.production import Site


def test_the_status_of_a_stack_without_outputs_is_told_without_an_address(site: Site) -> None:
    """As after an import that a deployment was still to follow."""
    control(site.endpoint, "stage", {"name": "tracks", "status": "CREATE_COMPLETE"})
    told = site.done("status", "--env", "prod")
    assert [(each["type"], each["stack_name"], each["meaning"]) for each in told] == [
        ("report", "tracks-registry", "healthy"),
        ("report", "tracks", "healthy"),
    ]


def test_a_rollback_of_a_stack_that_is_stuck_in_one_says_to_recover_it_first(site: Site) -> None:
    control(site.endpoint, "stage", {"name": "tracks", "status": "UPDATE_ROLLBACK_FAILED"})
    refused = site.groat("rollback", "--env", "prod", "--yes")
    assert refused.returncode == 1
    assert "A stack in UPDATE_ROLLBACK_FAILED does not say" in refused.stderr
    assert "hint: groat recover --env prod, then the same command again" in refused.stderr
