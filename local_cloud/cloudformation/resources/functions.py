"""Functions in moto: a container image must be in this region's ECR, by digest or tag, or they are refused."""

import io
import zipfile
from typing import Any

from local_cloud.cloudformation.resources.base import Backed, Properties, physical_id, refused
from local_cloud.cloudformation.resources.fitting import call
from local_cloud.cloudformation.resources.handlers import HandlerError, HandlerErrorCode, Request, State
from local_cloud.container_images import ImageName, exists

CONFIGURATION = ("Code", "Tags", "PackageType", "Architectures")  # what UpdateFunctionConfiguration does not take


class Function(Backed):
    """AWS::Lambda::Function, as an image or as a zip."""

    def create(self, request: Request) -> State:
        client, wanted, name = self.client("lambda", request), request.properties, self.name(request)
        changes = {"FunctionName": name, "Code": self._code(request), "Tags": {}}
        call(client, "CreateFunction", {**wanted, **changes})
        return self._state(request, name)

    def update(self, request: Request) -> State:
        client, wanted, name = self.client("lambda", request), request.properties, physical_id(request)
        if wanted["Code"] != (request.previous or {}).get("Code"):
            code = {
                **self._code(request),
                "FunctionName": name,
                "Architectures": wanted.get("Architectures", ["x86_64"]),
            }
            call(client, "UpdateFunctionCode", code)
        settings = {key: value for key, value in wanted.items() if key not in CONFIGURATION}
        call(client, "UpdateFunctionConfiguration", {**settings, "FunctionName": name})
        return self._state(request, name)

    def delete(self, request: Request) -> None:
        self.client("lambda", request).delete_function(FunctionName=physical_id(request))

    def read(self, request: Request) -> Properties | None:
        found = self._configuration(request, physical_id(request))
        live = {key: found[key] for key in ("MemorySize", "Timeout", "Role") if key in request.properties}
        if "Environment" in request.properties:
            live["Environment"] = {"Variables": found.get("Environment", {}).get("Variables", {})}
        return {**request.properties, **live}

    def _code(self, request: Request) -> Properties:
        code: Properties = request.properties["Code"]
        if uri := code.get("ImageUri"):
            self._check_image(request, str(uri))
        if "ZipFile" in code:
            return {"ZipFile": _zipped(str(code["ZipFile"]), str(request.properties.get("Runtime", "")))}
        return code

    def _check_image(self, request: Request, uri: str) -> None:
        image = ImageName.parse(uri)
        if not image:
            raise _invalid(f"Source image {uri} is not valid. Provide a valid source image.")
        if image.region != request.region or not exists(self.services, image):
            raise _invalid(f"Source image {uri} does not exist. Provide a valid source image.")

    def _state(self, request: Request, name: str) -> State:
        return self.state(request, name, Arn=self._configuration(request, name)["FunctionArn"])

    def _configuration(self, request: Request, name: str) -> dict[str, Any]:
        client = self.client("lambda", request)
        found: dict[str, Any] = client.get_function(FunctionName=name)["Configuration"]
        return found


def _invalid(text: str) -> HandlerError:
    return refused(HandlerErrorCode.INVALID_REQUEST, text, "Lambda", 400)


def _zipped(source: str, runtime: str) -> bytes:
    """CloudFormation puts inline code into a file named index, as the AWS::Lambda::Function Code reference says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"index.{'py' if runtime.startswith('python') else 'js'}", source)
    return buffer.getvalue()
