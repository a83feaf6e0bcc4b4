"""Deferred parts: a placeholder now, the part itself at the end of the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .escape import escape

if TYPE_CHECKING:
    from .interface import PageInterface

_PLACE = '<span id="psp-place-{0}">{1}</span>'
_LATE = '<template id="psp-late-{0}">'
_MOVE = (
    "</template><script{1}>(function(d,t){{t=d.getElementById('psp-late-{0}');"
    "d.getElementById('psp-place-{0}').replaceWith(t.content);t.remove()}})(document)"
    "</script>"
)


def defer(
    interface: PageInterface, function: Callable[[], Any], placeholder: object
) -> None:
    """Write *placeholder* here, and have *function* write its part at the end."""
    waiting = interface._late
    if waiting is None:
        waiting = interface._late = []
    waiting.append((function, interface._page))
    number = interface._late_count = interface._late_count + 1
    page = interface._page
    if page is not None and page.page.options.nonce:
        interface._nonce_of_late = interface.nonce
    interface._output.write(_PLACE.format(number, escape(placeholder)))


def write_late(interface: PageInterface) -> None:
    """Send what has been written, then each deferred part as it is made."""
    nonce = interface._nonce_of_late
    attribute = f' nonce="{escape(nonce)}"' if nonce else ""
    output, number = interface._output, 0
    while interface._late:
        output.flush()
        function, interface._page = interface._late.pop(0)
        number += 1
        output.write(_LATE.format(number))
        function()
        output.write(_MOVE.format(number, attribute))
