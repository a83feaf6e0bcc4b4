# -*- coding: iso-8859-1 -*-
import md5

BadLogin = "bad login"

users = {"ada": md5.new("secret").hexdigest()}


def check(name, password):
    # Grüße
    if not users.has_key(name):
        raise BadLogin, "who is %s?" % name
    if md5.new(password).hexdigest() <> users[name]:
        raise BadLogin, "wrong password"
