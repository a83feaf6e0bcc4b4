"""Python 2 to the syntax of Python 3, by the fixers of fissix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .code import is_python3

if TYPE_CHECKING:
    from fissix.pgen2.driver import Driver
    from fissix.pytree import Node
    from fissix.refactor import RefactoringTool

#: For text that cannot be Python 3. To what can they would do harm: a second time
#: ``print(a, b)`` is no longer a tuple, and ``"\\u00e9"`` is one letter.
_ONCE = (
    "apply except exec execfile input ne numliterals paren print repr tuple_params"
    " unicode"
)
#: For any text: what they make they leave alone.
_ALWAYS = (
    "funcattrs import imports2 isinstance metaclass methodattrs nonzero throw"
    " xreadlines"
)
#: In place of fissix's of the same names.
_OURS = "imports raise urllib"

MISSING = "psp migrate needs fissix: python -m pip install 'psp[migrate]'"


class Unreadable(Exception):
    """Text that is Python neither of 2 nor of 3; the place counts from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1):
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class Converter:
    """The fixers, made ready once; raises ImportError where fissix is missing."""

    def __init__(self) -> None:
        from fissix import pygram, pytree
        from fissix.pgen2.driver import Driver

        self._old = _tool(f"{_ONCE} {_ALWAYS}")
        self._new = _tool(_ALWAYS)
        self._statements = Driver(pygram.python_grammar, pytree.convert)
        no_print = pygram.python_grammar_no_print_statement
        self._print_function = Driver(no_print, pytree.convert)
        functions = pygram.python_grammar_no_print_and_exec_statement
        self._functions = Driver(functions, pytree.convert)

    def convert(self, text: str, filename: str) -> str:
        """*text*, the content of *filename*, as the fixers leave it.

        Text that Python 3 reads is taken for Python 3: its ``print`` is a function.
        Raises Unreadable.
        """
        try:
            if is_python3(text):
                return self._run(self._new, self._functions, text, filename)
        except Unreadable:
            return text  # newer than the grammar of fissix
        return self._run(self._old, self._driver(text), text, filename)

    def check(self, text: str) -> None:
        """Raises Unreadable if *text* is Python neither of 2 nor of 3."""
        if not is_python3(text):
            _parse(self._driver(text), text)

    def _driver(self, text: str) -> Driver:
        """What parses *text*, which is Python 2."""
        has_function = "print_function" in _features(text)
        return self._print_function if has_function else self._statements

    def _run(
        self, tool: RefactoringTool, driver: Driver, text: str, filename: str
    ) -> str:
        tree = _parse(driver, text)
        try:
            tool.refactor_tree(tree, filename)
            return str(tree)
        except Exception as error:
            message = f"fissix fails on this: {type(error).__name__}: {error}"
            raise Unreadable(message) from error


def _tool(fixers: str) -> RefactoringTool:
    from fissix.refactor import RefactoringTool

    names = [f"fissix.fixes.fix_{name}" for name in fixers.split()]
    return RefactoringTool(
        names + [f"{__package__}.fixers.fix_{name}" for name in _OURS.split()]
    )


def _parse(driver: Driver, text: str) -> Node:
    """The tree of *text*, whose last line ends as every line does."""
    from fissix.pgen2.parse import ParseError
    from fissix.pgen2.tokenize import TokenError

    try:
        tree = driver.parse_string(text)
        is_whole = str(tree) == text
    except ParseError as error:
        line, column = error.context[1]
        message = "neither Python 2 nor 3 can read this"
        raise Unreadable(message, line, column + 1) from None
    except TokenError as error:
        message, (line, column) = error.args
        raise Unreadable(message, line, column + 1) from None
    except IndentationError as error:
        raise Unreadable(error.msg, error.lineno or 1, error.offset or 1) from None
    except (AssertionError, RecursionError) as error:
        raise Unreadable(f"fissix cannot read this: {error}") from None
    if not is_whole:
        raise Unreadable("fissix cannot read this as it is written")
    tree.future_features = _features(text)
    return tree


def _features(text: str) -> frozenset[str]:
    """What *text* imports from the future."""
    from fissix.refactor import _detect_future_features

    try:
        return _detect_future_features(text)
    except Exception:  # whatever comes of text that cannot be split into tokens
        return frozenset()
