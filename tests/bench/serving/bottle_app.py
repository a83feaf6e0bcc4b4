"""Bottle + SimpleTemplate."""

import os
import tempfile

import bottle

from .. import adapters, workloads

W3 = workloads.WORKLOADS["W3"]
directory = tempfile.mkdtemp()
entry = adapters.load("bottle_").write(directory, W3)
with open(os.path.join(directory, "tiny.tpl"), "w") as f:
    f.write("<p>Hello, {{name}}!</p>\n")
bottle.TEMPLATE_PATH[:] = [directory]

application = bottle.Bottle()


@application.route("/hello")
def hello():
    return "<p>Hello, World!</p>\n"


@application.route("/tiny")
def tiny():
    return bottle.template("tiny", name=bottle.request.query["name"])


@application.route("/page")
def page():
    return bottle.template(entry, **W3.context)
