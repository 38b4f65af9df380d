"""A CloudFormation that answers like AWS; README.md states its observable behaviour, sentence by sentence.

    call -> refusals -> launch -> operations -> steps -> handlers        time: schedule        table: machine

Rule: a template is a value (template, diff), a stack's history is events, and only the engine knows the time.
"""

from local_cloud.cloudformation.engine import CloudFormation, Deployed, ResponseLost
from local_cloud.cloudformation.errors import ApiError

__all__ = ["ApiError", "CloudFormation", "Deployed", "ResponseLost"]
