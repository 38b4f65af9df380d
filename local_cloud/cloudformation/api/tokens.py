"""Client request tokens: the same call with the same token gets the same answer, and is not carried out again."""

from typing import Any

from local_cloud.cloudformation.inputs import Params, fingerprint
from local_cloud.cloudformation.model import Stack
from local_cloud.cloudformation.refusals import TOKEN_USED


def earlier_answer(stack: Stack, params: Params, call: str) -> Any:
    """The answer to the same call with the same token, or None. Raises TokenAlreadyExistsException for another call."""
    token = params.get("ClientRequestToken")
    if token is None or token not in stack.tokens:
        return None
    known, answer = stack.tokens[token]
    if known != call + fingerprint(params):
        raise TOKEN_USED.error(token=token)
    return answer


def remember_token(stack: Stack, params: Params, call: str, answer: Any) -> None:
    """Let the same call with the same token get the same answer."""
    if token := params.get("ClientRequestToken"):
        stack.tokens[token] = call + fingerprint(params), answer
