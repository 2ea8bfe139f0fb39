"""What was published of the experiments, and why today's figure differs.

The published figures are those of five articles about the GIL, in Korean.
"""

from __future__ import annotations

from typing import NamedTuple


class Claim(NamedTuple):
    """What the articles say about one experiment.

    Attributes
    ----------
    claim, published : str
        What they say, and their figure.
    why : str
        Why today's figure is another one, or what the lesson adds if it isn't.
    """

    claim: str
    published: str
    why: str


CLAIMS = {
    "race": Claim(
        "Two threads that add 1 a million times to one attribute lose updates.",
        "1175074 to 1787188 counted of 2000000, in ten runs",
        "Up to 3.9, CPython could switch threads between any two steps of the statement. Since "
        "3.10 it checks whether to switch only where a loop jumps back and at most calls, so "
        "this loop happens to lose nothing. `box.total += one()` is one statement too, and "
        "loses; so does C that releases the GIL, and so does a build without one. Where the "
        "checks are is an implementation detail: code must not rely on it, as one of the "
        "articles says. Hundreds of thousands are lost because a thread that was switched out "
        "between reading and writing later overwrites all that the other has added since.",
    ),
    "lock": Claim(
        "A Lock around the loop repairs it.",
        "2000000, ten times of ten",
        "It does, and the articles name its price: locking is slow, and no other thread gets in "
        "until the loop has ended. The lesson measures it: a lock for each addition costs more "
        "than the addition even if no thread ever waits for it. A total of its own for each "
        "thread, added up at the end, needs no lock at all.",
    ),
    "plus_and_minus": Claim(
        "A thread that adds and one that subtracts don't bring one global back to 0, because of "
        "memory leaks.",
        "not 0, after 100000000 steps each",
        "The reason is no leak of memory but the same race: a thread writes over what the other "
        "has written. Since 3.10, with a GIL, this loop happens to lose nothing; a call between "
        "reading and writing shows the race again.",
    ),
    "cpu_bound": Claim(
        "CPU-bound work can be slower in two threads than in sequence, because threads have to be "
        "started and their contexts switched.",
        "22.59 s in sequence, 28.02 s in two threads: 0.81 times as fast",
        "With a GIL, two threads of Python are no faster: only one runs at a time. The published "
        "slow-down doesn't show at this size. To start a thread takes microseconds, and there are "
        "too few context switches to explain it. The article is of 2024 and ran the same GIL as "
        "today's; its lists have 100,000,000 numbers and take 4 GB each, 100 times as much as "
        "ours. What made its threads slower hasn't been measured; `--full` runs that size. C that "
        "releases the GIL runs in parallel.",
    ),
    "io_bound": Claim(
        "I/O-bound work is faster in threads: while one thread sleeps it has released the GIL, and "
        "the other one runs.",
        "39.04 s in sequence, 27.76 s in two threads",
        "It is faster, but that is only half of the reason. Two threads that begin together share "
        "the GIL, if there is one, while they compute, so they finish nearly together and sleep at the same time, "
        "while neither computes. Nothing keeps them in step, and in a longer run they may drift "
        "apart. One computes while the other sleeps if they are out of step, and then more is "
        "saved.",
    ),
    "processes": Claim(
        "Processes run CPU-bound work in parallel; they need more memory, and their context "
        "switches cost more.",
        "23.08 s in three threads, 9.98 s in three processes",
        "They do run in parallel, and they do need more memory. It is no second copy of everything: "
        "code is shared, and after a fork so is all that neither process writes to. What the "
        "introductions don't measure is the time to start. Threads that release the GIL run in "
        "parallel without either; since 3.14 the standard library has sub-interpreters with a GIL "
        "each, in between.",
    ),
    "split_sum": Claim(
        "A sum over 0 to 10**8 is split over two processes; results come through a Queue, after "
        "join().",
        "-",
        "The sum is the same however it is split. But join() before the queue is emptied is a "
        "deadlock that the documentation of multiprocessing names: a process ends only when all "
        "that it put is taken, and works here only because a number is small. Take the results "
        "first. Threads with a released loop need no Queue: they write where all can read.",
    ),
    "switch_interval": Claim(
        "The interpreter stops the running thread every 5 ms; programs must not rely on it.",
        "5 ms",
        "The interval is still 5 ms (`sys.getswitchinterval()`). But no timer stops a thread: a "
        "thread that wants the GIL waits for one interval and then asks for it. If no thread waits, "
        "none is stopped; and C code that holds the GIL is never stopped before its call returns.",
    ),
    "blocking_calls": Claim(
        "A blocking call (disk, network, sleep, input) releases the GIL, as system calls do.",
        "-",
        "Calls that may block do. But not every system call releases it: os.getpid doesn't. And "
        "calls that only compute may release it too (hashes, compression, SQL), or not (json, re, "
        "sorted).",
    ),
    "refcounts": Claim(
        "Reference counts decide an object's life; a race on them leaks it or frees it early.",
        "-",
        "Shown on a model in C. On a real object the same race may crash the process; more often "
        "it corrupts memory silently, which is worse.",
    ),
    "races": Claim(
        "A mutex on every object is too slow.",
        "-",
        "A mutex for each increment takes several times as long as the increment, even in one "
        "thread, and longer still if two threads want it; that was the reason for one lock for "
        "all. Builds without a GIL count in another way: most objects are used by one thread, "
        "so PEP 703 lets the owner count plainly, and only other threads atomically. The column "
        "*alone* shows what that saves.",
    ),
    "locks": Claim(
        "A mutex on every object can deadlock.",
        "-",
        "Two objects locked in opposite orders by two threads are enough. One GIL in place of "
        "those locks avoids that, but the GIL and any other mutex deadlock the same way: an "
        "extension that waits for a mutex must release the GIL first. Free-threaded CPython does "
        "have a lock on each object. There a thread that blocks inside of a critical section "
        "gives its locks up until it goes on.",
    ),
    "cycles": Claim(
        "Counting alone never frees a cycle, a container that refers to itself; the collector "
        "subtracts internal references from a copy of the counts, and what reaches 0 is garbage.",
        "the three steps",
        "The same algorithm runs here over real objects; `gc.collect()` is asked to agree. A "
        "cycle may lead through any number of containers. And what reaches 0 is garbage only if "
        "nothing reachable leads to it, the step that is often left out.",
    ),
    "generations": Claim(
        "There are three generations, with thresholds; the collector runs in a single thread.",
        "generations 0, 1, 2",
        "CPython has three up to 3.13 and again since 3.14.5. 3.14.0 to 3.14.4 had a young "
        "and an old one, and collected the old one in increments; that was reverted after "
        "reports of memory pressure. A free-threaded build has one. The collector has no thread "
        "of its own: it runs in the thread that makes containers, since 3.12 between two "
        "instructions and no longer inside of an allocation.",
    ),
    "other_interpreters": Claim(
        "Other implementations have no GIL.",
        "Jython, IronPython, PyPy",
        "PyPy has a GIL, as its documentation says. Jython and IronPython have none; they aren't "
        "run here, and Jython is Python 2.7. Free-threaded CPython, since 3.13, has none.",
    ),
    "byte_code": Claim(
        "The interpreter compiles source code to byte code line by line, and runs it.",
        "-",
        "A module is compiled as a whole before its first line runs. Byte code matters for another "
        "reason: threads are switched between its instructions, since 3.10 only after a jump back "
        "and most calls, up to 3.9 after nearly any. Neither is promised; code must not rely on it.",
    ),
    "one_after_another": Claim(
        "A thread is started and joined, then a process is started and joined.",
        "-",
        "`join` waits for the end, so nothing in the published snippet runs at the same time. Start "
        "all workers first, then join them.",
    ),
    "who_is_next": Claim(
        "The scheduler of the operating system chooses which of the waiting threads gets the GIL; "
        "the switch interval keeps one thread from starving the others.",
        "-",
        "The GIL has no queue: the system wakes one of the threads that wait, and not always the one "
        "that waited longest. The switch interval limits Python code only. C code that holds the GIL "
        "keeps it to the end of the call, and so gets a larger share.",
    ),
    "leaks": Claim(
        "Python uses malloc() and free() internally, so memory may leak; therefore it counts "
        "references.",
        "-",
        "Counting frees what nobody refers to. It doesn't free what C code forgot: without its "
        "`Py_DECREF` an object lives on, and memory without its `free()` is in no count at all. "
        "`check_leaks` finds both.",
    ),
    "references": Claim(
        "An object counts the references to it; when the count reaches 0, its memory is freed.",
        "-",
        "That is so, with three additions. Since 3.12 some objects are immortal and aren't counted "
        "(PEP 683). A weak reference counts nothing. And a build without a GIL keeps the count in "
        "two parts (PEP 703).",
    ),
    "tracked": Claim(
        "A cycle is a container that refers to itself; only containers can be in one, so the "
        "collector keeps all of them in a list that needs no extra memory.",
        "tuple, list, set, dict, class",
        "A cycle can lead through any number of objects, none of which contains itself. Instances, "
        "functions, and types written in C take part as well; a tuple of numbers is left out. The "
        "list lives in two words in front of each object, which are extra memory: 16 bytes. A build "
        "without a GIL has no such words.",
    ),
    "collecting_thread": Claim(
        "An interpreter is one process, and uses a single thread to run the program and the "
        "collector.",
        "-",
        "The collector has no thread of its own: it runs in the thread that makes one container too "
        "many. All other threads wait for it: for the GIL, or, in a build without one, because it "
        "stops the world. And one process can hold several interpreters.",
    ),
    "tasks_and_threads": Claim(
        "There are other ways to process in parallel than threads: multiprocessing, asyncio.",
        "-",
        "asyncio runs nothing in parallel. Its tasks take turns within one thread, where one of them "
        "awaits something. That is enough to wait for many things at once; a task that computes "
        "stops all others, with or without a GIL.",
    ),
    "without_gil": Claim(
        "Nobody has found a way to improve on the GIL that doesn't slow down a single thread, and no "
        "such patch was accepted.",
        "none accepted",
        "PEP 703 was accepted in 2023: 3.13 brought a build without a GIL as an experiment, and "
        "since 3.14 it is supported (PEP 779). It still slows down a single thread, so the condition "
        "of 2007 isn't met; the Steering Council set limits instead.",
    ),
}
