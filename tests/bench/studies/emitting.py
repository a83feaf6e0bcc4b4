"""How text leaves a page, and how the pieces become one string."""

import collections
import io

from .. import workloads
from .topics import TOPICS, loop, topic, variants


def outputs(workload):
    return variants(
        workload,
        *[
            f"loc-{o}-in"
            for o in (
                "met",
                "app",
                "ext",
                "iadd",
                "fst",
                "fstm",
                "pct",
                "yld",
                "yfst",
                "sio",
                "siof",
                "cat",
                "lfl",
                "req",
            )
        ],
    )


for _w in ("W1", "W2", "W3", "W4", "W5"):
    TOPICS["output_" + _w] = lambda w=_w: outputs(w)


@topic
def emit():
    """1000 times text, value, text of a run."""
    values = [f"value {i}" for i in range(1000)]

    class Out:
        def __init__(self):
            self.buffer = []

        def write(self, s, flush=1):
            self.buffer.append(s)

    class Slots:
        __slots__ = ("write",)

        def __init__(self, write):
            self.write = write

    d = {"values": values}
    return {
        "o.append x3": loop(
            "o.append('<td>'); o.append(v); o.append('</td>')", "o = []", **d
        ),
        "w = o.append; w x3": loop("w('<td>'); w(v); w('</td>')", "w = [].append", **d),
        "o.append(f'')": loop("o.append(f'<td>{v}</td>')", "o = []", **d),
        "w(f'')": loop("w(f'<td>{v}</td>')", "w = [].append", **d),
        "o.extend(tuple)": loop("o.extend(('<td>', v, '</td>'))", "o = []", **d),
        "o += tuple": loop("o += ('<td>', v, '</td>')", "o = []", **d),
        "o += list": loop("o += ['<td>', v, '</td>']", "o = []", **d),
        "w('' % v)": loop("w('<td>%s</td>' % (v,))", "w = [].append", **d),
        "w(''.join(tuple))": loop(
            "w(''.join(('<td>', v, '</td>')))", "w = [].append", **d
        ),
        "w('<td>' + v + '</td>')": loop(
            "w('<td>' + v + '</td>')", "w = [].append", **d
        ),
        "StringIO.write x3": loop(
            "w('<td>'); w(v); w('</td>')", "w = io.StringIO().write", io=io, **d
        ),
        "StringIO.write(f'')": loop(
            "w(f'<td>{v}</td>')", "w = io.StringIO().write", io=io, **d
        ),
        "deque.append x3": loop(
            "w('<td>'); w(v); w('</td>')",
            "w = collections.deque().append",
            collections=collections,
            **d,
        ),
        "req.write x3, Python method": loop(
            "q.write('<td>'); q.write(v); q.write('</td>')", "q = Out()", Out=Out, **d
        ),
        "req.write x3, attribute is o.append": loop(
            "q.write('<td>'); q.write(v); q.write('</td>')",
            "q = Slots([].append)",
            Slots=Slots,
            **d,
        ),
        "local s += f''": loop("s += f'<td>{v}</td>'", "s = ''", **d),
    }


@topic
def finish():
    """From the pieces of W4 (30 kB, 60 pieces) and W1 (32 002 pieces) to bytes."""
    cases = {}
    for w in ("W4", "W1"):
        workload = workloads.WORKLOADS[w]
        pieces = workloads.pieces(workload.nodes, workload.context, workload.escape)
        wide = [
            p.replace("o", "\u0159").replace("t", "\u017e") if len(p) > 20 else p
            for p in pieces
        ]
        latin = [p.replace("o", "\xe9") if len(p) > 20 else p for p in pieces]
        raw = [p.encode() for p in pieces]
        wraw = [p.encode() for p in wide]
        mixed = [p.encode() if len(p) > 20 else p for p in wide]
        cases.update(
            {
                w + " ''.join": lambda p=pieces: "".join(p),
                w + " ''.join.encode()": lambda p=pieces: "".join(p).encode(),
                w + " b''.join of ready bytes": lambda p=raw: b"".join(p),
                w + " b''.join, each encoded": lambda p=pieces: b"".join(
                    [x.encode() for x in p]
                ),
                w + " two-byte text: ''.join": lambda p=wide: "".join(p),
                w + " two-byte text: ''.join.encode()": lambda p=wide: "".join(
                    p
                ).encode(),
                w + " two-byte text: b''.join of ready bytes": lambda p=wraw: b"".join(
                    p
                ),
                w + " two-byte text: static ready, rest encoded": lambda p=mixed: (
                    b"".join([x if type(x) is bytes else x.encode() for x in p])
                ),
                w + " latin-1 text: ''.join.encode()": lambda p=latin: "".join(
                    p
                ).encode(),
            }
        )
    return cases


@topic
def loops():
    """W1's table by other loop shapes."""
    table = workloads.WORKLOADS["W1"].context["table"]
    scope = {"table": table}
    shapes = {
        "nested for, o.append x3": """
            o = []
            for row in table:
                o.append('<tr>\\n')
                for col in row:
                    o.append('<td>'); o.append(str(col)); o.append('</td>\\n')
                o.append('</tr>\\n')
            return ''.join(o)""",
        "nested for, o.append(f'')": """
            o = []
            for row in table:
                o.append('<tr>\\n')
                for col in row:
                    o.append(f'<td>{col}</td>\\n')
                o.append('</tr>\\n')
            return ''.join(o)""",
        "o.extend([f'' for])": """
            o = []
            for row in table:
                o.append('<tr>\\n')
                o.extend([f'<td>{col}</td>\\n' for col in row])
                o.append('</tr>\\n')
            return ''.join(o)""",
        "o += [f'' for]": """
            o = []
            for row in table:
                o.append('<tr>\\n')
                o += [f'<td>{col}</td>\\n' for col in row]
                o.append('</tr>\\n')
            return ''.join(o)""",
        "text hoisted over the loop's edge": """
            o = []
            for row in table:
                s = '<tr>\\n<td>'
                for col in row:
                    o.append(s); o.append(str(col)); s = '</td>\\n<td>'
                o.append('</td>\\n</tr>\\n')
            return ''.join(o)""",
        "join of map(str)": """
            o = []
            for row in table:
                o.append('<tr>\\n<td>')
                o.append('</td>\\n<td>'.join(map(str, row)))
                o.append('</td>\\n</tr>\\n')
            return ''.join(o)""",
        "o.append x3, text in locals": """
            o = []
            a = '<td>'; b = '</td>\\n'
            for row in table:
                o.append('<tr>\\n')
                for col in row:
                    o.append(a); o.append(str(col)); o.append(b)
                o.append('</tr>\\n')
            return ''.join(o)""",
        "join per row": """
            o = []
            for row in table:
                r = ['<tr>\\n']
                for col in row:
                    r.append('<td>'); r.append(str(col)); r.append('</td>\\n')
                r.append('</tr>\\n')
                o.append(''.join(r))
            return ''.join(o)""",
    }
    cases, want = {}, None
    for name, body in shapes.items():
        exec("def f():" + body, scope)
        f = scope["f"]
        want = want or f()
        assert f() == want, name
        cases[name] = f
    return cases
