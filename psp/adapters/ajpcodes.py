"""The numbers that AJP 1.3 has for methods, header names and attributes."""

from __future__ import annotations

METHODS = dict(
    enumerate(
        "OPTIONS GET HEAD POST PUT DELETE TRACE PROPFIND PROPPATCH MKCOL COPY MOVE LOCK"
        " UNLOCK ACL REPORT VERSION-CONTROL CHECKIN CHECKOUT UNCHECKOUT SEARCH"
        " MKWORKSPACE UPDATE LABEL MERGE BASELINE-CONTROL MKACTIVITY".split(),
        1,
    )
)

REQUEST_HEADERS = dict(
    enumerate(
        "Accept Accept-Charset Accept-Encoding Accept-Language Authorization Connection"
        " Content-Type Content-Length Cookie Cookie2 Host Pragma Referer"
        " User-Agent".split(),
        0xA001,
    )
)

ANSWER_HEADERS = {
    name: code
    for code, name in enumerate(
        "content-type content-language content-length date last-modified location"
        " set-cookie set-cookie2 servlet-engine status www-authenticate".split(),
        0xA001,
    )
}

#: Attributes, by what they are called here: variables of CGI in capital letters.
VARIABLES = {
    0x03: "REMOTE_USER",
    0x04: "AUTH_TYPE",
    0x05: "QUERY_STRING",
    0x0C: "secret",
    0x0D: "stored_method",
}
