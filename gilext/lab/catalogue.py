"""The experiments by name, each with what was published of it, and why today's figure differs.

The published figures are those of five introductions to the GIL, in Korean.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from gilext.core.results import Result


class Experiment(NamedTuple):
    """One experiment.

    Attributes
    ----------
    name : str
        Its name on the command line.
    home : str
        The module and the function that run it.
    title : str
        What it shows, in a line.
    claim, published : str
        What the introductions say, and their figure; empty where they don't have it.
    why : str
        Why today's figure is another one, or what the lesson adds where it is not.
    """

    name: str
    home: str
    title: str
    claim: str = ""
    published: str = ""
    why: str = ""

    def run(self) -> Result:
        """Run it as it stands."""
        module, function = self.home.split(":")
        run: Callable[[], Result] = getattr(import_module(module), function)
        return run()


_LIST = (
    Experiment(
        "held_vs_released",
        "gilext.comparison.comparing:compare",
        "one C loop in every way to call it, GIL held and released",
    ),
    Experiment(
        "race",
        "gilext.lab.race:race_in_python",
        "two threads add to one attribute: who loses updates?",
        "Two threads that add 1 a million times to one attribute lose updates.",
        "1175074 to 1787188 of 2000000, in ten runs",
        "Since 3.10 the interpreter changes threads only where a loop jumps back and where a "
        "function is called: never inside of one statement such as `box.total += 1`. A call "
        "between reading and writing brings the race back, and so does C that releases the GIL; "
        "so does a build without one.",
    ),
    Experiment(
        "lock",
        "gilext.lab.lock:lock_the_additions",
        "a Lock repairs the race, at a price",
        "A Lock around the loop repairs it.",
        "2000000, ten times of ten",
        "It does. What the introductions leave out is the price, and that a lock around the whole "
        "loop leaves nothing that runs at the same time.",
    ),
    Experiment(
        "plus_and_minus",
        "gilext.lab.plus_and_minus:meet_at_zero",
        "one thread adds, another subtracts: do they meet at 0?",
        "Plus and minus threads over one global don't meet at 0.",
        "not 0",
        "For the same reason as with the race: since 3.10 no thread comes between the steps of "
        "one statement. A call in between shows it again.",
    ),
    Experiment(
        "cpu_bound",
        "gilext.lab.cpu_bound:work_in_two_threads",
        "CPU-bound work in two threads, in Python and in C",
        "CPU-bound work is slower in two threads than in sequence.",
        "22.59 s in sequence, 28.02 s in two threads: 0.81 times as fast",
        "The old GIL changed threads by counting instructions, and the threads fought for it on "
        "several cores; since 3.2 a thread keeps it for 5 ms, and two threads cost next to "
        "nothing. They still gain nothing in Python. C that releases the GIL does.",
    ),
    Experiment(
        "io_bound",
        "gilext.lab.io_bound:wait_in_two_threads",
        "work that also waits gains from threads",
        "I/O-bound work gains from threads: blocking calls release the GIL.",
        "39.04 s in sequence, 27.76 s in two threads",
        "It still does. What is saved is the waiting of one thread while another works; the "
        "recording shows the GIL free during the sleeps.",
    ),
    Experiment(
        "processes",
        "gilext.lab.processes:hire_each_kind",
        "threads, processes, sub-interpreters: gain, start and memory",
        "Processes run CPU-bound work in parallel.",
        "23.08 s in three threads, 9.98 s in three processes",
        "They do, and the introductions leave out the price: the time to start, and a second copy "
        "of everything in memory. Threads that release the GIL have the gain without it; since "
        "3.14 the standard library has sub-interpreters, in between.",
    ),
    Experiment(
        "split_sum",
        "gilext.lab.split_sum:split_a_sum",
        "one sum split in two: processes and a Queue, or threads",
        "A sum over 0 to 10**8 is split over two processes, results through a Queue.",
        "4999999950000000",
        "The sum is the same however it is split. Threads with a "
        "released loop need no Queue: they write where everybody reads.",
    ),
    Experiment(
        "switch_interval",
        "gilext.lab.switch_interval:wait_for_python",
        "how long a thread waits for a GIL that Python code holds",
        "The interpreter asks the running thread to give way every 5 ms.",
        "sys.getswitchinterval() is 0.005",
        "It still is. It isn't the interpreter that asks, but the thread that waits; where nobody "
        "waits, nobody gives way.",
    ),
    Experiment(
        "convoy",
        "gilext.lab.convoy:ask_beside",
        "a thread with much I/O beside one that computes",
    ),
    Experiment(
        "blocking_calls",
        "gilext.lab.blocking_calls:check_standard_calls",
        "which calls of the standard library release the GIL",
        "A blocking call (disk, network, sleep, input) releases the GIL.",
        "-",
        "True, and not all of it: much that computes long releases it too (hashes, compression, "
        "SQL), and much doesn't (json, re, sorted).",
    ),
    Experiment(
        "refcounts",
        "gilext.lab.refcounts:race_references",
        "reference counts that race leak or free early",
        "Reference counts decide an object's life; a race on them leaks it or frees it early.",
        "-",
        "Shown on a model in C: racing on a real object's count would end the process.",
    ),
    Experiment(
        "races",
        "gilext.lab.races:count_in_threads",
        "one counter in C, guarded in every way: what each costs",
        "A mutex on every object is too slow.",
        "-",
        "A mutex for each increment costs several times the increment, and one that two threads "
        "want costs far more; that was the reason for one lock for all. Biased counting (PEP 703) "
        "is what makes builds without a GIL possible.",
    ),
    Experiment(
        "locks",
        "gilext.lab.locks:lock_in_both_orders",
        "a lock on every object can deadlock",
        "A mutex on every object can deadlock.",
        "-",
        "Two objects locked in opposite orders by two threads are enough; a timeout is what gets "
        "out of it here.",
    ),
    Experiment(
        "cycles",
        "gilext.lab.cycles:collect_a_cycle",
        "counting alone never frees a cycle",
        "Counting alone never frees a cycle; the collector subtracts internal references from a "
        "copy of the counts, and what reaches 0 is garbage.",
        "the three steps",
        "The same algorithm runs here over real objects; `gc.collect()` is asked to agree. What "
        "reaches 0 is garbage only if nothing reachable leads to it, the step that is often left "
        "out.",
    ),
    Experiment(
        "generations",
        "gilext.lab.generations:watch_generations",
        "what the collector does with its generations today",
        "There are three generations, with thresholds.",
        "generations 0, 1, 2",
        "The collector changed in 3.12 (it runs between instructions, no longer inside of an "
        "allocation) and again in 3.14; a free-threaded build has one generation. So the figures "
        "are read from the interpreter that runs.",
    ),
    Experiment(
        "other_interpreters",
        "gilext.lab.other_interpreters:ask_interpreters",
        "pure Python in two threads, in every interpreter at hand",
        "Other implementations have no GIL.",
        "Jython, IronPython, PyPy",
        "PyPy has a GIL, as its documentation says. Free-threaded CPython, since 3.13, has none.",
    ),
    Experiment(
        "bindings",
        "gilext.lab.bindings_table:tabulate_bindings",
        "one loop through each binding tool: who releases by default",
    ),
    Experiment(
        "break_even",
        "gilext.lab.break_even:find_break_even",
        "from which size on releasing gives more than it costs",
    ),
    Experiment(
        "web_server",
        "gilext.lab.web_server:serve_before_and_after",
        "one long hold in a server delays everybody; which line?",
    ),
)

EXPERIMENTS = {experiment.name: experiment for experiment in _LIST}
