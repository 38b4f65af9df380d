"""The generated templates under judges that are not ours: `sam validate --lint` and checkov.

cfn-guard judges too, but no package ships the rules (github.com/aws-cloudformation/aws-guard-rules-registry): by hand,
`cfn-guard validate -r rules -d templates` (npm's @cdklabs/cdk-validator-cfnguard has the program) fails none of them.
cfn-lint with its informational rules and aws-sam-translator judge them in tests/template_gen/test_golden_templates.py.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.scenarios import tools

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "templates"
TEMPLATES = [*sorted(GOLDEN.rglob("*.yaml")), *sorted((ROOT / "templates").glob("*.yaml"))]
SAM = Path(sys.executable).parent / "sam"

pytestmark = pytest.mark.slow


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=300)


def reasons(template: Path) -> list[str]:
    return [line.strip() for line in template.read_text(encoding="utf-8").splitlines() if "comment:" in line]


@pytest.mark.parametrize("template", sorted(GOLDEN.rglob("website.yaml")), ids=lambda path: path.parent.name)
def test_sam_validates_and_lints_every_shape(template: Path) -> None:
    judged = run(SAM, "validate", "--lint", "--template", template, "--region", "us-east-1")
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert "is a valid SAM Template" in judged.stdout


@pytest.mark.skipif(bool(tools.missing(tools.checkov)), reason=f"checkov {tools.missing(tools.checkov)}")
def test_checkov_fails_none_of_them_and_every_suppression_has_its_reason() -> None:
    files = [word for template in TEMPLATES for word in ("--file", template)]
    judged = run(tools.checkov, *files, "--framework", "cloudformation", "--output", "json", "--quiet")
    report = json.loads(judged.stdout)
    failed = [
        f"{each['check_id']} {each['file_path']} {each['resource']}" for each in report["results"]["failed_checks"]
    ]
    assert failed == []
    assert report["summary"]["passed"] > len(TEMPLATES)
    assert report["summary"]["parsing_errors"] == 0


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_suppression_says_why(template: Path) -> None:
    suppressed = template.read_text(encoding="utf-8").count("- id: CKV")
    assert len(reasons(template)) == suppressed
    for resource in yaml_parse(template.read_text(encoding="utf-8"))["Resources"].values():
        metadata = resource.get("Metadata", {})
        guard = metadata.get("guard", {"SuppressedRules": []})
        unsaid = set(guard["SuppressedRules"]) - guard.get("reasons", {}).keys()
        assert not unsaid or "checkov" in metadata  # there the same demand has its reason
