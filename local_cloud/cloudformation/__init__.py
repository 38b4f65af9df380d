"""A CloudFormation that answers like AWS's; README.md states its observable behaviour, sentence by sentence.

    api          a call is checked, refused or accepted, and answered
    changes      change sets: the difference of two templates, and what else would change
    operations   what an accepted call sets going: a process that creates, updates and deletes resources one by one
    resources    what stands behind a resource type: moto's services, or nothing but a memory
    template     what a call sends, as a value: parameters, conditions, intrinsic functions, transforms
    schemas      AWS's provider schemas, which say what replaces a resource, what is valid, and how ids look

`engine` is the way in; `world` holds all stacks, `model` what is remembered of each, `machine` the table of statuses,
`schedule` the simulated time, `faults` what is to go wrong and `refusals` the texts of what AWS refuses.

The rules: a package imports only those below it in this list. A template is a value, a stack's history is its events,
and only the engine knows the time.
"""

from local_cloud.cloudformation.engine import CloudFormation, Deployed, Find, ResponseLost
from local_cloud.cloudformation.errors import ApiError

__all__ = ["ApiError", "CloudFormation", "Deployed", "Find", "ResponseLost"]
