"""nginx, Apache and lighttpd of the system, each with a recipe and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from .recipes import Recipe
from .stage import USER, Stage

NGINX, APACHE, LIGHTTPD = "/usr/sbin/nginx", "/usr/sbin/apache2", "/usr/sbin/lighttpd"
MODULES = Path("/usr/lib/apache2/modules")

_NGINX = """
{user}
daemon off;
pid run/nginx.pid;
error_log log/error.log;
events {{ }}
http {{
    access_log off;
    include /etc/nginx/mime.types;
    client_body_temp_path run/body;
    proxy_temp_path run/proxy;
    fastcgi_temp_path run/fastcgi;
    scgi_temp_path run/scgi;
    uwsgi_temp_path run/uwsgi;
{recipe}
}}
"""

_APACHE = """
ServerRoot "{root}"
ServerName localhost
Listen 127.0.0.1:80
PidFile run/httpd.pid
DefaultRuntimeDir run
Mutex file:run default
ErrorLog log/error.log
TypesConfig /etc/mime.types
{user}
{modules}
StartServers 1
{threads}
MaxRequestWorkers 16
MaxConnectionsPerChild 0
<Directory />
    AllowOverride None
    Require all denied
</Directory>
{settings}
{recipe}
"""

_APACHE_SETTINGS = {
    "wsgi": "WSGISocketPrefix run/wsgi",
    "fcgid": "FcgidIPCDir run/fcgid\nFcgidProcessTableFile run/fcgid-table",
    "cgid": "ScriptSock cgid.sock",
    "python": "PythonOption mod_python.mutex_directory run",
}

_LIGHTTPD = """
server.modules = ()
server.document-root = "/srv/site/htdocs"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "/srv/site/log/error.log"
server.upload-dirs = ("/srv/site/run")
{recipe}
"""


def start_nginx(stage: Stage, recipe: Recipe) -> None:
    """nginx in the foreground."""
    user = "user root;" if os.getuid() == 0 else ""
    text = recipe.text.replace("include ", "include /etc/nginx/")
    conf = stage.write("nginx.conf", _NGINX.format(user=user, recipe=text))
    stage.run(NGINX, "-p", stage.root, "-e", stage.root / "log/error.log", "-c", conf)
    stage.wait_for("80")


def start_apache(stage: Stage, recipe: Recipe) -> None:
    """Apache in the foreground, with the threads of mpm_event unless it says else."""
    modules = recipe.modules
    mpm = [] if "mpm_prefork" in modules else ["mpm_event"]
    names = [*mpm, "authz_core", "mime", *modules]
    text = _APACHE.format(
        root=stage.root,
        user=f"User {USER}\nGroup {USER}" if os.getuid() == 0 else "",
        modules="\n".join(
            f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names
        ),
        threads="ThreadsPerChild 16" if mpm else "",
        settings="\n".join(_APACHE_SETTINGS.get(name, "") for name in names),
        recipe=recipe.text,
    )
    conf = stage.write("httpd.conf", text)
    stage.run(APACHE, "-f", conf, "-DFOREGROUND")
    stage.wait_for("80")


def start_lighttpd(stage: Stage, recipe: Recipe) -> None:
    """lighttpd in the foreground."""
    text = _LIGHTTPD.format(port=stage.port("80"), recipe=recipe.text)
    conf = stage.write("lighttpd.conf", text)
    stage.run(LIGHTTPD, "-D", "-f", conf)
    stage.wait_for("80")


WEBSERVERS = {
    "nginx": start_nginx,
    "apache": start_apache,
    "lighttpd": start_lighttpd,
}
