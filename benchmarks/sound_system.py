"""Calls of the standard library that leak nothing: files, processes, threads, event loops."""

import argparse
import asyncio
import colorsys
import contextlib
import contextvars
import ctypes
import glob
import importlib
import itertools
import linecache
import logging
import mmap
import os
import pathlib
import queue
import selectors
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings
from concurrent.futures import ThreadPoolExecutor

from sound_functions import Sound

sound = Sound("standard library, system")

for fn, *args in [
    (os.getcwd,), (os.listdir, "/"), (os.stat, "/"), (os.environ.get, "HOME"), (os.urandom, 16),
    (pathlib.Path.exists, pathlib.Path("/missing")), (shutil.which, "true"),
    (glob.glob, "/etc/h*"), (linecache.getline, os.__file__, 5), (socket.inet_aton, "127.0.0.1"),
    (importlib.import_module, "json"), (signal.getsignal, signal.SIGINT), (sys._getframe,),
    (asyncio.sleep, 0), (subprocess.run, ["true"]),
]:  # fmt: skip
    sound.call(fn, *args)

LIBC = ctypes.CDLL(None)
LIBC.labs.argtypes, LIBC.labs.restype = (ctypes.c_long,), ctypes.c_long
VARIABLE = contextvars.ContextVar("VARIABLE", default=0)


class Pair(ctypes.Structure):
    _fields_ = [("first", ctypes.c_int), ("second", ctypes.c_void_p)]


class Passes(unittest.TestCase):
    def runTest(self):
        with self.assertRaises(ValueError):
            int("x")


@sound
def ctypes_call():
    return LIBC.labs(-5)


@sound
def ctypes_structure():
    return ctypes.byref(Pair(1, None)), (Pair * 3)(), ctypes.create_string_buffer(100)


@sound
def ctypes_callback():
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda a, b: 0)
    LIBC.qsort(ctypes.byref((ctypes.c_int * 5)()), 5, 4, compare)


@sound
def parse_arguments():
    parser = argparse.ArgumentParser(prog="p")
    parser.add_argument("--size", type=int, choices=[1, 2])
    return parser.parse_args(["--size", "2"])


@sound
def log_record():
    logger = logging.getLogger("gilext.benchmark")
    handler = logging.FileHandler(os.devnull)
    logger.addHandler(handler)
    logger.error("a %s", "b")
    logger.removeHandler(handler)
    handler.close()


@sound
def warning_caught():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("a", stacklevel=1)
    return caught


@sound
def unit_test():
    return Passes().run()


@sound
def temporary_file():
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 1000)


@sound
def temporary_folder():
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "file").write_text("text")


@sound
def mapped_memory():
    with mmap.mmap(-1, 1 << 16) as mapped:
        mapped[0] = 1


@sound
def pipe():
    for end in os.pipe():
        os.close(end)


@sound
def socket_pair():
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        return other.recv(1)


@sound
def local_server():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
        server.accept()[0] as accepted,
    ):
        client.sendall(b"x")
        return accepted.recv(1)


@sound
def selector():
    one, other = socket.socketpair()
    with one, other, selectors.DefaultSelector() as chosen:
        chosen.register(one, selectors.EVENT_READ, [])
        other.send(b"x")
        return chosen.select(0)


@sound
def database():
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.create_function("twice", 1, lambda value: 2 * value)
        connection.execute("create table t (a int, b text)")
        connection.executemany("insert into t values (?, ?)", [(1, "x"), (2, "y")])
        return connection.execute("select twice(a), b from t").fetchall()


DATABASE = sqlite3.connect(":memory:", check_same_thread=False)


@sound
def database_error():
    with contextlib.suppress(sqlite3.OperationalError):
        DATABASE.execute("select missing from nothing")


@sound
def tls_context():
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).get_ciphers()


@sound
def tls_of_memory():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    session = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="example.org")
    with contextlib.suppress(ssl.SSLWantReadError):
        session.do_handshake()


@sound
def thread_joined():
    thread = threading.Thread(target=time.sleep, args=(0,))
    thread.start()
    thread.join()


@sound
def thread_local():
    local = threading.local()
    local.value = [1]


@sound
def pool_of_threads():
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(str, range(4)))


POOL = ThreadPoolExecutor(8)


@sound
def pool_that_stays():
    return POOL.submit(len, ()).result()


@sound
def locks_and_queue():
    waiting = queue.Queue()
    with threading.Lock(), threading.RLock(), threading.Condition():
        waiting.put(1)
    return waiting.get()


@sound
def timer_cancelled():
    timer = threading.Timer(60, len, ((),))
    timer.start()
    timer.cancel()
    timer.join()


@sound
def process_with_pipes():
    return subprocess.run(["cat"], input=b"x" * 100, capture_output=True).stdout


@sound
def context_variable():
    context = contextvars.copy_context()
    context.run(VARIABLE.set, [1])
    return context


@sound
@contextlib.contextmanager
def context_manager():
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.suppress(KeyError))
        yield stack


@sound
def module_reloaded():
    return importlib.reload(colorsys)


@sound
def event_loop_of_its_own():
    async def twice():
        await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(twice())


@sound
async def tasks():
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(asyncio.sleep(0))


@sound
async def task_cancelled():
    task = asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@sound
async def time_out():
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0):
            await asyncio.sleep(60)


@sound
async def queue_of_tasks():
    waiting = asyncio.Queue(1)
    producer = asyncio.create_task(waiting.put([1]))
    await producer
    return await waiting.get()


@sound
async def other_thread():
    return await asyncio.to_thread(len, ())


@sound
async def streams():
    async def answer(reader, writer):
        writer.write(await reader.read(1))
        await writer.drain()
        writer.close()

    one, other = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=one)
    served = asyncio.create_task(answer(*await asyncio.open_connection(sock=other)))
    writer.write(b"x")
    await reader.read(1)
    writer.close()
    await writer.wait_closed()
    await served


@sound
async def async_process():
    process = await asyncio.create_subprocess_exec("true")
    return await process.wait()


@sound
async def async_generator():
    for number in range(3):
        await asyncio.sleep(0)
        yield [number]


@sound
@contextlib.asynccontextmanager
async def async_context_manager():
    async with asyncio.Lock(), asyncio.Semaphore(2):
        yield [1]


@sound
async def async_error():
    with contextlib.suppress(ValueError):
        await asyncio.gather(asyncio.sleep(0), fail())


async def fail():
    await asyncio.sleep(0)
    raise ValueError


@sound
def everything_iterated():
    return list(itertools.chain.from_iterable(itertools.permutations(range(3))))
