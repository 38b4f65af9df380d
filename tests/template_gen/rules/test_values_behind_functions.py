"""A wrong value is found behind any function of CloudFormation; one that only the deployment knows is not judged."""

from typing import Any

import pytest

from template_gen.rules import findings
from tests.template_gen.rules.wrong import API, ORIGINS, changed, right, sub

ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
HEAD, TAIL = ALL_VIEWER[:8], ALL_VIEWER[9:]
EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

SECTIONS: dict[str, dict[str, Any]] = {
    "Parameters": {
        "Policy": {"Type": "String", "Default": ALL_VIEWER},
        "Tail": {"Type": "String", "Default": TAIL},
        "Policies": {"Type": "CommaDelimitedList", "Default": f"{EXCEPT_HOST}, {ALL_VIEWER}"},
        "Stage": {"Type": "String", "AllowedValues": ["live", "test"], "Default": "live"},
        "Free": {"Type": "String", "Default": ""},
        "Given": {"Type": "String"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": ALL_VIEWER},
        "Secret": {"Type": "String", "NoEcho": True, "Default": ALL_VIEWER},
    },
    "Mappings": {
        "Edge": {"us-east-1": {"Policy": ALL_VIEWER}, "live": {"Policy": ALL_VIEWER}, "test": {"Policy": EXCEPT_HOST}}
    },
    "Conditions": {
        "IsLive": {"Fn::Equals": [{"Ref": "Stage"}, "live"]},
        "IsTest": {"Fn::Not": [{"Condition": "IsLive"}]},
        "HasFree": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Free"}, ""]}]},
        "Both": {"Fn::And": [{"Condition": "IsLive"}, {"Condition": "IsTest"}]},
    },
}

SAID = {
    "literal": ALL_VIEWER,
    "parameter": {"Ref": "Policy"},
    "sub": {"Fn::Sub": "${Policy}"},
    "sub with a value": {"Fn::Sub": ["${Head}-${Tail}", {"Head": HEAD}]},
    "join": {"Fn::Join": ["-", [HEAD, {"Ref": "Tail"}]]},
    "select": {"Fn::Select": [1, [EXCEPT_HOST, {"Ref": "Policy"}]]},
    "select of a list parameter": {"Fn::Select": ["1", {"Ref": "Policies"}]},
    "select of a split": {"Fn::Select": [1, {"Fn::Split": ["|", f"{EXCEPT_HOST}|{ALL_VIEWER}"]}]},
    "mapping by region": {"Fn::FindInMap": ["Edge", {"Ref": "AWS::Region"}, "Policy"]},
    "mapping by parameter": {"Fn::FindInMap": ["Edge", {"Ref": "Stage"}, "Policy"]},
    "mapping with a default": {"Fn::FindInMap": ["Edge", "nowhere", "Policy", {"DefaultValue": ALL_VIEWER}]},
    "if that holds": {"Fn::If": ["IsLive", {"Ref": "Policy"}, EXCEPT_HOST]},
    "if that does not hold by default": {"Fn::If": ["IsTest", ALL_VIEWER, EXCEPT_HOST]},
    "otherwise of a parameter that is empty by default": {"Fn::If": ["HasFree", EXCEPT_HOST, ALL_VIEWER]},
    "if within if": {"Fn::If": ["IsTest", {"Fn::If": ["HasFree", ALL_VIEWER, EXCEPT_HOST]}, EXCEPT_HOST]},
    "if around join": {"Fn::If": ["IsLive", {"Fn::Join": ["", [HEAD, "-", {"Ref": "Tail"}]]}, EXCEPT_HOST]},
}
UNSAID = {
    "parameter without default": {"Ref": "Given"},
    "parameter of the parameter store": {"Ref": "Stored"},
    "secret": {"Ref": "Secret"},
    "import": {"Fn::ImportValue": "policy"},
    "attribute of a custom resource": {"Fn::GetAtt": ["Custom", "Policy"]},
    "dynamic reference": "{{resolve:ssm:/site/policy}}",
    "macro": {"Fn::Transform": {"Name": "Own", "Parameters": {}}},
    "mapping by an unknown key": {"Fn::FindInMap": ["Edge", {"Ref": "Given"}, "Policy"]},
    "select of an unknown list": {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Given"}]}]},
    "if that can never hold": {"Fn::If": ["Both", ALL_VIEWER, EXCEPT_HOST]},
}


def rules_broken(value: Any, place: str = f"{API}.OriginRequestPolicyId") -> set[str]:
    template = changed(right("site"), {place: value})
    for name, section in SECTIONS.items():
        template[name] = template.get(name, {}) | section
    template["Resources"]["Custom"] = {"Type": "Custom::Policy", "Properties": {"ServiceToken": "arn"}}
    return {finding.rule.id for finding in findings(template) if finding.rule.id[0] != "I"}


@pytest.mark.parametrize("value", SAID.values(), ids=SAID)
def test_a_value_that_the_template_tells_is_judged(value: Any) -> None:
    assert rules_broken(value) == {"E9101"}


@pytest.mark.parametrize("value", UNSAID.values(), ids=UNSAID)
def test_a_value_that_the_template_does_not_tell_is_not_judged(value: Any) -> None:
    assert rules_broken(value) == set()


@pytest.mark.parametrize("value", ["{{resolve:ssm:path}}", sub("/{{resolve:ssm:${Given}}}"), {"Ref": "Given"}])
def test_a_dynamic_reference_is_not_taken_for_its_own_text(value: Any) -> None:
    assert rules_broken(value, f"{ORIGINS}.1.OriginPath") == set()


@pytest.mark.parametrize(
    "domain",
    [
        sub("${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"),
        {"Fn::Join": [".", [{"Ref": "Api"}, "execute-api", {"Ref": "AWS::Region"}, "amazonaws.com"]]},
        {"Fn::Select": [1, {"Fn::Split": ["://", {"Fn::GetAtt": ["Api", "ApiEndpoint"]}]}]},
        {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": "Api.ApiEndpoint"}]}]},
        {"Fn::Select": [2, {"Fn::Split": ["/", sub("${Api.ApiEndpoint}/")]}]},
        {"Fn::If": ["IsLive", sub("${Api}.execute-api.us-east-1.amazonaws.com"), {"Ref": "AWS::NoValue"}]},
    ],
    ids=["sub", "join", "split", "split at slashes", "split of a sub", "if"],
)
def test_an_api_is_recognised_however_its_name_is_put_together(domain: Any) -> None:
    template = changed(right("site"), {f"{ORIGINS}.1.DomainName": domain, f"{ORIGINS}.1.OriginPath": "/prod"})
    template["Parameters"] |= SECTIONS["Parameters"]
    template["Conditions"] = {"IsLive": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}}
    assert {finding.rule.id for finding in findings(template)} == {"E9106"}


def test_two_ifs_of_one_condition_are_never_mixed() -> None:
    """Aliases with a certificate, or neither: no world has the one without the other."""
    template = right("free-plan")
    config = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    template["Parameters"] = {"Name": {"Type": "String", "Default": ""}}
    template["Conditions"] = {"Named": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, ""]}]}}
    config["Aliases"] = {"Fn::If": ["Named", [{"Ref": "Name"}], {"Ref": "AWS::NoValue"}]}
    certificate = {"AcmCertificateArn": "arn:aws:acm:us-east-1:111111111111:certificate/1",
                   "SslSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}  # fmt: skip
    config["ViewerCertificate"] = {"Fn::If": ["Named", certificate, {"CloudFrontDefaultCertificate": True}]}
    assert [finding.rule.id for finding in findings(template) if finding.rule.id[0] != "I"] == []
    config["ViewerCertificate"] = {"CloudFrontDefaultCertificate": True}
    assert [finding.rule.id for finding in findings(template) if finding.rule.id[0] != "I"] == ["E9161"]


def test_a_combination_that_nobody_means_is_not_judged() -> None:
    """A name without its certificate is possible by the conditions alone; both or neither is what is meant."""
    template = right("free-plan")
    config = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    template["Parameters"] = {name: {"Type": "String", "Default": ""} for name in ("Name", "Certificate")}
    template["Conditions"] = {
        f"Has{name}": {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in ("Name", "Certificate")
    }
    shown = {"AcmCertificateArn": {"Ref": "Certificate"}, "SslSupportMethod": "sni-only",
             "MinimumProtocolVersion": "TLSv1.2_2021"}  # fmt: skip
    config["Aliases"] = {"Fn::If": ["HasName", [{"Ref": "Name"}], {"Ref": "AWS::NoValue"}]}
    config["ViewerCertificate"] = {"Fn::If": ["HasCertificate", shown, {"CloudFrontDefaultCertificate": True}]}
    assert [finding.rule.id for finding in findings(template) if finding.rule.id[0] != "I"] == []
    shown["MinimumProtocolVersion"] = "TLSv1"
    assert [finding.rule.id for finding in findings(template) if finding.rule.id[0] != "I"] == ["W9164"]


def test_a_loop_is_written_out() -> None:
    template = right("registry")
    repository = template["Resources"].pop("Repository")
    del repository["Properties"]["LifecyclePolicy"]
    loop = ["Name", ["blog", "shop"], {"${Name}Repository": repository}]
    template |= {"Transform": "AWS::LanguageExtensions", "Outputs": {}}
    template["Resources"]["Fn::ForEach::Repositories"] = loop
    assert [finding.logical_id for finding in findings(template)] == ["blogRepository", "shopRepository"]
