"""Where another linter's advice is not followed, the resource itself says why.

checkov reads `Metadata.checkov.skip`, cfn-lint reads `Metadata.cfn-lint.config.ignore_checks`; a reader finds both next
to the resource in the template.
"""

from collections.abc import Mapping
from typing import Any


def suppress(checkov: Mapping[str, str], *, cfn_lint: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`Metadata=` for a resource: rule -> reason, for each linter."""
    metadata: dict[str, Any] = {}
    if checkov:
        metadata["checkov"] = {"skip": [{"id": rule, "comment": reason} for rule, reason in checkov.items()]}
    if cfn_lint:
        metadata["cfn-lint"] = {"config": {"ignore_checks": list(cfn_lint)}, "reasons": dict(cfn_lint)}
    return {"Metadata": metadata} if metadata else {}
