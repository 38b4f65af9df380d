"""The bytes of an upload, bounded: on the way in and, if they are gzipped, on the way out of the gzip."""

import zlib

from fastapi import HTTPException, Request, status

from app.settings import Settings


async def uploaded(request: Request) -> bytes:
    """The body of the request, unpacked; answers 413, 415 or 422 if that is not possible."""
    settings: Settings = request.app.state.settings
    match request.headers.get("content-encoding", "identity").lower():
        case "identity":
            return await _body(request, limit=settings.upload_limit)
        case "gzip":
            return _gunzip(await _body(request, limit=settings.upload_limit), limit=settings.gpx_limit)
        case other:
            raise HTTPException(
                status.HTTP_415_UNSUPPORTED_MEDIA_TYPE,
                f"Send the file as it is or gzipped; Content-Encoding was: {other}",
            )


async def _body(request: Request, *, limit: int) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise _too_large(limit)
    return bytes(received)


def _gunzip(data: bytes, *, limit: int) -> bytes:
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        unpacked = unpacking.decompress(data, limit + 1)
    except zlib.error as error:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, f"The gzipped file is damaged: {error}") from error
    if len(unpacked) > limit:
        raise _too_large(limit)
    return unpacked


def _too_large(limit: int) -> HTTPException:
    return HTTPException(
        status.HTTP_413_CONTENT_TOO_LARGE, f"This file is too large; the limit is {limit // 2**20} MB."
    )
