"""Reading the console's forms."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

LARGEST_BYTES = 256 * 1024
_FORM = "application/x-www-form-urlencoded"


async def fields(request: web.Request) -> Mapping[str, str] | HTTPStatus:
    """The fields, trimmed; or why it is no form of ours. Of equal names the last one counts."""
    if request.content_type != _FORM:
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if request.content_length is None:
        return HTTPStatus.LENGTH_REQUIRED
    if request.content_length > LARGEST_BYTES:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return {name: value.strip() for name, value in (await request.post()).items() if isinstance(value, str)}
