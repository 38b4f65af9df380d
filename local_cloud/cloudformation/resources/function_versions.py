"""Published versions, aliases and layers in moto: a client of Lambda sees what the stack published."""

from typing import Any

from local_cloud.cloudformation.resources.base import Backed, Properties, given_or_generated, physical_id
from local_cloud.cloudformation.resources.fitting import call
from local_cloud.cloudformation.resources.handlers import HandlerError, HandlerErrorCode, Request, State

PUBLISHED = "A version for this Lambda function exists ( {} ). Modify the function to create a new version."


class Version(Backed):
    """AWS::Lambda::Version. A second one of a function that has not changed is refused."""

    def create(self, request: Request) -> State:
        client, function = self.client("lambda", request), request.properties["FunctionName"]
        before = client.list_versions_by_function(FunctionName=function)["Versions"]
        made = call(client, "PublishVersion", request.properties)
        if made["Version"] in {each["Version"] for each in before}:
            text = PUBLISHED.format(made["Version"])
            raise HandlerError(HandlerErrorCode.ALREADY_EXISTS, text, plain=True)
        return self.state(request, made["FunctionArn"], FunctionArn=made["FunctionArn"], Version=made["Version"])

    def update(self, request: Request) -> State:
        arn = physical_id(request)
        return self.state(request, arn, FunctionArn=arn, Version=arn.rpartition(":")[2])

    def delete(self, request: Request) -> None:
        self.client("lambda", request).delete_function(FunctionName=physical_id(request))

    def read(self, request: Request) -> Properties | None:
        self.client("lambda", request).get_function(FunctionName=physical_id(request))
        return request.properties


class LayerVersion(Backed):
    """AWS::Lambda::LayerVersion; a function of the stack may name it."""

    def create(self, request: Request) -> State:
        client = self.client("lambda", request)
        wanted = {**request.properties, "LayerName": given_or_generated(request, "LayerName")}
        arn = call(client, "PublishLayerVersion", wanted)["LayerVersionArn"]
        return self.state(request, arn, LayerVersionArn=arn)

    def update(self, request: Request) -> State:
        return self.state(request, physical_id(request), LayerVersionArn=physical_id(request))

    def delete(self, request: Request) -> None:
        self.client("lambda", request).delete_layer_version(**_layer(request))

    def read(self, request: Request) -> Properties | None:
        self.client("lambda", request).get_layer_version(**_layer(request))
        return request.properties


def _layer(request: Request) -> dict[str, Any]:
    name, _, number = physical_id(request).rpartition(":layer:")[2].rpartition(":")
    return {"LayerName": name, "VersionNumber": int(number)}


class Alias(Backed):
    """AWS::Lambda::Alias."""

    def create(self, request: Request) -> State:
        return self._state(request, self._call(request, "CreateAlias"))

    def update(self, request: Request) -> State:
        return self._state(request, self._call(request, "UpdateAlias"))

    def delete(self, request: Request) -> None:
        self._call(request, "DeleteAlias")

    def read(self, request: Request) -> Properties | None:
        return {**request.properties, "FunctionVersion": self._call(request, "GetAlias")["FunctionVersion"]}

    def _call(self, request: Request, operation: str) -> dict[str, Any]:
        client, routes = self.client("lambda", request), request.properties.get("RoutingConfig", {})
        weights = {
            each["FunctionVersion"]: each["FunctionWeight"] for each in routes.get("AdditionalVersionWeights", [])
        }
        wanted = {**request.properties, "RoutingConfig": {"AdditionalVersionWeights": weights}}
        return call(client, operation, wanted)

    def _state(self, request: Request, alias: dict[str, Any]) -> State:
        return self.state(request, alias["AliasArn"], AliasArn=alias["AliasArn"])
