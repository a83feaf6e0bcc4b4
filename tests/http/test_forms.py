"""Forms: what mod_python's pages expect, within limits, whatever is sent."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.errors import BadMultipart, FormError, HTTPError, TooLarge
from psp.http.formreader import FormReader
from psp.http.forms import (
    MOD_PYTHON_RULES,
    PSP_RULES,
    Field,
    FieldStorage,
    FormRules,
    StringField,
    parse_form,
)
from psp.http.headers import Headers
from psp.http.limits import DEFAULT_LIMITS, Limits
from psp.http.request import Request

URL_ENCODED = "application/x-www-form-urlencoded"
ROOMY = Limits(fields=10**6, field_bytes=10**9, body_bytes=10**9)


def get(query: str, **options: object) -> FieldStorage:
    return parse_form(Request(query=query), **options)


def post(
    body: bytes,
    content_type: str = URL_ENCODED,
    query: str = "",
    length: int | None = -1,
    **settings: object,
) -> Request:
    return Request(
        method="POST",
        query=query,
        headers=Headers({"Content-Type": content_type} if content_type else {}),
        stream=BytesIO(body),
        content_length=len(body) if length == -1 else length,
        **settings,
    )


def multipart(*parts: str | bytes, end: str = "--XyZ--\r\n", **options: object):
    pieces = [p.encode() if isinstance(p, str) else p for p in parts]
    body = b"".join(b"--XyZ\r\n" + piece + b"\r\n" for piece in pieces) + end.encode()
    return post(body, "multipart/form-data; boundary=XyZ", **options)


def text_part(name: str, value: str) -> str:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'


FILE_PART = (
    'Content-Disposition: form-data; name="doc"; filename="notes.txt"\r\n'
    "Content-Type: text/plain; charset=utf-8\r\nX-More: yes\r\n\r\nline1\r\nline2"
)


def values(form: FieldStorage) -> list[tuple[object, object]]:
    return [(name, field.value) for name, field in form.items()]


# Reading pairs


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("user=Linus", [("user", "Linus")]),
        ("text=two+words%2C%20%26more", [("text", "two words, &more")]),
        ("stra%C3%9Fe=main", [("straße", "main")]),
        ("text=100%zz%", [("text", "100%zz%")]),
        ("&&name=bob&&&town=York&", [("name", "bob"), ("town", "York")]),
        ("n=v", [("n", "v")]),
        ("city=&word&=x", [("city", ""), ("word", ""), ("", "x")]),
        ("a=b=c", [("a", "b=c")]),
        (" a = b ", [(" a ", " b ")]),
        ("k=%E9%FF", [("k", "��")]),
        ("k=é", [("k", "é")]),
        ("k=Ã©", [("k", "é")]),
        ("k=1;b=2", [("k", "1;b=2")]),
        ("k=a%00b", [("k", "a\0b")]),
    ],
)
def test_a_query(query: str, expected: list[tuple[str, str]]):
    assert values(get(query)) == expected


def test_mod_python_has_its_own_separators():
    form = get("k=1;b=2&c=a%00b", rules=MOD_PYTHON_RULES)
    assert values(form) == [("k", "1"), ("b", "2"), ("c", "a")]


def test_blank_values_are_dropped_where_nobody_wants_them():
    assert FieldStorage(Request(query="city=&user=Linus")).keys() == ["user"]
    assert FieldStorage(Request(query="city=&user=Linus"), 1).keys() == ["city", "user"]


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_what_browsers_encode_is_read_back(pairs: list[tuple[str, str]]):
    pairs = [(f"n{n}", v) for n, v in pairs]
    pairs = [(n.encode("utf-8", "replace").decode(), v) for n, v in pairs]
    query = urlencode(pairs, errors="replace")
    assert values(get(query, limits=ROOMY)) == parse_qsl(query, True)


@given(
    st.text() | st.text("&;=%+0aF\0é"), st.sampled_from([PSP_RULES, MOD_PYTHON_RULES])
)
def test_any_query_is_some_form(query: str, rules: FormRules):
    for name, value in values(get(query, limits=ROOMY, rules=rules)):
        assert type(name) is type(value) is str
        value.encode()  # what a page may write


# The mapping


@pytest.fixture
def form() -> FieldStorage:
    return get("user=Linus&town=Oulu&user=Ada")


def test_one_field_is_itself_and_several_are_a_list(form: FieldStorage):
    assert form["town"] == "Oulu"
    assert [field.value for field in form["user"]] == ["Linus", "Ada"]
    with pytest.raises(KeyError, match="^'none'$"):
        form["none"]


def test_first_list_and_get(form: FieldStorage):
    assert form.getfirst("user") == "Linus"
    assert form.getfirst("none") is None
    assert form.getfirst("none", "x") == "x"
    assert form.getlist("user") == ["Linus", "Ada"]
    assert form.getlist("none") == []
    assert form.get("town", None) == "Oulu"
    assert form.get("none") is None


def test_names_are_listed_once_and_bytes_find_them(form: FieldStorage):
    assert form.keys() == list(form) == ["user", "town"]
    assert len(form) == 2
    assert form.has_key("user") is True
    assert "none" not in form
    assert b"user" in form
    assert form[b"town"] == "Oulu"
    assert not hasattr(form, "values")
    assert not get("")


def test_items_and_list_are_in_the_order_sent(form: FieldStorage):
    assert [name for name, _ in form.items()] == ["user", "town", "user"]
    assert form.list == ["Linus", "Oulu", "Ada"]
    assert not get("").list


def test_changing_a_form(form: FieldStorage):
    form["town"] = "Turku"
    form[b"user"] = "Grace"
    form.add_field("user", "né".encode())
    assert values(form) == [("town", "Turku"), ("user", "Grace"), ("user", "né")]
    form["doc"] = upload = Field("other", "notes.txt", BytesIO(b"x"))
    assert form["doc"] is upload
    assert upload.name == "doc"
    del form["user"], form["doc"]
    assert form.keys() == ["town"]
    with pytest.raises(KeyError):
        del form["user"]
    with pytest.raises(TypeError):
        form["n"] = 5
    form.clear()
    assert not form.keys()


def test_deleting_one_name_spares_another_of_the_same_value():
    form = get("a=1&b=1&a=1")
    del form["b"]
    assert values(form) == [("a", "1"), ("a", "1")]


def test_the_list_and_the_names_keep_in_step(form: FieldStorage):
    fields = form.list
    assert form.keys() == ["user", "town"]
    fields.append(StringField("1", "new"))
    assert form["new"] == "1"
    fields.pop(0)
    assert form["user"] == "Ada"
    fields[0] = StringField("2", "other")
    assert form.keys() == ["other", "user", "new"]
    fields += [StringField("3", "more")]
    fields.extend([StringField("4", "more")])
    fields.insert(0, StringField("5", "more"))
    assert form.getlist("more") == ["5", "3", "4"]
    fields.reverse()
    assert form.getlist("more") == ["4", "3", "5"]
    fields.sort()
    assert form.getlist("more") == ["3", "4", "5"]
    fields.remove("5")
    assert form.getlist("more") == ["3", "4"]
    del fields[:]
    assert "more" not in form
    fields.append(StringField("6", "more"))
    assert "more" in form
    fields.clear()
    assert "more" not in form


def test_the_repr_shows_all(form: FieldStorage):
    assert repr(form) == (
        "{'user': [Field('user', 'Linus'), Field('user', 'Ada')],"
        " 'town': Field('town', 'Oulu')}"
    )


# Fields


def test_a_text_field_is_its_text():
    field = get("user=Linus")["user"]
    assert isinstance(field, str)
    assert type(field.value) is str
    assert field == field.value == "Linus"
    assert type(field).__name__ == "StringField"
    assert f"{field}!" == "Linus!"


def test_attributes_of_a_text_field():
    f = get("user=Linus")["user"]
    assert (f.name, f.filename, f.headers, f.ctype, f.type) == (
        "user",
        None,
        {},
        "text/plain",
        "text/plain",
    )
    assert (f.type_options, f.disposition, f.disp_options, f.disposition_options) == (
        {},
        None,
        None,
        {},
    )
    assert f.file.read() == b"Linus"
    f.headers["x"] = "y"
    assert get("user=Linus")["user"].headers == {}


def test_bytes_that_are_not_utf_8_can_be_had():
    field = get("name=Jos%E9+x")["name"]
    assert field.value == "Jos\ufffd x"
    assert field.decode("latin-1") == "José x"
    assert field.file.read() == b"Jos\xe9 x"
    assert get("name=Jos%C3%A9")["name"].decode() == "José"
    with pytest.raises(UnicodeDecodeError):
        field.decode()


# Bodies


def test_query_comes_first_and_the_body_after_it():
    form = parse_form(post(b"user=body&town=Oulu", query="user=query"))
    assert values(form) == [("user", "query"), ("user", "body"), ("town", "Oulu")]


@pytest.mark.parametrize("content_type", ["", URL_ENCODED, URL_ENCODED + "; charset=x"])
def test_a_url_encoded_body(content_type: str):
    form = parse_form(post(b"user=&town=Oulu+x&raw=\xc3\xa9", content_type))
    assert values(form) == [("user", ""), ("town", "Oulu x"), ("raw", "é")]


def test_other_methods_have_no_body_to_read():
    request = Request(
        method="DELETE",
        query="user=Linus",
        stream=BytesIO(b"town=Oulu"),
        content_length=9,
    )
    assert parse_form(request).keys() == ["user"]
    assert request.body.read() == b"town=Oulu"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_is_put_or_patched_has_a_form(method: str) -> None:
    def request() -> Request:
        return Request(method=method, stream=BytesIO(b"town=Oulu"), content_length=9)

    assert parse_form(request())["town"] == "Oulu"
    assert len(parse_form(request(), rules=MOD_PYTHON_RULES)) == 0


def test_a_second_form_sees_the_query_only():
    request = post(b"user=Linus", query="a=b")
    assert parse_form(request).keys() == ["a", "user"]
    assert parse_form(request).keys() == ["a"]
    request = multipart(text_part("t", "x"))
    assert parse_form(request).keys() == ["t"]
    assert parse_form(request).keys() == []


def test_an_empty_post_is_an_empty_form():
    assert not parse_form(post(b"", ""))
    assert not parse_form(post(b"", "application/json"))


def status_of(request: Request, **options: object) -> int:
    with pytest.raises(FormError) as found:
        parse_form(request, **options)
    return found.value.status


def test_a_body_that_is_no_form():
    request = post(b"a: 1", "text/yaml")
    assert status_of(request) == 415
    assert status_of(request, rules=MOD_PYTHON_RULES) == 501


def test_a_json_body_is_left_for_the_page():
    request = post(b'{"a": 1}', "application/json", query="b=2")
    assert parse_form(request).keys() == ["b"]
    assert request.body.read() == b'{"a": 1}'
    request = post(b'{"a": 1}', "application/json")
    assert status_of(request, rules=MOD_PYTHON_RULES) == 501


def test_a_body_without_a_length():
    assert status_of(post(b"a=b", length=None)) == 411
    ended = post(b"a=b", length=None, input_terminated=True)
    assert parse_form(ended)["a"] == "b"
    ended = post(b"a=b", length=None, input_terminated=True)
    assert status_of(ended, rules=MOD_PYTHON_RULES) == 411


@pytest.mark.parametrize(
    "request_",
    [
        post(b"a=b", length=9),
        post(b"", length=9),
        multipart(text_part("t", "x"), length=200),
    ],
)
def test_a_body_that_is_cut(request_: Request):
    assert status_of(request_) == 400


# Limits


def test_too_many_fields_of_query_and_body_together():
    limits = Limits(fields=3)
    assert len(parse_form(post(b"c=3&&&", query="a=1&b=2"), limits)) == 3
    assert status_of(post(b"c=3&d=4", query="a=1&b=2"), limits=limits) == 413


def test_too_many_bytes_are_not_even_read():
    request = post(b"a=" + b"x" * 100, limits=Limits(field_bytes=100))
    assert status_of(request) == 413
    assert request.body.taken == 0
    request = post(b"a=" + b"x" * 100, limits=Limits(body_bytes=100))
    assert status_of(request) == 413
    assert request.body.taken == 0


def test_a_body_without_a_length_is_counted_as_it_is_read():
    body = b"a=" + b"x" * 300_000
    request = post(
        body, length=None, input_terminated=True, limits=Limits(field_bytes=1000)
    )
    assert status_of(request) == 413
    assert request.body.taken <= 1000 + 64 * 1024


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        (Limits(parts=2), 413),
        (Limits(fields=2), 413),
        (Limits(files=0), 413),
        (Limits(field_bytes=3), 413),
        (Limits(body_bytes=100), 413),
        (Limits(part_header_bytes=50), 413),
        (Limits(part_headers=2), 413),
        (Limits(boundary_bytes=2), 400),
    ],
)
def test_limits_of_multipart_bodies(limits: Limits, status: int):
    parts = text_part("a", "11"), text_part("b", "22"), FILE_PART
    form = parse_form(multipart(*parts))
    assert len(form) == 3
    form.close()
    assert status_of(multipart(*parts), limits=limits) == status


def test_the_limits_of_the_request_hold_where_none_are_given():
    assert status_of(post(b"c=3", query="a=1&b=2", limits=Limits(fields=2))) == 413
    tight = Limits(fields=2, body_bytes=2)
    request = post(b"c=3", query="a=1&b=2", limits=tight)
    assert len(FieldStorage(request, limits=DEFAULT_LIMITS)) == 3


# Multipart


def test_a_multipart_form():
    form = parse_form(multipart(text_part("title", "My\r\nfile"), FILE_PART))
    assert form.keys() == ["title", "doc"]
    title, doc = form["title"], form["doc"]
    assert (type(title).__name__, title, title.type) == (
        "StringField",
        "My\r\nfile",
        "text/plain",
    )
    assert title.disposition == "form-data"
    assert title.headers["content-disposition"] == 'form-data; name="title"'
    assert type(doc) is Field
    assert (doc.name, doc.filename, doc.value) == (
        "doc",
        "notes.txt",
        b"line1\r\nline2",
    )
    assert doc.file.read() == doc.value == b"line1\r\nline2"
    assert (doc.type, doc.type_options) == ("text/plain", {"charset": "utf-8"})
    assert doc.disposition_options == {"name": "doc", "filename": "notes.txt"}
    assert doc.headers["x-more"] == "yes"
    assert repr(doc) == r"Field('doc', b'line1\r\nline2')"
    form.close()


@pytest.mark.parametrize(
    ("header", "filename"),
    [
        ('filename="a;b.txt"', "a;b.txt"),
        ("filename=plain.txt", "plain.txt"),
        (r'filename="C:\dir\notes.txt"', r"C:\dir\notes.txt"),
        ('filename="../../etc/passwd"', "../../etc/passwd"),
        ('filename="%22quoted%22.txt"', '"quoted".txt'),
        (r'filename="\"q\".txt"', '"q".txt'),
        ('filename="Ünï.txt"', "Ünï.txt"),
    ],
)
def test_a_file_name_comes_as_it_was_sent(header: str, filename: str):
    part = f'Content-Disposition: form-data; name="doc"; {header}\r\n\r\nx'
    form = parse_form(multipart(part))
    assert form["doc"].filename == filename
    form.close()


def test_names_and_values_that_are_not_utf_8_fail_nothing():
    latin = 'Content-Disposition: form-data; name="é"\r\n\r\ncafé'.encode("latin-1")
    form = parse_form(multipart(latin))
    assert values(form) == [("é", "caf\ufffd")]
    assert form["é"].decode("latin-1") == "café"


def test_odd_parts():
    form = parse_form(
        multipart(
            "Content-Disposition: form-data\r\n\r\nx",
            'Content-Disposition: form-data; name="e"; filename=""\r\n\r\n',
            'Content-Disposition: form-data; name="t"\r\nContent-Type: odd\r\n\r\nx',
            'Content-Disposition: form-data; name="u"\r\nContent-Type:\r\n\r\nx',
        )
    )
    assert form.keys() == [None, "e", "t", "u"]
    assert isinstance(form["e"], StringField)
    assert form["e"] == ""
    assert form["t"].type == form["u"].type == "application/octet-stream"
    assert parse_form(multipart()).keys() == []


def test_a_quoted_boundary_and_a_preamble():
    body = b"preamble\r\n--a b\r\n" + text_part("t", "x").encode() + b"\r\n--a b--"
    request = post(body, 'Multipart/Form-Data; Boundary="a b"')
    assert values(parse_form(request)) == [("t", "x")]


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        'multipart/form-data; boundary="é"',
        "multipart/form-data; boundary=" + "x" * 201,
        "multipart/mixed; boundary=other",
    ],
)
def test_a_boundary_that_is_none(content_type: str):
    body = b"--XyZ\r\n" + text_part("t", "x").encode() + b"\r\n--XyZ--\r\n"
    with pytest.raises(BadMultipart) as found:
        parse_form(post(body, content_type))
    assert found.value.status == 400


@pytest.mark.parametrize(
    "part",
    [
        "no header at all",
        "Content-Disposition: attachment\r\n\r\nx",
        "Content-Type: text/plain\r\n\r\nx",
        'Content-Disposition: form-data; name="a"\n\nx',
        "Bad Header: x\r\n\r\nx",
        'Content-Length: 99\r\nContent-Disposition: form-data; name="a"\r\n\r\nx',
    ],
)
@pytest.mark.parametrize("rules", [PSP_RULES, MOD_PYTHON_RULES])
def test_broken_parts(part: str, rules: FormRules):
    assert status_of(multipart(part), rules=rules) == 400


def test_a_body_that_stops_early_is_broken_or_in_mod_python_what_it_is():
    parts = text_part("a", "1"), text_part("b", "2\r\nmore")
    assert status_of(multipart(*parts, end="")) == 400
    form = parse_form(multipart(*parts, end=""), rules=MOD_PYTHON_RULES)
    assert values(form) == [("a", "1"), ("b", "2\r\nmore\r\n")]


def test_callbacks_say_where_the_bytes_go():
    names, text = [], BytesIO()

    def make_file(filename: str) -> BytesIO:
        names.append(filename)
        return BytesIO()

    request = multipart(text_part("t", "hello"), FILE_PART)
    form = FieldStorage(request, 1, 0, make_file, lambda: text)
    assert names == ["notes.txt"]
    assert type(form["doc"].file) is BytesIO
    assert form["doc"].value == b"line1\r\nline2"
    assert form["t"].file is text
    assert form["t"] == "hello"
    form.close()
    assert form["doc"].file.read() == b"line1\r\nline2"  # its maker closes it


def test_large_files_go_to_disk_and_are_gone_in_the_end():
    content = b"\0\r\n--Xy" * 20_000
    head = FILE_PART.partition("\r\n\r\n")[0].encode()
    form = parse_form(multipart(head + b"\r\n\r\n" + content))
    doc = form["doc"]
    assert doc.file._rolled  # to a file that has no name
    assert doc.value == content
    form.close()
    form.close()
    assert doc.file.closed


def test_nothing_stays_open_when_a_body_breaks(monkeypatch: pytest.MonkeyPatch):
    opened = []
    original = FormReader._open_temporary

    def spy(self: FormReader, spool: int):
        opened.append(original(self, spool))
        return opened[-1]

    monkeypatch.setattr(FormReader, "_open_temporary", spy)
    with pytest.raises(BadMultipart):
        parse_form(multipart(FILE_PART, FILE_PART, end=""))
    assert [file.closed for file in opened] == [True, True]


@given(st.binary(max_size=300), st.booleans())
def test_any_multipart_body_is_a_form_or_a_form_error(body: bytes, forgiving: bool):
    rules = FormRules(forgiving=forgiving)
    with_start = b"--XyZ\r\n" + body
    for data in (body, with_start):
        try:
            form = parse_form(
                post(data, "multipart/form-data; boundary=XyZ"), None, rules
            )
        except FormError as error:
            assert error.status in (400, 413)
        else:
            assert all(isinstance(f.value, str | bytes) for f in form.list)
            form.close()


@given(st.text(st.characters(codec="latin-1")))
def test_any_content_type_is_a_form_or_a_form_error(content_type: str):
    headers = Headers.received([("Content-Type", content_type)])
    request = Request(
        method="POST", headers=headers, stream=BytesIO(b"a=b"), content_length=3
    )
    try:
        parse_form(request)
    except FormError as error:
        assert error.status in (400, 413, 415)


# Laziness


class Untouched(Request):
    """A request whose form nobody may ask for."""

    def form_input(self):
        raise AssertionError("the form was read")


def test_a_lazy_form_is_read_when_it_is_used():
    FieldStorage(Untouched(), True, lazy=True)
    with pytest.raises(AssertionError):
        FieldStorage(Untouched(), True, lazy=True).keys()
    request = post(b"user=Linus")
    form = FieldStorage(request, True, lazy=True)
    assert request.body.taken == 0
    assert form["user"] == "Linus"
    assert request.body.taken == 10


@pytest.mark.parametrize(
    "use",
    [
        lambda form: form["a"],
        lambda form: "a" in form,
        lambda form: form.keys(),
        lambda form: form.items(),
        lambda form: form.list,
        lambda form: len(form),
        lambda form: list(form),
        lambda form: form.get("a"),
        lambda form: form.getfirst("a"),
        lambda form: form.getlist("a"),
        lambda form: form.add_field("a", "b"),
        lambda form: form.clear(),
        lambda form: repr(form),
    ],
)
def test_a_lazy_form_fails_at_every_use_in_the_same_way(use):
    form = FieldStorage(post(b"a=b", length=None), True, lazy=True)
    for _ in range(2):
        with pytest.raises(HTTPError) as found:
            use(form)
        assert found.value.status == 411


def test_too_large_is_a_form_error():
    assert issubclass(TooLarge, FormError)
