"""An AWS for one machine: a CloudFormation that behaves like AWS's, moto for all other services, and the edge in front.

client = boto3.client("cloudformation")
cloud = attach(client, clock=VirtualClock())      # this client now talks to a cloud of its own; nothing is sent
"""

from local_cloud.clock import Clock, SystemClock, VirtualClock
from local_cloud.cloudformation import ApiError, CloudFormation
from local_cloud.transport import attach

__all__ = ["ApiError", "Clock", "CloudFormation", "SystemClock", "VirtualClock", "attach"]
