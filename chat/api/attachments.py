"""Files over REST: uploaded, taken back, and shown to those who see the conversation."""
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat import wire
from chat.api import serializers
from chat.attachments import actions, files, kinds, queries
from chat.limits import UPLOADS
from chat.models import Attachment
from foundation.errors import NotFound
from foundation.http import content
from foundation.http.multipart import one_file, received
from foundation.http.views import ApiView
from foundation.units import unit_of_work


class Uploads(ApiView):
    own_units = True
    own_key = True
    parser_classes = [one_file(kinds.MOST_BYTES)]

    @extend_schema(request=serializers.NewUpload, responses={201: serializers.ATTACHMENT})
    def post(self, request: Request) -> Response:
        """Upload a file for a message that is still to be sent. Until then only you see it; what is not sent within a day is removed."""
        actor = self.actor
        UPLOADS.check(actor.id)
        file = received(request)
        row = actions.upload(actor=actor, given=actions.Upload(file.name, file.content))
        return Response(msgspec.to_builtins(wire.attachment(**queries.described(row)), enc_hook=str), 201)


class Upload(ApiView):
    @extend_schema(responses={200: serializers.Discarded})
    def delete(self, request: Request, upload: UUID) -> Response:
        """Remove a file of yours that was not sent. What was sent goes with its message."""
        actions.discard(actor=self.actor, attachment=upload)
        return Response({"id": upload})


RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, required=False, description="One range of bytes.")


def found(*media_types: str) -> dict[Any, Any]:
    """What the schema says of files of these types."""
    whole_or_part = {(status, media_type): OpenApiTypes.BINARY for status in (200, 206) for media_type in media_types}
    return {**whole_or_part, 304: OpenApiResponse(description="It is what `If-None-Match` says."),
            416: OpenApiResponse(description="The range begins behind the end.")}


class File(ApiView):
    own_units = True
    content_negotiation_class = content.Anything

    @extend_schema(parameters=[RANGE], responses=found(*kinds.MEDIA_TYPES))
    def get(self, request: Request, attachment: UUID) -> HttpResponseBase:
        """The file, for those who see its message; until it is sent, for its uploader. A picture may be shown, a document is a download."""
        actor = self.actor
        with unit_of_work(actor):
            row = queries.get(actor, attachment)
        return shown(request, row)


class Thumbnail(ApiView):
    own_units = True
    content_negotiation_class = content.Anything

    @extend_schema(parameters=[RANGE], responses=found("image/webp"))
    def get(self, request: Request, attachment: UUID) -> HttpResponseBase:
        """A picture's small WebP, at most 480 pixels wide and high."""
        actor = self.actor
        with unit_of_work(actor):
            row = queries.get(actor, attachment)
        if not row.has_thumbnail:
            raise NotFound("This file has no thumbnail.")
        return small(request, row)


def shown(request: Request, row: Attachment) -> HttpResponseBase:
    about = content.About(media_type=row.media_type, name=row.name, etag=bytes(row.digest or b"").hex(),
                          download=row.media_type not in kinds.PICTURES)
    return answered(request, row.key, about)


def small(request: Request, row: Attachment) -> HttpResponseBase:
    about = content.About(media_type="image/webp", name=f"{row.name}.webp", etag=f"{bytes(row.digest or b'').hex()}-small", download=False)
    return answered(request, row.key + files.THUMBNAIL, about)


def answered(request: Request, key: str, about: content.About) -> HttpResponseBase:
    """The bytes, outside of any unit of work; NotFound where they were removed in this moment."""
    try:
        return content.answer(request._request, about, partial(files.open_file, key))
    except FileNotFoundError:
        raise queries.nothing() from None
