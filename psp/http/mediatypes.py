"""Media types of the files that are sent as they are.

A table of our own: what ``mimetypes`` answers depends on the machine.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

OCTETS = "application/octet-stream"
_UTF8 = "; charset=utf-8"

#: Extension, lower case, to Content-Type. HTML and XML name their charset themselves.
MEDIA_TYPES: Mapping[str, str] = {
    ".7z": "application/x-7z-compressed",
    ".aac": "audio/aac",
    ".apng": "image/apng",
    ".atom": "application/atom+xml",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".bz2": "application/x-bzip2",
    ".css": "text/css" + _UTF8,
    ".csv": "text/csv" + _UTF8,
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".eot": "application/vnd.ms-fontobject",
    ".epub": "application/epub+zip",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".gz": "application/gzip",
    ".htm": "text/html",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".ics": "text/calendar" + _UTF8,
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript" + _UTF8,
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".jxl": "image/jxl",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".map": "application/json",
    ".md": "text/markdown" + _UTF8,
    ".mid": "audio/midi",
    ".mjs": "text/javascript" + _UTF8,
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".mpeg": "video/mpeg",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opus": "audio/opus",
    ".otf": "font/otf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument"
    ".presentationml.presentation",
    ".rss": "application/rss+xml",
    ".rtf": "application/rtf",
    ".svg": "image/svg+xml",
    ".tar": "application/x-tar",
    ".tgz": "application/gzip",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".ttf": "font/ttf",
    ".txt": "text/plain" + _UTF8,
    ".vcf": "text/vcard" + _UTF8,
    ".vtt": "text/vtt" + _UTF8,
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".webm": "video/webm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xhtml": "application/xhtml+xml",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".xsl": "application/xml",
    ".xz": "application/x-xz",
    ".zip": "application/zip",
    ".zst": "application/zstd",
}
