"""Whose activities: the browser's.

There are no accounts. The first upload gives the browser a random id in a cookie that scripts cannot read and other
sites cannot send; a list of everybody's recent tracks would tell strangers where people live.
"""

import re
from secrets import token_urlsafe
from typing import Annotated

from fastapi import Cookie, Depends, HTTPException, Request, Response, status

_OURS = {None, "same-origin", "none"}  # what a browser says of a request that no other site has caused
_OWNER = re.compile(r"[A-Za-z0-9_-]{22}")


def known_owner(owner: Annotated[str | None, Cookie()] = None) -> str | None:
    """The id that this browser was given, if it was."""
    return owner if owner and _OWNER.fullmatch(owner) else None


def remembered_owner(request: Request, response: Response, known: Annotated[str | None, Depends(known_owner)]) -> str:
    """The id of this browser from now on, kept for as long as what it owns.

    `Secure` everywhere but on http://, which only a developer's machine speaks. A form on another site could otherwise
    give the browser a new id, and so take its list away.
    """
    if request.headers.get("sec-fetch-site") not in _OURS:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Files are taken from this site's own page only.")
    owner = known or token_urlsafe(16)
    response.set_cookie(
        "owner",
        owner,
        max_age=int(request.app.state.settings.kept.total_seconds()),
        path="/api",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return owner


KnownOwner = Annotated[str | None, Depends(known_owner)]
RememberedOwner = Annotated[str, Depends(remembered_owner)]
