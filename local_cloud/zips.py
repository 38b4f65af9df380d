"""Functions that are no images: Python's, from a zip file in S3 or written in the template.

The rule: what a function was made of never changes. It is unpacked once, under a name made of everything that says what
it is (its Code and its layers), so that whoever changes those gets another folder.
"""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_cloud.edge.invoke import NotRun
from local_cloud.edge.live import Deployed, Find, Live, region
from local_cloud.images import Image
from local_cloud.services import Services

LAYER = "AWS::Lambda::LayerVersion"
IN_LAYERS = "python/"
HELPER = Path(__file__).with_name("cfnresponse.py")
"""Lambda puts a module of this name beside a function that is written in its template (user guide, cfn-response)."""


class Zips:
    """The unpacked functions below a folder; `deployed` is the engine's."""

    def __init__(self, folder: Path, services: Services, deployed: Find) -> None:
        self._folder = folder
        self._services = services
        self._deployed = deployed

    def find(self, function: Deployed) -> Image:
        """The function as an image of which nothing else is known. Raises NotRun."""
        properties = function.properties
        if not str(properties.get("Runtime", "")).startswith("python"):
            named = f"{function.physical_id} ({properties.get('Runtime', 'no Runtime')})"
            raise NotRun("RuntimeNotHere", f"The local cloud runs images and Python's functions only, not: {named}")
        contents = [*self._layers(function), properties["Code"]]
        home = self._folder / hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()
        if not home.exists():
            self._unpack(contents, region(function), home)
        return Image(uri="", directory=home, handler=str(properties["Handler"]))

    def _layers(self, function: Deployed) -> Iterator[Mapping[str, Any]]:
        """What the function's layers contain, as far as stacks made them."""
        for arn in function.properties.get("Layers", ()):
            if layer := Live(self._deployed).one(LAYER, arn):
                yield layer.properties["Content"]

    def _unpack(self, contents: Sequence[Mapping[str, Any]], place: str, home: Path) -> None:
        half = home.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)  # left over from one that did not finish
        half.mkdir(parents=True)
        for each in contents:
            self._put(each, place, half)
        half.rename(home)

    def _put(self, content: Mapping[str, Any], place: str, home: Path) -> None:
        if "ZipFile" in content:
            home.joinpath("index.py").write_text(content["ZipFile"], encoding="utf-8")
            shutil.copy(HELPER, home)
            return
        with zipfile.ZipFile(io.BytesIO(self._object(content, place))) as archive:
            archive.extractall(home)
        if (home / IN_LAYERS).is_dir():
            shutil.copytree(home / IN_LAYERS, home, dirs_exist_ok=True)

    def _object(self, content: Mapping[str, Any], place: str) -> bytes:
        version = {"VersionId": content["S3ObjectVersion"]} if "S3ObjectVersion" in content else {}
        where = {"Bucket": content["S3Bucket"], "Key": content["S3Key"], **version}
        try:
            return bytes(self._services.client("s3", place).get_object(**where)["Body"].read())
        except ClientError as error:
            raise NotRun("CodeNotFound", f"The function's code cannot be read: {error}") from error
