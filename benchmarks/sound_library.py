"""Calls of the standard library that leak nothing: its data types, text, and files."""

import array
import ast
import base64
import binascii
import bisect
import bz2
import calendar
import collections
import configparser
import copy
import csv
import dataclasses
import datetime
import decimal
import difflib
import dis
import email
import email.message
import enum
import fractions
import functools
import gzip
import hashlib
import heapq
import hmac
import html
import html.parser
import http.cookies
import inspect
import io
import ipaddress
import itertools
import json
import lzma
import marshal
import math
import operator
import os
import pickle
import plistlib
import pprint
import random
import re
import secrets
import shlex
import statistics
import string
import struct
import symtable
import sys
import textwrap
import time
import tokenize
import tomllib
import traceback
import types
import typing
import unicodedata
import urllib.parse
import uuid
import weakref
import xml.dom.minidom
import xml.etree.ElementTree
import xml.parsers.expat
import zipfile
import zlib
import zoneinfo

from sound_functions import Sound

sound = Sound("standard library, data")
NUMBERS = list(range(30))
ROWS = "a,b\r\n1,2\r\n"
LETTER = "From: a@example.org\nSubject: =?utf-8?q?=C3=A9?=\n\nHello\n"
TREE = "<a x='1'><b>text</b><b/></a>"

for fn, *args in [
    (len, NUMBERS), (sum, NUMBERS), (max, NUMBERS), (sorted, NUMBERS), (list, NUMBERS),
    (dict, [(1, 2)]), (set, NUMBERS), (tuple, NUMBERS), (str, 12345), (repr, {"a": 1}),
    (int, "12345678901234567890"), (float, "1.5"), (bytes.hex, b"abc"), (str.split, "a b c"),
    (str.join, ",", ["a", "b"]), (str.format, "{} {}", 1, 2), ("a%s".__mod__, "b"),
    (divmod, 10**20, 7), (pow, 3, 100, 10**9), (str.encode, "é" * 100), (hash, "abc"),
    (isinstance, 1, typing.SupportsInt), (array.array, "d", [1.0, 2.0]), (bytearray, 1000),
    (base64.b64encode, b"x" * 50), (binascii.crc32, b"x" * 50), (bisect.bisect, NUMBERS, 7),
    (calendar.monthcalendar, 2026, 11), (collections.Counter, "hello"),
    (collections.OrderedDict, [(1, 2)]), (collections.ChainMap, {}, {}),
    (copy.deepcopy, {"a": [1]}), (datetime.datetime.fromisoformat, "2026-01-02T03:04:05"),
    (datetime.datetime.now, datetime.UTC), (decimal.Decimal, "1.25"),
    (difflib.get_close_matches, "appel", ["apple", "peach"]), (fractions.Fraction, "3/9"),
    (functools.partial(max, 1), 2), (hashlib.sha256, b"x" * 100), (heapq.nsmallest, 3, NUMBERS),
    (hashlib.pbkdf2_hmac, "sha256", b"a", b"b", 10), (hmac.digest, b"key", b"text", "sha256"),
    (html.escape, "<a & b>"), (html.unescape, "&lt;&eacute;"), (inspect.signature, json.dumps),
    (inspect.getsource, textwrap.dedent), (io.StringIO, "abc"), (ipaddress.ip_network, "10.0.0.0/8"),
    (itertools.accumulate, NUMBERS), (json.dumps, {"a": [1, None]}),
    (json.loads, '{"a": [1, null]}'), (marshal.loads, marshal.dumps([1, "a", None])),
    (math.comb, 40, 20), (math.fsum, [0.1] * 9), (operator.itemgetter(1), [1, 2]),
    (os.path.join, "a", "b"), (os.fspath, "a"), (pickle.dumps, [1, "a"]),
    (pickle.loads, pickle.dumps([1, "a"])), (plistlib.dumps, {"a": [1, 2.5]}),
    (pprint.pformat, {"a": NUMBERS}), (random.Random(1).random,), (re.findall, "a+", "aabaa"),
    (re.sub, "a", "b", "aa"), (secrets.token_hex,), (shlex.split, "a 'b c' d"),
    (statistics.fmean, [1.0, 2.0]), (string.capwords, "a b"), (struct.pack, "3i", 1, 2, 3),
    (struct.unpack, "3i", bytes(12)), (symtable.symtable, "x = 1", "f", "exec"),
    (textwrap.dedent, "  a\n  b"), (time.gmtime, 0), (time.strftime, "%Y"),
    (tomllib.loads, "a = [1, 2]\n[b]\nc = 'd'"), (typing.get_type_hints, dataclasses.replace),
    (unicodedata.normalize, "NFD", "é"), (urllib.parse.urlsplit, "https://example.org/a?b=c#d"),
    (urllib.parse.quote, "a b/é"), (uuid.uuid4,), (uuid.uuid5, uuid.NAMESPACE_DNS, "x"),
    (zlib.compress, b"x" * 200), (zlib.crc32, b"x" * 200), (bz2.compress, b"x" * 200),
    (lzma.compress, b"x" * 200), (gzip.decompress, gzip.compress(b"x" * 200)),
    (ast.parse, "def f(x):\n    return x + 1"), (compile, "x + [i for i in y]", "f", "eval"),
    (eval, "[x for x in (1, 2)]"), (exec, "class A:\n    def f(self): return super()", {}),
    (email.message_from_string, LETTER), (xml.etree.ElementTree.fromstring, TREE),
    (xml.dom.minidom.parseString, TREE), (http.cookies.SimpleCookie, "a=b; c=d"),
    (types.new_class, "New"), (dataclasses.make_dataclass, "Made", ["x", "y"]),
    (enum.Enum, "Made", "RED GREEN"), (typing.NamedTuple, "Made", [("x", int)]),
    (collections.namedtuple, "Made", "x y"),
]:  # fmt: skip
    sound.call(fn, *args)

for fn, error, *args in [
    (int, ValueError, "x"), (json.loads, ValueError, "{"), (re.compile, re.error, "(a"),
    (pickle.loads, pickle.UnpicklingError, b"\x80\x04K"), (struct.unpack, struct.error, "3i", b""),
    (pickle.dumps, Exception, lambda: 0), (binascii.unhexlify, ValueError, "zz"),
    (compile, SyntaxError, "1 +", "f", "eval"), (decimal.Decimal, ArithmeticError, "x"),
    (bytes.decode, UnicodeDecodeError, b"\xff"), (getattr, AttributeError, 1, "missing"),
    (dict.__getitem__, KeyError, {}, "missing"), (datetime.date, ValueError, 2026, 13, 1),
    (xml.etree.ElementTree.fromstring, SyntaxError, "<a>"), (open, OSError, "/missing/file"),
    (__import__, ImportError, "missing_module"), (zlib.decompress, zlib.error, b"x"),
]:  # fmt: skip
    sound.call(fn, *args, raises=error)


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Parser(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        self.last = tag


@sound
def csv_reader():
    return list(csv.reader(io.StringIO(ROWS)))


@sound
def csv_writer():
    csv.DictWriter(io.StringIO(), ["a", "b"]).writerow({"a": 1, "b": "x,y"})


@sound
def config_parser():
    parser = configparser.ConfigParser()
    parser.read_string("[a]\nb = %(c)s\nc = 1\n")
    return parser["a"]["b"]


@sound
def decimal_context():
    with decimal.localcontext() as context:
        context.prec = 50
        return decimal.Decimal(2).sqrt()


@sound
def message():
    made = email.message.EmailMessage()
    made["Subject"] = "é"
    made.set_content("text")
    return made.as_bytes()


@sound
def parse_html():
    Parser().feed("<p><a href='b'>c</a>")


@sound
def expat_with_handlers():
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = lambda name, attrs: parser
    parser.Parse(TREE, True)


@sound
def tokens():
    return list(tokenize.generate_tokens(io.StringIO("x = [1, 'a']\n").readline))


@sound
def disassemble():
    return dis.Bytecode(Point.__init__).dis()


@sound
def exception_with_traceback():
    try:
        raise ValueError("a") from KeyError("b")
    except ValueError:
        return traceback.format_exc()


@sound
def exception_in_a_cycle():
    try:
        raise ValueError
    except ValueError as error:
        kept = error
    return kept.__traceback__ is None


@sound
def exception_group():
    try:
        raise ExceptionGroup("two", [ValueError(1), TypeError(2)])
    except* ValueError:
        pass
    except* TypeError:
        pass


@sound
def cycle_with_finalizer():
    class Node:
        def __del__(self):
            pass

    node = Node()
    node.self = node


@sound
def weak_references():
    values = weakref.WeakValueDictionary()
    point = values["point"] = Point(1)
    weakref.finalize(point, len, ())
    return weakref.ref(point)


@sound
def cached_property_and_dispatch():
    class Measured:
        @functools.cached_property
        def size(self):
            return [1]

    @functools.singledispatch
    def measure(value):
        return value

    measure.register(int, lambda value: value + 1)
    return measure(Measured().size), measure(1)


@sound
def dataclass_round_trip():
    return Point(**dataclasses.asdict(dataclasses.replace(Point(1, 2), y=3)))


@sound
def protocol():
    @typing.runtime_checkable
    class HasRead(typing.Protocol):
        def read(self) -> bytes: ...

    return isinstance(io.BytesIO(), HasRead)


@sound
def time_zone():
    return datetime.datetime(2026, 1, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).utcoffset()


@sound
def parse_time():
    return datetime.datetime.strptime("2026-01-02 03:04:05", "%Y-%m-%d %H:%M:%S")


@sound
def zip_file():
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        archive.writestr("a", b"x" * 100)


@sound
def memory_view():
    with memoryview(bytearray(100)) as view:
        return view[10:20].tobytes()


@sound
def generator():
    for number in NUMBERS:
        yield number, [number]


@sound
def generator_left_early():
    made = generator()
    next(made)
    return next(made)


@sound
def string_interned():
    return sys.intern("a name of its own"[2:])


@sound
def pickle_instance():
    return pickle.loads(pickle.dumps(fractions.Fraction(1, 3), protocol=5))
