"""examine(): all checks, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import answers, leaks, requests
from .findings import Finding
from .patient import Patient

#: Those of ``answers`` are the last: they look at what the others have been answered.
CHECKS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    leaks.page_source,
    leaks.backups,
    leaks.hidden_files,
    leaks.strays,
    leaks.own_files,
    leaks.listings,
    requests.own_page,
    requests.forged_proxy,
    requests.underscores,
    requests.forwarded,
    requests.https_unseen,
    requests.authorization,
    requests.bodies,
    requests.head,
    answers.cookies,
    answers.https,
    answers.debug,
)


def examine(patient: Patient) -> list[Finding]:
    """Everything that the checks find, each thing once; raises OSError."""
    found = (finding for check in CHECKS for finding in check(patient))
    return list(dict.fromkeys(found))
