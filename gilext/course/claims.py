"""What was published of the experiments, and why today's figure differs.

The published figures are those of five introductions to the GIL, in Korean.
"""

from __future__ import annotations

from typing import NamedTuple


class Claim(NamedTuple):
    """What the introductions say about one experiment.

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
        "1175074 to 1787188 of 2000000, in ten runs",
        "Since 3.10 the interpreter changes threads only where a loop jumps back and where a "
        "function is called: never inside of one statement such as `box.total += 1`. A call "
        "between reading and writing brings the race back, and so does C that releases the "
        "GIL; so does a build without one.",
    ),
    "lock": Claim(
        "A Lock around the loop repairs it.",
        "2000000, ten times of ten",
        "It does. What the introductions leave out is the price, and that a lock around the "
        "whole loop leaves nothing that runs at the same time.",
    ),
    "plus_and_minus": Claim(
        "Plus and minus threads over one global don't meet at 0.",
        "not 0",
        "For the same reason as with the race: since 3.10 no thread comes between the steps "
        "of one statement. A call in between shows it again.",
    ),
    "cpu_bound": Claim(
        "CPU-bound work is slower in two threads than in sequence.",
        "22.59 s in sequence, 28.02 s in two threads: 0.81 times as fast",
        "The old GIL changed threads by counting instructions, and the threads fought for it "
        "on several cores; since 3.2 a thread keeps it for 5 ms, and two threads cost next to"
        " nothing. They still gain nothing in Python. C that releases the GIL does.",
    ),
    "io_bound": Claim(
        "I/O-bound work gains from threads: blocking calls release the GIL.",
        "39.04 s in sequence, 27.76 s in two threads",
        "It still does. What is saved is the waiting of one thread while another works; the "
        "recording shows the GIL free during the sleeps.",
    ),
    "processes": Claim(
        "Processes run CPU-bound work in parallel.",
        "23.08 s in three threads, 9.98 s in three processes",
        "They do, and the introductions leave out the price: the time to start, and a second "
        "copy of everything in memory. Threads that release the GIL have the gain without it;"
        " since 3.14 the standard library has sub-interpreters, in between.",
    ),
    "split_sum": Claim(
        "A sum over 0 to 10**8 is split over two processes, results through a Queue.",
        "4999999950000000",
        "The sum is the same however it is split. Threads with a released loop need no Queue:"
        " they write where everybody reads.",
    ),
    "switch_interval": Claim(
        "The interpreter asks the running thread to give way every 5 ms.",
        "sys.getswitchinterval() is 0.005",
        "It still is. It isn't the interpreter that asks, but the thread that waits; where "
        "nobody waits, nobody gives way.",
    ),
    "blocking_calls": Claim(
        "A blocking call (disk, network, sleep, input) releases the GIL.",
        "-",
        "True, and not all of it: much that computes long releases it too (hashes, "
        "compression, SQL), and much doesn't (json, re, sorted).",
    ),
    "refcounts": Claim(
        "Reference counts decide an object's life; a race on them leaks it or frees it early.",
        "-",
        "Shown on a model in C: racing on a real object's count would end the process.",
    ),
    "races": Claim(
        "A mutex on every object is too slow.",
        "-",
        "A mutex for each increment costs several times the increment, and one that two "
        "threads want costs far more; that was the reason for one lock for all. Biased "
        "counting (PEP 703) is what makes builds without a GIL possible.",
    ),
    "locks": Claim(
        "A mutex on every object can deadlock.",
        "-",
        "Two objects locked in opposite orders by two threads are enough; a timeout is what "
        "gets out of it here.",
    ),
    "cycles": Claim(
        "Counting alone never frees a cycle; the collector subtracts internal references from"
        " a copy of the counts, and what reaches 0 is garbage.",
        "the three steps",
        "The same algorithm runs here over real objects; `gc.collect()` is asked to agree. "
        "What reaches 0 is garbage only if nothing reachable leads to it, the step that is "
        "often left out.",
    ),
    "generations": Claim(
        "There are three generations, with thresholds.",
        "generations 0, 1, 2",
        "The collector changed in 3.12 (it runs between instructions, no longer inside of an "
        "allocation) and again in 3.14; a free-threaded build has one generation. So the "
        "figures are read from the interpreter that runs.",
    ),
    "other_interpreters": Claim(
        "Other implementations have no GIL.",
        "Jython, IronPython, PyPy",
        "PyPy has a GIL, as its documentation says. Free-threaded CPython, since 3.13, has none.",
    ),
}
