"""ECR repositories and log groups in moto."""

from local_cloud.cloudformation.resources.base import Backed, Properties, physical_id, refused, undone
from local_cloud.cloudformation.resources.fitting import call
from local_cloud.cloudformation.resources.handlers import HandlerErrorCode, Request, State
from local_cloud.cloudformation.values import is_true


class Repository(Backed):
    """AWS::ECR::Repository. One with images cannot be deleted, unless EmptyOnDelete says otherwise."""

    def create(self, request: Request) -> State:
        name = self.name(request)
        client = self.client("ecr", request)
        call(client, "CreateRepository", {**request.properties, "repositoryName": name})
        with undone(lambda: client.delete_repository(repositoryName=name)):
            self._set_lifecycle(request, name)
        return self._state(request, name)

    def update(self, request: Request) -> State:
        name = physical_id(request)
        client = self.client("ecr", request)
        if mutability := request.properties.get("ImageTagMutability"):
            client.put_image_tag_mutability(repositoryName=name, imageTagMutability=mutability)
        self._set_lifecycle(request, name)
        return self._state(request, name)

    def delete(self, request: Request) -> None:
        name, client = physical_id(request), self.client("ecr", request)
        emptied = is_true(request.properties.get("EmptyOnDelete"))
        if not emptied and client.list_images(repositoryName=name)["imageIds"]:
            text = (
                f"The repository with name '{name}' in registry with id '{request.account}' cannot be deleted because "
                "it still contains images"
            )
            raise refused(HandlerErrorCode.GENERAL_SERVICE_EXCEPTION, text, "Ecr", 400)
        client.delete_repository(repositoryName=name, force=True)

    def read(self, request: Request) -> Properties | None:
        found = self._described(request, physical_id(request))
        return {**request.properties, "ImageTagMutability": found["imageTagMutability"]}

    def _set_lifecycle(self, request: Request, name: str) -> None:
        policy = request.properties.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
        if policy:
            self.client("ecr", request).put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=policy)

    def _state(self, request: Request, name: str) -> State:
        return self.state(request, name, RepositoryUri=self._described(request, name)["repositoryUri"])

    def _described(self, request: Request, name: str) -> dict[str, str]:
        client = self.client("ecr", request)
        found: dict[str, str] = client.describe_repositories(repositoryNames=[name])["repositories"][0]
        return found


class LogGroup(Backed):
    """AWS::Logs::LogGroup."""

    def create(self, request: Request) -> State:
        name = self.name(request)
        self.client("logs", request).create_log_group(logGroupName=name)
        return self._retained(request, name)

    def update(self, request: Request) -> State:
        return self._retained(request, physical_id(request))

    def delete(self, request: Request) -> None:
        self.client("logs", request).delete_log_group(logGroupName=physical_id(request))

    def read(self, request: Request) -> Properties | None:
        groups = self.client("logs", request).describe_log_groups(logGroupNamePrefix=physical_id(request))["logGroups"]
        for group in groups:
            if group["logGroupName"] == physical_id(request):
                kept = {"RetentionInDays": group["retentionInDays"]} if "retentionInDays" in group else {}
                return {**{k: v for k, v in request.properties.items() if k != "RetentionInDays"}, **kept}
        return None

    def _retained(self, request: Request, name: str) -> State:
        client = self.client("logs", request)
        if days := request.properties.get("RetentionInDays"):
            client.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        else:
            client.delete_retention_policy(logGroupName=name)
        return self.state(request, name)
