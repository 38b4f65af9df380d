"""A type that nothing real stands behind: named, remembered, refused twice, forgotten."""

from local_cloud.cloudformation.resources.generic import unbacked
from local_cloud.cloudformation.resources.handlers import HandlerErrorCode
from tests.local_cloud.handling import changed, live, made, refusal, removed


class TestGeneric:
    TYPE = "AWS::Events::EventBus"

    def test_a_type_that_nothing_stands_behind_still_has_a_name_and_attributes(self) -> None:
        state = made(unbacked(seed=1), self.TYPE, {"Name": "bus"})

        assert state.physical_id == "bus"
        assert state.attributes["Arn"].endswith("/bus")

    def test_the_same_identifier_twice_is_refused(self) -> None:
        handlers = unbacked()
        made(handlers, self.TYPE, {"Name": "bus"})

        error = refusal(made, handlers, self.TYPE, {"Name": "bus"})

        assert error.message == "Resource of type 'AWS::Events::EventBus' with identifier 'bus' already exists."
        assert error.code is HandlerErrorCode.ALREADY_EXISTS

    def test_a_name_is_free_again_after_the_deletion(self) -> None:
        handlers = unbacked()
        made(handlers, self.TYPE, {"Name": "bus"})
        removed(handlers, self.TYPE, "bus", {"Name": "bus"})

        assert live(handlers, self.TYPE, "bus", {"Name": "bus"}) is None
        assert made(handlers, self.TYPE, {"Name": "bus"}).physical_id == "bus"

    def test_a_records_type_tells_it_from_others_of_its_name(self) -> None:
        handlers, record, a = unbacked(), "AWS::Route53::RecordSet", {"Name": "a.b", "HostedZoneId": "Z1", "Type": "A"}
        made(handlers, record, a)
        made(handlers, record, {**a, "Type": "AAAA"})

        assert refusal(made, handlers, record, a).code is HandlerErrorCode.ALREADY_EXISTS
        removed(handlers, record, "a.b", a)
        assert live(handlers, record, "a.b", {**a, "Type": "AAAA"})
        changed(handlers, record, "a.b", {**a, "Type": "AAAA"}, {**a, "Type": "MX"})
        assert live(handlers, record, "a.b", {**a, "Type": "AAAA"}) is None

    def test_the_same_name_in_another_region_is_another_thing(self) -> None:
        handlers = unbacked()
        made(handlers, self.TYPE, {"Name": "bus"})

        assert made(handlers, self.TYPE, {"Name": "bus"}, region="eu-west-1").physical_id == "bus"

    def test_what_has_revisions_gets_the_next_one_and_never_the_same_again(self) -> None:
        handlers, task, web = unbacked(), "AWS::ECS::TaskDefinition", {"Family": "web"}
        first = made(handlers, task, web).physical_id
        removed(handlers, task, first, web)

        assert first.endswith(":task-definition/web:1")
        assert made(handlers, task, web).physical_id.endswith(":task-definition/web:2")
        assert made(handlers, task, {"Family": "other"}).physical_id.endswith(":task-definition/other:1")
