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
    number = interface._late_count = interface._late_count + 1
    page = interface._page
    if interface._late is None:
        interface._late = []
    interface._late.append((number, function, page))
    if page is not None and page.page.options.nonce:
        interface._nonce_of_late = interface.nonce
    interface._output.write(_PLACE.format(number, escape(placeholder)))


def write_late(interface: PageInterface) -> None:
    """Send what has been written, then each deferred part as it is made.

    Of one that fails, over HTTP, only the placeholder is left. The scripts have the
    nonce where the site puts it on pages, or where a page has asked for it.
    """
    nonce = interface._nonce_of_late or interface._nonce
    attribute = f' nonce="{escape(nonce)}"' if nonce else ""
    output = interface._output
    while interface._late:
        output.flush()
        number, function, interface._page = interface._late.pop(0)
        part = _made(interface, function)
        if part is not None:
            output.write(
                f"{_LATE.format(number)}{part}{_MOVE.format(number, attribute)}"
            )


def _made(interface: PageInterface, function: Callable[[], Any]) -> str | None:
    """What *function* writes, None if it fails and somebody has taken note of it."""
    output, waiting = interface._output, interface._late
    depth, others = output.depth, len(waiting or ())
    output.begin()
    try:
        function()
    except Exception as error:
        output.unwind(depth + 1)
        output.end()
        del (waiting or [])[others:]  # their placeholders are gone
        if not interface._note_late(error):
            raise
        return None
    return output.end()
