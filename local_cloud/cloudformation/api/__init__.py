"""The calls of the API, one function each: boto3's parameters in, boto3's answer out.

The modules are named for what their calls are about. `engine` looks each call up in their `CALLS`; `shown`
writes the engine's records as the API answers them.
"""
