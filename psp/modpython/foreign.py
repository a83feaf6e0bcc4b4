"""Requests of Apache's own mod_python, and the ``req`` that stands for one here.

Handlers and modules of this package can be given either: inside Apache those of a
site hold the request that Apache made, while pages get one of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

from ..http import exchange

if TYPE_CHECKING:
    _Base = exchange.mp_request
else:
    _Base = object

Answer = Callable[[Any], int]


class Adopted(_Base):
    """A ``req`` that stands for a request of Apache."""

    def deliver(self) -> None:
        """Hand over to Apache what was written here, without flushing it."""
        raise NotImplementedError


def adopt(req: Any) -> Any:
    """*req* itself if it is ours, otherwise the ``req`` that stands for it."""
    if isinstance(req, exchange.mp_request | Adopted):
        return req
    from .host import request_of

    return request_of(req)


def served(answer: Answer) -> Answer:
    """The handler *answer*, which Apache can call as well."""

    @wraps(answer)
    def handler(req: Any) -> int:
        if isinstance(req, exchange.mp_request | Adopted):
            return answer(req)
        from .host import serve

        return serve(answer, req)

    return handler


@contextmanager
def lent(req: exchange.mp_request, by: Any) -> Iterator[None]:
    """While it lasts *req* stands for *by*, which its owner goes on to write to."""
    try:
        yield
    finally:
        if req is not by and isinstance(req, Adopted):
            req.deliver()
