"""If another linter's advice is not followed, the resource itself says why.

checkov reads `Metadata.checkov.skip`, cfn-guard `Metadata.guard.SuppressedRules` (the names of AWS's Guard rules
registry), cfn-lint `Metadata.cfn-lint.config.ignore_checks`; a reader finds them next to the resource.
"""

from collections.abc import Mapping
from typing import Any


def suppress(reasons: Mapping[str, str], *, cfn_lint: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`Metadata=` for a resource.

    Args:
        reasons: rule that is not followed -> why. A rule may have a name in each tool, separated by a space:
            `CKV_AWS_18 S3_BUCKET_LOGGING_ENABLED`. checkov's begin with CKV, all others are cfn-guard's.
        cfn_lint: the same for cfn-lint.
    """
    metadata: dict[str, Any] = {}
    named = {tuple(names.split()): reason for names, reason in reasons.items()}
    checkov = [(name, reason) for names, reason in named.items() for name in names if name.startswith("CKV")]
    guard = [name for names in named for name in names if not name.startswith("CKV")]
    alone = {names[0]: reason for names, reason in named.items() if not any(n.startswith("CKV") for n in names)}
    if checkov:
        metadata["checkov"] = {"skip": [{"id": rule, "comment": reason} for rule, reason in checkov]}
    if guard:
        metadata["guard"] = {"SuppressedRules": guard, **({"reasons": alone} if alone else {})}
    if cfn_lint:
        metadata["cfn-lint"] = {"config": {"ignore_checks": list(cfn_lint)}, "reasons": dict(cfn_lint)}
    return {"Metadata": metadata} if metadata else {}
