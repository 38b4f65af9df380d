"""What a name and a distribution are, behind CloudFormation: refused and kept as Route 53, ACM and CloudFront do."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from local_cloud.cloudformation.resources.handlers import HandlerErrorCode, Handlers
from local_cloud.services import Services
from tests.local_cloud.handling import changed, live, made, refusal, removed, request

ACCESS = {
    "Name": "site",
    "OriginAccessControlOriginType": "s3",
    "SigningBehavior": "always",
    "SigningProtocol": "sigv4",
}


class TestCloudFront:
    TYPE = "AWS::CloudFront::Distribution"

    def config(self, **more: Any) -> dict[str, Any]:
        behavior = {"TargetOriginId": "api", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": "p"}
        origin = {
            "Id": "api",
            "DomainName": "example.com",
            "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
        }
        return {
            "DistributionConfig": {
                "Enabled": True,
                "IPV6Enabled": True,
                "Origins": [{"ConnectionAttempts": "2", **origin}],
                "DefaultCacheBehavior": behavior,
                "CacheBehaviors": [{**behavior, "PathPattern": "/api/*", "AllowedMethods": ["GET", "HEAD"]}],
                "CustomErrorResponses": [{"ErrorCode": 404, "ResponseCode": 404, "ResponsePagePath": "/404.html"}],
                **more,
            }
        }

    def test_an_invalidation_finds_the_distribution(self, handlers: Handlers, services: Services) -> None:
        state = made(handlers, self.TYPE, self.config())
        assert state.attributes["DomainName"].endswith(".cloudfront.net")

        batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "1"}
        cloudfront = services.client("cloudfront")
        made_one = cloudfront.create_invalidation(DistributionId=state.physical_id, InvalidationBatch=batch)

        assert made_one["Invalidation"]["Status"] == "COMPLETED"

    def test_ids_have_the_shape_of_their_service(self, handlers: Handlers, services: Services) -> None:
        site = made(handlers, self.TYPE, self.config())
        zone = made(handlers, "AWS::Route53::HostedZone", {"Name": "example.com"})
        access = made(handlers, "AWS::CloudFront::OriginAccessControl", {"OriginAccessControlConfig": ACCESS})

        assert re.fullmatch(r"E[A-Z0-9]{13}", site.physical_id)
        assert re.fullmatch(r"d[a-z0-9]{13}\.cloudfront\.net", site.attributes["DomainName"])
        assert re.fullmatch(r"E[A-Z0-9]{13}", access.physical_id)
        assert re.fullmatch(r"Z[A-Z0-9]{20}", zone.physical_id)

        told = services.client("cloudfront").get_distribution(Id=site.physical_id)["Distribution"]
        assert told["ARN"] == f"arn:aws:cloudfront::111111111111:distribution/{site.physical_id}"
        assert told["DomainName"] == site.attributes["DomainName"]

    def test_an_update_keeps_the_domain_name(self, handlers: Handlers) -> None:
        before = made(handlers, self.TYPE, self.config())

        after = changed(handlers, self.TYPE, before.physical_id, self.config(), self.config(Comment="new"))

        assert after.attributes["DomainName"] == before.attributes["DomainName"]

    def test_a_bucket_as_origin_needs_no_access_identity(self, handlers: Handlers) -> None:
        origin = {"Id": "api", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {}}

        assert made(handlers, self.TYPE, self.config(Origins=[origin])).physical_id

    def test_an_alias_without_a_certificate_is_refused(self, handlers: Handlers) -> None:
        error = refusal(made, handlers, self.TYPE, self.config(Aliases=["www.example.com"]))

        assert "you must attach a trusted certificate" in error.message

    def test_an_alias_that_the_certificate_does_not_cover_is_refused(
        self, handlers: Handlers, services: Services
    ) -> None:
        arn = services.client("acm").request_certificate(DomainName="*.example.com")["CertificateArn"]
        certificate = {"AcmCertificateArn": arn, "SslSupportMethod": "sni-only"}
        aliased = self.config(Aliases=["www.shop.example.com"], ViewerCertificate=certificate)

        assert "you must attach a trusted certificate" in refusal(made, handlers, self.TYPE, aliased).message

    def test_an_alias_belongs_to_one_distribution(self, handlers: Handlers, services: Services) -> None:
        arn = services.client("acm").request_certificate(DomainName="www.example.com")["CertificateArn"]
        aliased = self.config(
            Aliases=["www.example.com"],
            ViewerCertificate={"AcmCertificateArn": arn, "SslSupportMethod": "sni-only"},
        )
        made(handlers, self.TYPE, aliased)

        error = refusal(made, handlers, self.TYPE, aliased, token="token-2")

        assert error.message.startswith(
            "Invalid request provided: One or more of the CNAMEs you provided are already associated with a different "
            "resource. (Service: CloudFront, Status Code: 409,"
        )

    def test_a_certificate_of_another_region_is_refused(self, handlers: Handlers, services: Services) -> None:
        elsewhere = services.client("acm", "eu-west-1").request_certificate(DomainName="www.example.com")

        error = refusal(
            made,
            handlers,
            self.TYPE,
            self.config(
                Aliases=["www.example.com"], ViewerCertificate={"AcmCertificateArn": elsewhere["CertificateArn"]}
            ),
        )

        assert "isn't in us-east-1 region" in error.message

    def test_a_certificate_that_a_distribution_uses_stays(self, handlers: Handlers) -> None:
        type, wanted = "AWS::CertificateManager::Certificate", {"DomainName": "*.example.com"}
        arn = made(handlers, type, wanted).physical_id
        made(
            handlers,
            self.TYPE,
            self.config(Aliases=["www.example.com"], ViewerCertificate={"AcmCertificateArn": arn}),
        )

        error = refusal(removed, handlers, type, arn, wanted)

        assert error.message.startswith(f"Certificate {arn} in account 111111111111 is in use.")

    CONTROL = {  # noqa: RUF012
        "OriginAccessControlConfig": {
            "Name": "site",
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        }
    }

    def test_the_name_of_an_access_control_is_the_accounts_only_one(self, handlers: Handlers) -> None:
        made(handlers, "AWS::CloudFront::OriginAccessControl", self.CONTROL)

        error = refusal(made, handlers, "AWS::CloudFront::OriginAccessControl", self.CONTROL, region="eu-west-1")

        assert error.code is HandlerErrorCode.ALREADY_EXISTS

    def test_an_access_control_that_is_used_stays(self, handlers: Handlers) -> None:
        control = self.CONTROL
        id = made(handlers, "AWS::CloudFront::OriginAccessControl", control).physical_id
        origin = {
            "Id": "api",
            "DomainName": "b.s3.us-east-1.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
            "OriginAccessControlId": id,
        }
        made(handlers, self.TYPE, self.config(Origins=[origin]))

        error = refusal(removed, handlers, "AWS::CloudFront::OriginAccessControl", id, control)

        assert error.message.startswith("Cannot delete the origin access control because it's in use")

    def test_a_function_that_is_used_stays(self, handlers: Handlers) -> None:
        config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
        function = {"Name": "f", "FunctionCode": "1", "FunctionConfig": config}
        arn = made(handlers, "AWS::CloudFront::Function", function).physical_id
        site = self.config()
        behavior = site["DistributionConfig"]["DefaultCacheBehavior"]
        behavior["FunctionAssociations"] = [{"EventType": "viewer-request", "FunctionARN": arn}]
        made(handlers, self.TYPE, site)

        error = refusal(removed, handlers, "AWS::CloudFront::Function", arn, function)

        assert error.code is HandlerErrorCode.RESOURCE_CONFLICT

    def test_a_functions_new_code_keeps_its_arn(self, handlers: Handlers, services: Services) -> None:
        def function(code: str) -> dict[str, Any]:
            config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
            return {"Name": "f", "AutoPublish": True, "FunctionCode": code, "FunctionConfig": config}

        before = made(handlers, "AWS::CloudFront::Function", function("1"))
        after = changed(handlers, "AWS::CloudFront::Function", before.physical_id, function("1"), function("2"))

        assert (after.physical_id, after.attributes["FunctionARN"]) == (before.physical_id, before.physical_id)
        assert live(handlers, "AWS::CloudFront::Function", after.physical_id, function("2")) == function("2")


class TestNames:
    RECORD = {"Name": "www.example.com", "Type": "A", "TTL": "300", "ResourceRecords": ["192.0.2.1"]}  # noqa: RUF012

    @pytest.fixture
    def zone(self, handlers: Handlers) -> str:
        return made(handlers, "AWS::Route53::HostedZone", {"Name": "example.com"}).physical_id

    def test_a_record_that_exists_is_not_taken_over(self, handlers: Handlers, zone: str) -> None:
        record = {**self.RECORD, "HostedZoneId": zone}
        made(handlers, "AWS::Route53::RecordSet", record)

        error = refusal(made, handlers, "AWS::Route53::RecordSet", record)

        assert error.plain
        assert error.message == (
            "[Tried to create resource record set [name='www.example.com.', type='A'] but it already exists]"
        )

    @pytest.fixture
    def by_hand(self, services: Services, zone: str) -> Callable[[str, str], None]:
        """Somebody changes the record at Route 53 itself."""

        def change(action: str, address: str) -> None:
            records = [{"Value": address}]
            record = {"Name": "www.example.com", "Type": "A", "TTL": 300, "ResourceRecords": records}
            services.client("route53").change_resource_record_sets(
                HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]}
            )

        return change

    def test_a_record_made_by_hand_is_not_taken_over(
        self, handlers: Handlers, zone: str, by_hand: Callable[[str, str], None]
    ) -> None:
        by_hand("CREATE", "192.0.2.9")

        error = refusal(made, handlers, "AWS::Route53::RecordSet", {**self.RECORD, "HostedZoneId": zone})

        assert error.message.endswith("but it already exists]")

    @pytest.mark.parametrize(
        ("action", "address", "text"),
        [
            ("UPSERT", "192.0.2.9", "but the values provided do not match the current values]"),
            ("DELETE", "192.0.2.1", "but it was not found]"),
        ],
    )
    def test_a_record_changed_by_hand_is_not_deleted(
        self,
        handlers: Handlers,
        zone: str,
        by_hand: Callable[[str, str], None],
        action: str,
        address: str,
        text: str,
    ) -> None:
        record = {**self.RECORD, "HostedZoneId": zone}
        made(handlers, "AWS::Route53::RecordSet", record)
        by_hand(action, address)

        error = refusal(removed, handlers, "AWS::Route53::RecordSet", "www.example.com", record)

        assert error.message.startswith("[Tried to delete resource record set [name='www.example.com.', type='A'] ")
        assert error.message.endswith(text)

    def test_a_record_of_another_zone_is_not_permitted(self, handlers: Handlers, zone: str) -> None:
        record = {**self.RECORD, "HostedZoneId": zone, "Name": "www.example.net"}

        error = refusal(made, handlers, "AWS::Route53::RecordSet", record)

        assert error.message == "[RRSet with DNS name www.example.net. is not permitted in zone example.com.]"

    def test_a_zone_with_a_record_in_it_stays(self, handlers: Handlers, zone: str) -> None:
        record = {**self.RECORD, "HostedZoneName": "example.com."}
        made(handlers, "AWS::Route53::RecordSet", record)
        error = refusal(removed, handlers, "AWS::Route53::HostedZone", zone)
        assert "contains non-required resource record sets" in error.message

        removed(handlers, "AWS::Route53::RecordSet", "www.example.com", record)
        removed(handlers, "AWS::Route53::HostedZone", zone)

        assert live(handlers, "AWS::Route53::HostedZone", zone) is None

    def test_a_certificate_waits_for_its_record(self, handlers: Handlers, services: Services, zone: str) -> None:
        type, wanted = "AWS::CertificateManager::Certificate", {"DomainName": "example.com", "ValidationMethod": "DNS"}
        state = made(handlers, type, wanted)
        arn = state.physical_id
        assert state.notes[0].startswith("Content of DNS Record is: {Name: _")
        waiting = request(type, wanted, physical_id=arn)
        assert not handlers.handler(type).ready(waiting)

        found = services.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
        record = found["DomainValidationOptions"][0]["ResourceRecord"]
        cname = {"Name": record["Name"], "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": record["Value"]}]}
        services.client("route53").change_resource_record_sets(
            HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": cname}]}
        )

        assert handlers.handler(type).ready(waiting)

    def test_a_certificate_with_a_zone_makes_its_own_record(self, handlers: Handlers, zone: str) -> None:
        type = "AWS::CertificateManager::Certificate"
        validated = [{"DomainName": "example.com", "HostedZoneId": zone}]
        wanted = {"DomainName": "example.com", "ValidationMethod": "DNS", "DomainValidationOptions": validated}

        arn = made(handlers, type, wanted).physical_id

        assert handlers.handler(type).ready(request(type, wanted, physical_id=arn))
