"""CloudWatch alarms in moto: setting their state rolls back the operations that they are rollback triggers of."""

from local_cloud.cloudformation.resources.base import Backed, Properties, physical_id
from local_cloud.cloudformation.resources.fitting import call
from local_cloud.cloudformation.resources.handlers import Request, State

OPERATIONS = {"AWS::CloudWatch::Alarm": "PutMetricAlarm", "AWS::CloudWatch::CompositeAlarm": "PutCompositeAlarm"}


class Alarm(Backed):
    """AWS::CloudWatch::Alarm and CompositeAlarm."""

    def create(self, request: Request) -> State:
        return self._put(request, self.name(request))

    def update(self, request: Request) -> State:
        return self._put(request, physical_id(request))

    def delete(self, request: Request) -> None:
        self.client("cloudwatch", request).delete_alarms(AlarmNames=[physical_id(request)])

    def read(self, request: Request) -> Properties | None:
        found = self.client("cloudwatch", request).describe_alarms(
            AlarmNames=[physical_id(request)], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return request.properties if found.get("MetricAlarms") or found.get("CompositeAlarms") else None

    def _put(self, request: Request, name: str) -> State:
        client, operation = self.client("cloudwatch", request), OPERATIONS[request.type]
        call(client, operation, {**request.properties, "AlarmName": name})
        return self.state(request, name)
