"""How AWS's answers have changed: the service changes without a change of its API, and recordings have dates.

The rule: a difference between recordings that only their dates explain is a row here; `as_of` picks the answers of a
day. The same request is answered differently since:

| since      | what                                                                     | seen in                     |
|------------|--------------------------------------------------------------------------|-----------------------------|
| 2025-05-12 | an added resource no longer says `Replacement: True` (with values)       | recordings of 5 and 19 May  |
| 2025-10-01 | change sets and stacks repeat the Capabilities of the call               | recordings of 5 Aug, 6 Oct  |
| 2026-01-01 | DescribeStacks tells LastOperations                                      | recordings of Oct, Feb      |
| 2026-09-01 | DeploymentConfig; a change set tells Tags when none were sent            | captures of September 2026  |

The day between the two recordings is assumed. (Capabilities may also differ because the client of the older recording
sent none: AWS documents that they are repeated as sent. The recordings lack the request, so this counts as a change.)
"""

from dataclasses import dataclass
from datetime import date

MOST_RECORDED = date(2025, 8, 5)
"""A day whose answers most recordings share: the default, so that they agree without being told their date."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a day."""

    as_of: date = MOST_RECORDED

    @property
    def additions_replace(self) -> bool:
        """Whether an added resource says `Replacement: True` when values are asked for."""
        return self.as_of < date(2025, 5, 12)

    @property
    def repeat_capabilities(self) -> bool:
        """Whether change sets and stacks repeat the call's Capabilities."""
        return self.as_of >= date(2025, 10, 1)

    @property
    def last_operations(self) -> bool:
        """Whether DescribeStacks tells LastOperations."""
        return self.as_of >= date(2026, 1, 1)

    @property
    def deployment_config(self) -> bool:
        """Whether DeploymentConfig is told."""
        return self.as_of >= date(2026, 9, 1)
