"""The activities of one browser: upload a GPX file, list, look at and delete what was uploaded."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response, status
from fastapi.concurrency import run_in_threadpool

from app.owner import KnownOwner, RememberedOwner
from app.storage import Activities, Activity, Entry
from app.tracks import NotATrack, Track, measure
from app.uploads import uploaded


def _activities(request: Request) -> Activities:
    activities: Activities = request.app.state.activities
    return activities


def _private(response: Response) -> None:
    """What a cookie opens must not be kept by a cache on the way."""
    response.headers["Cache-Control"] = "no-store"


Kept = Annotated[Activities, Depends(_activities)]

router = APIRouter(prefix="/activities", tags=["activities"], dependencies=[Depends(_private)])


@router.post("", status_code=status.HTTP_201_CREATED)
async def upload(
    data: Annotated[bytes, Depends(uploaded)],
    owner: RememberedOwner,
    kept: Kept,
    response: Response,
    filename: Annotated[str, Query()] = "",
) -> Activity:
    """The body is the GPX file itself; `filename` names the activity if the file does not."""
    track = await run_in_threadpool(_track, data, filename)
    activity = Activity.of(track, uploaded=datetime.now(UTC))
    await run_in_threadpool(kept.add, owner, activity)
    response.headers["Location"] = f"/api/activities/{activity.id}"
    return activity


def _track(data: bytes, filename: str) -> Track:
    from app.tracks.gpx import read  # only an upload waits for the parser

    try:
        track = measure(read(data))
    except NotATrack as error:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, str(error)) from error
    named = track.summary.name or PurePath(filename).stem.strip()[:200] or None
    return replace(track, summary=replace(track.summary, name=named))


@router.get("")
def recent(owner: KnownOwner, kept: Kept) -> list[Entry]:
    """Newest first; none for a browser that has not uploaded yet."""
    return kept.recent(owner) if owner else []


@router.get("/{id}")
def one(id: str, owner: KnownOwner, kept: Kept) -> Activity:
    activity = kept.get(owner, id) if owner else None
    if activity is None:
        raise _unknown(id)
    return activity


@router.delete("/{id}", status_code=status.HTTP_204_NO_CONTENT)
def delete(id: str, owner: KnownOwner, kept: Kept) -> None:
    if not (owner and kept.delete(owner, id)):
        raise _unknown(id)


def _unknown(id: str) -> HTTPException:
    return HTTPException(status.HTTP_404_NOT_FOUND, f"No activity of this browser has the id: {id}")
