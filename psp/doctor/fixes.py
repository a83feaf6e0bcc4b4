"""What to do about a finding, by the server that answers."""

from __future__ import annotations

#: How servers call themselves, and how `psp hosting` does.
SERVERS = {
    "nginx": "nginx",
    "apache": "apache",
    "lighttpd": "lighttpd",
    "gunicorn": "gunicorn",
    "uvicorn": "uvicorn",
    "granian": "granian",
    "cheroot": "cheroot",
    "waitress": "waitress",
    "psp": "serve",
}
_BY_PSP = {
    "nginx": "Drop root, alias and try_files: location / hands everything to psp, "
    "which knows what may be sent (psp hosting nginx-http).",
    "apache": "Hand everything to psp with ProxyPass / or WSGIScriptAlias /, and leave "
    "no Alias or <FilesMatch> beside it (psp hosting apache-http).",
    "lighttpd": 'Give psp the whole site, proxy.server = ("" => ...), not pages alone '
    "(psp hosting lighttpd-http).",
    "": "Let psp answer for everything below /, it knows what may be sent.",
}
_OUTSIDE = {"": "Move it out of the document root, and make a new one: it is known."}
_FIXES: dict[str, dict[str, str]] = {
    "source": _BY_PSP,
    "backup": _BY_PSP,
    "file": _BY_PSP,
    "cache": _BY_PSP,
    "repository": _BY_PSP,
    "settings": _BY_PSP,
    "sessions": _OUTSIDE,
    "key": _OUTSIDE,
    "listing": {
        "nginx": "autoindex off;",
        "apache": "Options -Indexes",
        "lighttpd": 'dir-listing.activate = "disable"',
        "": "Switch listings of folders off.",
    },
    "proxy-header": {
        "nginx": 'proxy_set_header Proxy ""; or fastcgi_param HTTP_PROXY "";',
        "apache": "RequestHeader unset Proxy early",
        "": "Drop the header Proxy before it gets to CGI programs.",
    },
    "underscores": {
        "nginx": "underscores_in_headers off;",
        "": "Drop headers with underscores in their names; until then no page and no "
        "proxy setting may rely on a header that visitors can send.",
    },
    "forwarded": {
        "nginx": "proxy_set_header X-Forwarded-For $remote_addr; X-Forwarded-Proto "
        "$scheme; X-Forwarded-Host $http_host; and trusted_proxies is nginx alone.",
        "apache": "RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}, and "
        "trusted_proxies is Apache alone.",
        "": "Take the address out of trusted_proxies, or have the proxy set all of "
        "X-Forwarded-For, -Proto and -Host itself.",
    },
    "https-unseen": {
        "nginx": "proxy_set_header X-Forwarded-Proto $scheme; and nginx in "
        "trusted_proxies.",
        "apache": "RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}, and "
        "Apache in trusted_proxies.",
        "": "Have the proxy set X-Forwarded-Proto and name it in trusted_proxies.",
    },
    "authorization": {
        "nginx": "Take proxy_set_header Authorization or fastcgi_param "
        "HTTP_AUTHORIZATION out.",
        "apache": "CGIPassAuth On, or WSGIPassAuthorization On",
        "": "Have the server pass Authorization on.",
    },
    "body": {
        "nginx": "Take proxy_pass_request_body off and proxy_set_header "
        "Content-Length out.",
        "": "Have the server pass bodies on, and refuse with 411 those it cannot.",
    },
    "head": {"": "Let HEAD through wherever GET goes."},
    "cookie-httponly": {
        "nginx": "Take proxy_cookie_flags out; psp sets the flags.",
        "": "Set HttpOnly on cookies that stand for a visitor; for the session of psp, "
        "session.http_only = true.",
    },
    "cookie-samesite": {
        "nginx": "Take proxy_cookie_flags out; psp sets the flags.",
        "": "Set SameSite=Lax on cookies that stand for a visitor; for the session of "
        'psp, session.same_site = "lax".',
    },
    "cookie-secure": {
        "": "Have pages know of HTTPS (X-Forwarded-Proto, trusted_proxies): then the "
        "session cookie is Secure."
    },
    "no-https": {
        "nginx": "return 301 https://$host$request_uri;",
        "apache": "Redirect permanent / https://...",
        "": "Redirect everything to HTTPS.",
    },
    "hsts": {
        "nginx": 'add_header Strict-Transport-Security "max-age=31536000" always;',
        "apache": "Header always set Strict-Transport-Security max-age=31536000",
        "lighttpd": 'setenv.set-response-header = ("Strict-Transport-Security" => '
        '"max-age=31536000")',
        "": "Send Strict-Transport-Security: max-age=31536000.",
    },
    "debug": {"": "psp serve --prod, or development = false in psp.toml."},
    "plant": {"": "Is --root the folder that this URL serves, and read when changed?"},
}

#: What nothing can be done about: kind and host.
KNOWN = {("underscores", "lighttpd"), ("underscores", "granian")}


def host_of(server: str) -> str:
    """The host as `psp hosting` calls its beginning, by the header *server*; or ""."""
    name = server.lower()
    return next((host for word, host in SERVERS.items() if name.startswith(word)), "")


def fix_for(kind: str, host: str) -> str:
    """What to do about a finding of *kind* at *host*."""
    fixes = _FIXES[kind]
    return fixes.get(host) or fixes[""]
