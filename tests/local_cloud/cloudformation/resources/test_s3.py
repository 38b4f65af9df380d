"""Buckets and their policies are real, and refused and kept as AWS does."""

from local_cloud.cloudformation.resources.handlers import Handlers
from local_cloud.services import Services
from tests.local_cloud.handling import live, made, refusal, removed


class TestBucket:
    TYPE = "AWS::S3::Bucket"

    def test_a_bucket_is_real_and_named_like_awss(self, handlers: Handlers, services: Services) -> None:
        state = made(handlers, self.TYPE, {})

        assert state.physical_id.startswith("site-thing-")
        assert state.attributes["RegionalDomainName"] == f"{state.physical_id}.s3.us-east-1.amazonaws.com"
        assert services.client("s3").head_bucket(Bucket=state.physical_id)["ResponseMetadata"]["HTTPStatusCode"] == 200

    def test_a_bucket_with_something_in_it_stays(self, handlers: Handlers, services: Services) -> None:
        bucket = made(handlers, self.TYPE, {}).physical_id
        services.client("s3").put_object(Bucket=bucket, Key="index.html", Body=b"")

        error = refusal(removed, handlers, self.TYPE, bucket)

        assert error.message.startswith("The bucket you tried to delete is not empty (Service: S3, Status Code: 409,")

    def test_a_bucket_with_only_old_versions_stays_too(self, handlers: Handlers, services: Services) -> None:
        versioned = {"VersioningConfiguration": {"Status": "Enabled"}}
        bucket = made(handlers, self.TYPE, versioned).physical_id
        services.client("s3").put_object(Bucket=bucket, Key="index.html", Body=b"")
        services.client("s3").delete_object(Bucket=bucket, Key="index.html")

        error = refusal(removed, handlers, self.TYPE, bucket, versioned)

        assert "You must delete all versions in the bucket." in error.message

    def test_an_empty_bucket_goes_and_a_gone_one_is_no_problem(self, handlers: Handlers) -> None:
        bucket = made(handlers, self.TYPE, {}).physical_id

        removed(handlers, self.TYPE, bucket)
        removed(handlers, self.TYPE, bucket)

        assert live(handlers, self.TYPE, bucket) is None

    def test_a_name_that_is_taken_is_refused(self, handlers: Handlers, services: Services) -> None:
        services.client("s3").create_bucket(Bucket="taken")

        error = refusal(made, handlers, self.TYPE, {"BucketName": "taken"})

        assert (error.message, error.plain) == ("taken already exists", True)

    def test_what_somebody_changed_behind_the_stacks_back_is_seen(self, handlers: Handlers, services: Services) -> None:
        block = {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            }
        }
        bucket = made(handlers, self.TYPE, block).physical_id
        assert live(handlers, self.TYPE, bucket, block) == block

        services.client("s3").delete_public_access_block(Bucket=bucket)

        assert live(handlers, self.TYPE, bucket, block) != block

    def test_a_public_policy_is_refused_while_the_bucket_blocks_it(self, handlers: Handlers) -> None:
        bucket = made(handlers, self.TYPE, {}).physical_id
        everyone = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }

        error = refusal(
            made, handlers, "AWS::S3::BucketPolicy", {"Bucket": bucket, "PolicyDocument": {"Statement": [everyone]}}
        )

        assert "because public policies are prevented by the BlockPublicPolicy setting" in error.message

    def test_a_policy_comes_and_goes(self, handlers: Handlers, services: Services) -> None:
        bucket = made(handlers, self.TYPE, {}).physical_id
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        policy = {"Bucket": bucket, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
        made(handlers, "AWS::S3::BucketPolicy", policy)
        assert live(handlers, "AWS::S3::BucketPolicy", bucket, policy) == policy

        removed(handlers, "AWS::S3::BucketPolicy", bucket, policy)

        assert live(handlers, "AWS::S3::BucketPolicy", bucket, policy) is None
