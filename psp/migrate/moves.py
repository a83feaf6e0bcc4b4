"""What Python 3 calls by another name, has elsewhere, or has no more."""

from __future__ import annotations

#: The meaning of a name to what stands for it in Python 3.
MOVED = {
    "builtins.StandardError": "Exception",
    "builtins.basestring": "str",
    "builtins.buffer": "memoryview",
    "builtins.file": "open",
    "builtins.intern": "sys.intern",
    "builtins.long": "int",
    "builtins.raw_input": "input",
    "builtins.reload": "importlib.reload",
    "builtins.unichr": "chr",
    "builtins.unicode": "str",
    "builtins.xrange": "range",
    "base64.decodestring": "base64.decodebytes",
    "base64.encodestring": "base64.encodebytes",
    "cgi.escape": "html.escape",
    "cgi.parse_qs": "urllib.parse.parse_qs",
    "cgi.parse_qsl": "urllib.parse.parse_qsl",
    "itertools.ifilterfalse": "itertools.filterfalse",
    "itertools.izip_longest": "itertools.zip_longest",
    "md5.md5": "hashlib.md5",
    "md5.new": "hashlib.md5",
    "os.getcwdu": "os.getcwd",
    "sets.ImmutableSet": "frozenset",
    "sets.Set": "set",
    "sha.new": "hashlib.sha1",
    "sha.sha": "hashlib.sha1",
    "string.atof": "float",
    "string.atoi": "int",
    "string.atol": "int",
    "string.letters": "string.ascii_letters",
    "string.lowercase": "string.ascii_lowercase",
    "string.maketrans": "str.maketrans",
    "string.uppercase": "string.ascii_uppercase",
    "sys.exc_traceback": "sys.exc_info()[2]",
    "sys.exc_type": "sys.exc_info()[0]",
    "sys.exc_value": "sys.exc_info()[1]",
    "sys.maxint": "sys.maxsize",
    "time.clock": "time.perf_counter",
    "types.BooleanType": "bool",
    "types.ClassType": "type",
    "types.ComplexType": "complex",
    "types.DictType": "dict",
    "types.DictionaryType": "dict",
    "types.FloatType": "float",
    "types.IntType": "int",
    "types.ListType": "list",
    "types.LongType": "int",
    "types.NoneType": "type(None)",
    "types.ObjectType": "object",
    "types.StringType": "str",
    "types.StringTypes": "(str,)",
    "types.TupleType": "tuple",
    "types.TypeType": "type",
    "types.UnicodeType": "str",
}

#: Those of them whose calls need more than another name.
CALLED_OTHERWISE = frozenset("cgi.escape md5.md5 md5.new sha.new sha.sha".split())

#: Functions of ``string`` that are methods of str, by name.
METHODS = {
    **{
        name: name
        for name in "capitalize center count expandtabs find index ljust lower lstrip"
        " replace rfind rindex rjust rstrip split strip swapcase translate upper"
        " zfill".split()
    },
    "join": "join",
    "joinfields": "join",
    "splitfields": "split",
}

#: Lazy functions of itertools to the built-in ones.
LAZY = {"ifilter": "filter", "imap": "map", "izip": "zip"}

#: What an import of a module becomes that nothing is left of.
EMPTIED = {"cgi": "html", "md5": "hashlib", "sets": "", "sha": "hashlib"}

#: Modules that are gone, and what a person can take in their place.
GONE_MODULES = {
    "BaseHTTPServer": "http.server",
    "Bastion": "",
    "MimeWriter": "email",
    "aifc": "",
    "asynchat": "asyncio",
    "asyncore": "asyncio",
    "audioop": "",
    "bsddb": "dbm or sqlite3",
    "cgi": "req, form and html.escape",
    "cgitb": "the error report of the server",
    "chunk": "",
    "compiler": "ast",
    "crypt": "hashlib.scrypt, or a package such as bcrypt",
    "dircache": "os.listdir",
    "distutils": "packaging",
    "dl": "ctypes",
    "exceptions": "the built-in names",
    "fpformat": "format strings",
    "htmllib": "html.parser",
    "imghdr": "",
    "imp": "importlib",
    "imputil": "importlib",
    "md5": "hashlib",
    "mhlib": "mailbox",
    "mimetools": "email",
    "mimify": "email",
    "multifile": "email",
    "new": "types",
    "nntplib": "",
    "os2emxpath": "",
    "pipes": "shlex and subprocess",
    "popen2": "subprocess",
    "posixfile": "fcntl",
    "rexec": "",
    "rfc822": "email",
    "sets": "set and frozenset",
    "sgmllib": "html.parser",
    "sha": "hashlib",
    "smtpd": "",
    "sndhdr": "",
    "statvfs": "os.statvfs",
    "stringold": "methods of str",
    "strop": "methods of str",
    "telnetlib": "",
    "toaiff": "",
    "urllib2": "urllib.request and urllib.error",
    "user": "",
    "uu": "binascii",
    "xdrlib": "struct",
    "xmllib": "xml.sax",
}

#: Names that are gone and that nothing can be put in place of, and what a person can.
GONE_NAMES = {
    "builtins.apply": "a call with * and **",
    "builtins.cmp": "(a > b) - (a < b)",
    "builtins.coerce": "",
    "builtins.execfile": "exec(open(name).read())",
    "builtins.file": "open, or io.IOBase for a test",
    "inspect.getargspec": "inspect.signature",
    "os.errno": "the module errno",
    "os.popen2": "subprocess",
    "os.popen3": "subprocess",
    "os.popen4": "subprocess",
    "os.tmpnam": "tempfile",
    "string.join": "the method join",
    "string.joinfields": "the method join",
    "sys.exc_clear": "nothing: it is done at the end of the except",
    "sys.setdefaultencoding": "nothing: text is Unicode",
    "types.FileType": "io.IOBase",
    "types.InstanceType": "isinstance",
}

#: What an attribute of these modules may be; all else has gone elsewhere.
PACKAGES = {"urllib": frozenset("error parse request response robotparser".split())}

#: Special methods that nothing calls any more, and what is called in their place.
GONE_METHODS = {
    "__cmp__": "__eq__ and __lt__",
    "__coerce__": "",
    "__delslice__": "__delitem__",
    "__div__": "__truediv__",
    "__getslice__": "__getitem__",
    "__hex__": "__index__",
    "__idiv__": "__itruediv__",
    "__oct__": "__index__",
    "__rdiv__": "__rtruediv__",
    "__setslice__": "__setitem__",
    "__unicode__": "__str__",
}
