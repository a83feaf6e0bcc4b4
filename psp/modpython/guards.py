"""The rules of access that published modules and objects carry.

``__auth_realm__``, ``__auth__`` and ``__access__`` of a module, an object, or inside a
function: there they are nested functions, or values assigned to these names.
"""

from __future__ import annotations

import ast
import hmac
from base64 import b64decode
from collections.abc import Callable
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from ..http.exchange import mp_request
from .apache import SERVER_RETURN
from .constants import HTTP_BAD_REQUEST, HTTP_FORBIDDEN, HTTP_UNAUTHORIZED

REALM, AUTH, ACCESS = "__auth_realm__", "__auth__", "__access__"
_NAMES = (REALM, AUTH, ACCESS)
_MISSING = object()


class _Credentials(NamedTuple):
    user: str
    password: str


def check_access(req: mp_request, found: Any) -> None:
    """Return if the rules of *found* let the visitor in; SERVER_RETURN if not.

    401 where ``__auth__`` is not content, 403 where ``__access__`` is not, 400 for
    credentials that cannot be read.
    """
    rules = rules_of(found)
    if AUTH not in rules and ACCESS not in rules:
        return
    given = _credentials(req)
    if AUTH in rules and not _is_known(req, rules[AUTH], given):
        realm = str(rules.get(REALM, "unknown")).replace("\\", "").replace('"', "'")
        req.err_headers_out["WWW-Authenticate"] = f'Basic realm="{realm}"'
        raise SERVER_RETURN(HTTP_UNAUTHORIZED)
    if ACCESS in rules and not _is_allowed(req, rules[ACCESS], given):
        raise SERVER_RETURN(HTTP_FORBIDDEN)


def rules_of(found: Any) -> dict[str, Any]:
    """The rules that *found* has, by name."""
    rules = {}
    for name in _NAMES:
        value = getattr(found, name, _MISSING)
        if value is not _MISSING:
            rules[name] = value
    function = getattr(found, "__func__", found)
    if isinstance(function, FunctionType):
        for name, make in _nested(function.__code__):
            rules[name] = make(function)
    return rules


def _is_known(req: mp_request, rule: Any, given: _Credentials | None) -> bool:
    if given is None:
        return False
    if callable(rule):
        return bool(rule(req, given.user, given.password))
    if isinstance(rule, dict):
        wanted = str(rule.get(given.user, ""))
        same = hmac.compare_digest(wanted.encode(), given.password.encode())
        return given.user in rule and same
    return bool(rule)


def _is_allowed(req: mp_request, rule: Any, given: _Credentials | None) -> bool:
    user = given.user if given is not None else None
    if callable(rule):
        return bool(rule(req, user))
    if isinstance(rule, list | tuple | set | frozenset):
        return user in rule
    return bool(rule)


def _credentials(req: mp_request) -> _Credentials | None:
    """What the Authorization header says (RFC 7617); None without one."""
    header = req.headers_in.combined("Authorization")
    kind, _, token = header.partition(" ")
    if not header:
        return None
    if kind.lower() != "basic":
        raise SERVER_RETURN(HTTP_BAD_REQUEST)
    try:
        data = b64decode(token.strip().encode("ascii"), validate=True)
    except ValueError:
        raise SERVER_RETURN(HTTP_BAD_REQUEST) from None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    user, colon, password = text.partition(":")
    if not colon:
        raise SERVER_RETURN(HTTP_BAD_REQUEST)
    return _Credentials(user, password)


# rules inside of functions

Make = Callable[[FunctionType], Any]


@lru_cache(maxsize=1000)
def _nested(code: CodeType) -> tuple[tuple[str, Make], ...]:
    """The rules in a function, and how each is made of the function.

    They are taken from its source, since the function itself must not run before they
    are met. RuntimeError where the source cannot be had.
    """
    mentioned = {*code.co_varnames, *code.co_cellvars}.intersection(_NAMES)
    if not mentioned:
        return ()
    body = _body_of(code)
    found: dict[str, Make] = {}
    for statement in body:
        if isinstance(statement, ast.FunctionDef) and statement.name in _NAMES:
            found[statement.name] = _function_rule(code, statement.name)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name) and target.id in _NAMES:
                    found[target.id] = _value_rule(code, statement.value)
    missing = mentioned.difference(found)
    if missing:
        names = " and ".join(sorted(missing))
        raise RuntimeError(f"{code.co_name}: {names} must stand at its outer level")
    return tuple(found.items())


def _body_of(code: CodeType) -> list[ast.stmt]:
    """The statements of the function that *code* is of."""
    try:
        with open(code.co_filename, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError) as error:
        text = f"the rules of access in {code.co_name} cannot be read"
        raise RuntimeError(text) from error
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if node.name == code.co_name and first == code.co_firstlineno:
                return node.body
    raise RuntimeError(f"the rules of access in {code.co_name} cannot be found")


def _function_rule(code: CodeType, name: str) -> Make:
    """A nested function; one that needs the variables around it cannot be made."""
    inner = next(
        const
        for const in code.co_consts
        if isinstance(const, CodeType) and const.co_name == name
    )
    if inner.co_freevars:
        raise RuntimeError(f"{name} in {code.co_name} uses names of its function")
    return lambda function: FunctionType(inner, function.__globals__, name)


def _value_rule(code: CodeType, value: ast.expr) -> Make:
    """What is assigned, in the names of the module."""
    expression = compile(ast.Expression(value), code.co_filename, "eval")
    return lambda function: eval(expression, function.__globals__)
