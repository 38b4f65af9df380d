"""Calls a resource's handler, with everything that can go wrong.

The rule: whoever caused a failure (the schema, the handler, a fault or a nested stack), a step gets it as `Failure`,
with the text of its event.
"""

import logging
from collections.abc import Mapping
from typing import Any

from local_cloud.cloudformation.faults import FailResource, HangResource, On, SlowResource
from local_cloud.cloudformation.model import STACK_TYPE, Live
from local_cloud.cloudformation.operations.owners import held
from local_cloud.cloudformation.operations.run import Run
from local_cloud.cloudformation.operations.signals import wait
from local_cloud.cloudformation.resources.durations import Action
from local_cloud.cloudformation.resources.handlers import Handler, HandlerError, HandlerErrorCode, Request, State
from local_cloud.cloudformation.schedule import Steps
from local_cloud.cloudformation.schemas.provider import schema

log = logging.getLogger(__name__)
POLL = 5.0
ACTIONS = {On.CREATE: Action.CREATE, On.UPDATE: Action.UPDATE, On.ROLLBACK: Action.UPDATE, On.DELETE: Action.DELETE}


class Failure(Exception):
    """A step failed; `state` is what exists all the same."""

    def __init__(self, reason: str, state: State | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.state = state


def attempt(run: Run, on: On, live: Live, previous: Mapping[str, Any] | None = None) -> Steps[State]:
    """Call the handler, or play the fault that was asked for. Raises Failure."""
    yield from delays(run, on, live)
    fault = _take(run, FailResource, on, live)
    request = run.request(live, previous)
    text = fault and (fault.reason if fault.plain else wrapped(fault.reason, request.token, fault.code))
    if text and not fault.made:
        raise Failure(text)
    if live.type == STACK_TYPE:
        state = yield from run.world.embedded.attempt(run, on, live)
    else:
        state = _call(run, on, live, request)
    if text:
        raise Failure(text, state)
    return state


def settle(run: Run, on: On, live: Live) -> Steps[None]:
    """Wait as long as AWS typically takes, then until the handler says that it is ready."""
    if live.type == STACK_TYPE:
        return
    yield run.world.seconds(run.world.handlers.seconds(live.type, ACTIONS[on]))
    handler = run.world.handlers.handler(live.type)
    while on is On.CREATE and not _ready(handler, run.request(live)):
        yield run.world.poll(POLL)
    if on is On.CREATE and (problem := (yield from wait(run, live))):
        raise Failure(problem)


def wrapped(message: str, token: str, code: str) -> str:
    """The text of a handler as events show it."""
    return f'Resource handler returned message: "{message}" (RequestToken: {token}, HandlerErrorCode: {code})'


def _ready(handler: Handler, request: Request) -> bool:
    try:
        return handler.ready(request)
    except HandlerError as error:
        raise Failure(_text(error, request)) from None


def _call(run: Run, on: On, live: Live, request: Request) -> State:
    """Call the handler, and turn whatever it raises into a Failure."""
    try:
        return _handled(run, on, live, request)
    except HandlerError as error:
        owned = error.taken and held(run.world, run.stack.region, live.type, error.taken)
        raise Failure(owned or _text(error, request), error.left) from None
    except Failure:
        raise
    except Exception as bug:  # a handler that breaks is AWS's Internal Failure, not the end of the cloud
        log.exception("The handler of %s broke", live.type)
        raise Failure(wrapped(f"Internal Failure: {bug!r}", request.token, HandlerErrorCode.INTERNAL_FAILURE)) from bug


def _handled(run: Run, on: On, live: Live, request: Request) -> State:
    handler = run.world.handlers.handler(live.type)
    match on:
        case On.CREATE:
            _validate(live)
            return handler.create(request)
        case On.DELETE:
            handler.delete(request)
            return State(physical_id=live.physical_id)
        case On.IMPORT:
            actual = handler.read(request)
            if actual is None:
                raise Failure(f"Resource of type '{live.type}' with identifier '{live.physical_id}' was not found.")
            return handler.update(run.request(live, actual))
        case On.UPDATE | On.ROLLBACK:
            _validate(live)
            return handler.update(request)


def _text(error: HandlerError, request: Request) -> str:
    return error.message if error.plain else wrapped(error.message, request.token, error.code)


def _validate(live: Live) -> None:
    if refusal := schema(live.type).refusal(live.logical_id, live.properties):
        raise Failure(refusal)


def interfere(run: Run, on: On, live: Live) -> Steps[None]:
    """Play the faults of a step that calls no handler. Raises Failure."""
    yield from delays(run, on, live)
    if fault := _take(run, FailResource, on, live):
        raise Failure(fault.reason)


def delays(run: Run, on: On, live: Live) -> Steps[None]:
    """Take the time of a slow or hanging handler."""
    if slow := _take(run, SlowResource, on, live):
        yield slow.seconds
    if hang := _take(run, HangResource, on, live):
        yield from _hang(run, hang)


def _hang(run: Run, hang: HangResource) -> Steps[None]:
    """Wait until its time is over or, if it has none, until somebody clears the faults."""
    if hang.seconds is not None:
        yield hang.seconds
        return
    mark = HangResource(resource="", on=hang.on)
    run.world.faults.add(mark)
    while mark in run.world.faults:
        yield POLL


def _take(run: Run, kind: type[Any], on: On, live: Live) -> Any:
    """The fault for this step; a deletion that undoes something meets the faults of both kinds."""
    faults, facts = run.world.faults, {"resource": live.logical_id, "stack": run.stack.name}
    meets = (On.ROLLBACK, on) if run.undoing and on is not On.UPDATE else (on,)
    return next((found for each in meets if (found := faults.take(kind, on=each, **facts))), None)
