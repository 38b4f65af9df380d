import pytest

from tests.local_cloud.cloudformation.cfn_account import Account


@pytest.fixture
def account() -> Account:
    """An account in which nothing has happened yet; the time is virtual."""
    return Account()
