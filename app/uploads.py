"""The bytes of an upload, bounded: on the way in and, if they are gzipped, on the way out of the gzip."""

import zlib

from fastapi import HTTPException, Request, status

from app.settings import Settings

GZIP = b"\x1f\x8b"  # RFC 1952; the bytes are believed, not a header that something on the way may have changed


async def uploaded(request: Request) -> bytes:
    """The body of the request, unpacked if it is gzipped; answers 413 or 422 if that is not possible."""
    settings: Settings = request.app.state.settings
    data = await _body(request, limit=settings.upload_limit)
    return _gunzip(data, limit=settings.gpx_limit) if data.startswith(GZIP) else data


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
    detail = f"This file is too large; the limit is {limit // 2**20} MB."
    return HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, detail)
