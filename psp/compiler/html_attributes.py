"""What the values of attributes are, and what is inside elements, by their names.

From the attribute index of the HTML standard and SVG 2.
"""

from __future__ import annotations

import re

_URLS = frozenset(
    "action archive background cite classid codebase data formaction href icon "
    "longdesc manifest ping poster profile src usemap hx-delete hx-get hx-patch "
    "hx-post hx-push-url hx-put hx-replace-url".split()
)
_ANIMATED = frozenset(("to", "from", "by"))
_ANIMATIONS = frozenset(("set", "animate", "animatetransform", "animatemotion"))
_SCRIPTS = frozenset(
    "module text/javascript application/javascript text/ecmascript "
    "application/ecmascript text/jscript text/livescript text/x-javascript "
    "text/x-ecmascript application/x-javascript application/x-ecmascript "
    "importmap speculationrules".split()
)

#: Code of Alpine.js, Vue and htmx, which they run as it stands.
_CODE = frozenset(
    "hx-headers hx-vals hx-vars v-else-if v-for v-html v-if v-model v-show v-slot "
    "v-text x-data x-effect x-for x-html x-id x-if x-init x-model x-modelable x-show "
    "x-text".split()
)
_MODIFIERS = re.compile(r"[.:].*", re.DOTALL)
_CODE_STARTS = ("@", ":", "on", "hx-on", "x-on:", "x-bind:", "v-on:", "v-bind:")

#: Elements whose content has no tags in it.
RAW_ELEMENTS = frozenset(
    "script style textarea title iframe noembed noframes xmp plaintext".split()
)


def value_of(element: str, attribute: str, refresh: bool) -> str:
    """What the value of *attribute* is: plain, url, urls, srcset, srcdoc, script,
    style, refresh, or fixed, which no expression may change.
    """
    name = attribute
    if name.startswith("data-hx-"):  # another spelling of htmx's
        name = name.removeprefix("data-")
    if name.startswith("xmlns"):
        return "url"
    if name.startswith(_CODE_STARTS) or _MODIFIERS.sub("", name) in _CODE:
        return "script"
    if ":" in name:
        name = name.rpartition(":")[2]
        if name.startswith("on"):
            return "script"
    if name == "style":
        return "style"
    if name in _URLS:
        return "url"
    if name in ("srcset", "imagesrcset"):
        return "srcset"
    if name == "srcdoc":
        return "srcdoc"
    if element in _ANIMATIONS:
        if name == "attributename":
            return "fixed"
        if name == "values":
            return "urls"
        return "url" if name in _ANIMATED else "plain"
    if element == "meta":
        if name == "http-equiv":
            return "fixed"
        return "refresh" if name == "content" and refresh else "plain"
    return "fixed" if element == "script" and name == "type" else "plain"


def content_of(element: str, kind: str) -> str:
    """What is inside a raw *element* whose ``type`` is *kind*."""
    if element == "style":
        return "style"
    if element != "script":
        return "plain"
    kind = kind.partition(";")[0].strip().lower()
    if (
        not kind
        or kind in _SCRIPTS
        or kind == "json"
        or kind.endswith(("+json", "/json"))
    ):
        return "script"
    return "plain"
