"""A body with one file in it, held in memory: its size is bounded before it comes here (`buffering.py`, `whole_body.py`)."""
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from foundation.http.parsing import TooLarge

FIELD = "file"


@dataclass(frozen=True)
class Received:
    """A file as it came; `name` is what its sender says, its folders apart."""

    name: str
    content: bytes


class InMemory(FileUploadHandler):
    """Keeps one file of at most `most` bytes; raises TooLarge as soon as there is one more, and a validation error for a second file."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.received: Received | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self.received is not None:
            raise unexpected()
        self.parts: list[bytes] = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > self.most:
            raise TooLarge(f"The file is larger than {self.most // 1024**2} MB.")
        self.parts.append(bytes(raw_data))

    def file_complete(self, file_size: int) -> None:
        self.received = Received(self.file_name or "", b"".join(self.parts))

    def upload_interrupted(self) -> None:
        self.received = None


def unexpected() -> ValidationError:
    return ValidationError({FIELD: [f"Send one file, as the part `{FIELD}`, and nothing else."]})


def received(request: Request) -> Received:
    """The file of a request whose parser is `one_file`."""
    data: Any = request.data
    if not isinstance(data, dict) or FIELD not in data:  # no body at all
        raise unexpected()
    file: Received = data[FIELD]
    return file


@cache
def one_file(most: int) -> type[BaseParser]:
    """A parser of multipart/form-data whose data is {"file": Received}."""

    class OneFile(BaseParser):
        media_type = "multipart/form-data"

        def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Received]:
            request, handler = parser_context["request"], InMemory(most)
            try:
                fields, _ = MultiPartParser(request.META, stream, [handler], "utf-8").parse()
            except MultiPartParserError as error:
                raise ParseError(f"The body is not valid multipart/form-data: {error}.") from None
            except RequestDataTooBig:
                raise TooLarge("The request is larger than 1 MB without its file.") from None
            except TooManyFieldsSent:
                raise unexpected() from None
            if fields or handler.received is None:
                raise unexpected()
            return {FIELD: handler.received}

    return OneFile
