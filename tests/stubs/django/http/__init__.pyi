from collections.abc import Callable, Iterable
from http.cookies import SimpleCookie
from typing import Any

class HttpRequest:
    META: dict[str, Any]
    COOKIES: dict[str, str]
    path: str
    scheme: str
    user: Any

class HttpResponseBase:
    status_code: int
    reason_phrase: str
    headers: dict[str, str]
    cookies: SimpleCookie
    _resource_closers: list[Callable[[], object]]

class HttpResponse(HttpResponseBase):
    def __init__(self, content: bytes) -> None: ...

class StreamingHttpResponse(HttpResponseBase):
    def __init__(self, streaming_content: Iterable[bytes]) -> None: ...
