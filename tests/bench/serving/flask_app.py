"""Flask + Jinja2, as one would write it; templates from the adapter."""

import os
import tempfile

from flask import Flask, render_template, request

from .. import adapters, workloads

W3 = workloads.WORKLOADS["W3"]
directory = tempfile.mkdtemp()
entry = adapters.load("jinja2_").write(directory, W3)
with open(os.path.join(directory, "tiny.html"), "w") as f:
    f.write("<p>Hello, {{ name }}!</p>\n")

application = Flask(__name__, template_folder=directory)
application.jinja_env.keep_trailing_newline = True


@application.route("/hello")
def hello():
    return "<p>Hello, World!</p>\n"


@application.route("/tiny")
def tiny():
    return render_template("tiny.html", name=request.args["name"])


@application.route("/page")
def page():
    return render_template(entry, **W3.context)
