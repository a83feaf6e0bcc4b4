"""What serving has to reach, each as a ratio of two numbers of one run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Numbers = dict[str, float]
Results = dict[str, dict[str, list[Numbers]]]


@dataclass(frozen=True)
class Line:
    """A ratio and its limit: at most it, or at least it where ``more`` is better."""

    title: str
    limit: float
    ratio: Callable[[Results], float]
    more: bool = False

    def text(self, results: Results) -> tuple[str, str, str, str] | None:
        """Title, ratio, limit and whether it is met; None where a server is missing."""
        try:
            found = self.ratio(results)
        except (KeyError, ZeroDivisionError):
            return None
        met = found >= self.limit if self.more else found <= self.limit
        limit = f"{'at least' if self.more else 'at most'} {self.limit:g}"
        return self.title, f"{found:.2f}", limit, "yes" if met else "no"


def over(results: Results, server: str, url: str) -> float:
    """CPU per request of *url* over the server's bare hello of the same round."""
    return statistics.median(run["over"] for run in results[server][url])


def cpu(results: Results, server: str, url: str) -> float:
    """CPU per request of *url*."""
    return statistics.median(run["cpu"] for run in results[server][url])


def by_hand(server: str) -> Callable[[Results], float]:
    """W3 through psp against the same page written by hand, in one process."""
    return lambda r: over(r, server, "/page.psp") / over(r, server, "/page")


def original(results: Results) -> float:
    """W3 in mod_python against psp under gunicorn."""
    theirs = over(results, "mod_python psp", "/page-vars")
    return theirs / over(results, "gunicorn sync", "/page.psp")


def smallest(results: Results) -> float:
    """The smallest page through psp's server against waitress without any page."""
    pairs = zip(
        results["psp serve"]["/hello.psp"], results["waitress"]["/hello"], strict=True
    )
    return statistics.median(ours["cpu"] / bare["cpu"] for ours, bare in pairs)


def crowded(results: Results) -> float:
    """A page among ten thousand against one among ten."""
    runs = results["gunicorn sync"]
    pairs = zip(runs["/many.psp"], runs["/few.psp"], strict=True)
    return statistics.median(many["cpu"] / few["cpu"] for many, few in pairs)


LINES = (
    Line("W3 under gunicorn, over hello, by hand = 1", 0.7, by_hand("gunicorn sync")),
    Line("W3 under waitress, over hello, by hand = 1", 0.7, by_hand("waitress")),
    Line("W3 in mod_python, over hello, psp = 1", 8, original, more=True),
    Line("smallest page by psp serve, waitress's hello = 1", 1.4, smallest),
    Line("a page among 10,000, among 10 = 1", 1.05, crowded),
)


def rows(results: Results) -> Iterator[tuple[str, str, str, str]]:
    """The lines that *results* tell of."""
    for line in LINES:
        found = line.text(results)
        if found:
            yield found


def table(results: Results) -> Iterator[str]:
    """The lines as Markdown."""
    yield "| | ratio | limit | met |"
    yield "|---|--:|--:|---|"
    for row in rows(results):
        yield f"| {' | '.join(row)} |"
