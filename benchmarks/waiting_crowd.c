/* Threads that hold the GIL and let go of it by turns, and time how long they wait to have it
   again. Nothing else that happens in crowd() waits for it. Of each wait they also take what Linux
   says of it: for how long the thread could have run and had no core. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MAX_MEMBERS = 64, MAX_LOGGED = 20000, MIN_LOGGED_NS = 1000000 };

struct wait {
    uint64_t start_ns, end_ns;
    uint64_t without_core_ns; /* by then, when it began */
};

struct member {
    pthread_t thread;
    uint64_t until_ns, hold_ns, away_ns, random;
    bool works_away; /* on a core, while it has let go of the GIL; or else sleeps */
    int schedstat; /* the file; -1 if there is none */
    uint64_t takes, waited_ns, without_core_ns;
    unsigned long native_id;
    struct wait *log; /* of the longer waits */
    size_t logged;
};

static uint64_t
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void
work_ns(uint64_t nanoseconds)
{
    for (uint64_t end_ns = now_ns() + nanoseconds; now_ns() < end_ns;) {
    }
}

static void
sleep_ns(uint64_t nanoseconds)
{
    struct timespec pause = {(time_t)(nanoseconds / 1000000000u),
                             (long)(nanoseconds % 1000000000u)};
    nanosleep(&pause, NULL);
}

/* Uniform between a half and one and a half of `mean_ns`. */
static uint64_t
jitter(struct member *member, uint64_t mean_ns)
{
    member->random = member->random * 6364136223846793005u + 1442695040888963407u;
    return mean_ns == 0 ? 0 : mean_ns / 2 + (member->random >> 33) % mean_ns;
}

static void
be_away(struct member *member)
{
    uint64_t nanoseconds = jitter(member, member->away_ns);
    if (member->works_away) {
        work_ns(nanoseconds);
    }
    else if (nanoseconds > 0) {
        sleep_ns(nanoseconds);
    }
}

/* The file has three numbers; the second is the time without a core. */
static uint64_t
without_core_ns(const struct member *member)
{
    char text[80] = "", *end;
    if (pread(member->schedstat, text, sizeof text - 1, 0) <= 0) {
        return 0;
    }
    strtoull(text, &end, 10);
    return strtoull(end, NULL, 10);
}

static struct wait
begin_wait(const struct member *member)
{
    return (struct wait){.without_core_ns = without_core_ns(member), .start_ns = now_ns()};
}

static void
end_wait(struct member *member, struct wait wait)
{
    wait.end_ns = now_ns();
    member->takes++;
    member->waited_ns += wait.end_ns - wait.start_ns;
    member->without_core_ns += without_core_ns(member) - wait.without_core_ns;
    if (wait.end_ns - wait.start_ns >= MIN_LOGGED_NS && member->logged < MAX_LOGGED) {
        member->log[member->logged++] = wait;
    }
}

static void *
take_turns(void *opaque_member)
{
    struct member *member = opaque_member;
    member->native_id = PyThread_get_thread_native_id();
    member->schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    struct wait wait = begin_wait(member);
    PyGILState_STATE state = PyGILState_Ensure();
    end_wait(member, wait);
    while (now_ns() < member->until_ns) {
        work_ns(jitter(member, member->hold_ns));
        PyThreadState *saved = PyEval_SaveThread();
        be_away(member);
        wait = begin_wait(member);
        PyEval_RestoreThread(saved);
        end_wait(member, wait);
    }
    PyGILState_Release(state);
    close(member->schedstat);
    return NULL;
}

/* Without the GIL; the caller's wait to have it again is the last member's. */
static void
run(struct member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pthread_create(&members[i].thread, NULL, take_turns, &members[i]) != 0) {
            abort();
        }
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(members[i].thread, NULL);
    }
}

static PyObject *
list_waits(const struct member *member)
{
    PyObject *owned_list = PyList_New((Py_ssize_t)member->logged);
    for (size_t i = 0; owned_list != NULL && i < member->logged; i++) {
        const struct wait *wait = &member->log[i];
        PyList_SET_ITEM(owned_list, (Py_ssize_t)i,
                        Py_BuildValue("dd", (double)wait->start_ns * 1e-9,
                                      (double)wait->end_ns * 1e-9));
    }
    return owned_list;
}

static PyObject *
list_members(const struct member *members, size_t count)
{
    PyObject *owned_list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; owned_list != NULL && i < count; i++) {
        PyList_SET_ITEM(owned_list, (Py_ssize_t)i,
                        Py_BuildValue("kKddN", members[i].native_id, members[i].takes,
                                      (double)members[i].waited_ns * 1e-9,
                                      (double)members[i].without_core_ns * 1e-9,
                                      list_waits(&members[i])));
    }
    return owned_list;
}

/* crowd(threads, hold, away, works_away, seconds) -> [(native id, how often it took the
   GIL, seconds waited, of these without a core, [(start, end)])], the caller last; the list has the
   waits of a millisecond and more, by time.monotonic(). */
static PyObject *
crowd(PyObject *Py_UNUSED(module), PyObject *args)
{
    int threads, works_away;
    double hold, away, seconds;
    if (!PyArg_ParseTuple(args, "iddpd", &threads, &hold, &away, &works_away, &seconds)) {
        return NULL;
    }
    size_t count = (size_t)threads;
    struct member members[MAX_MEMBERS + 1];
    uint64_t until_ns = now_ns() + (uint64_t)(seconds * 1e9);
    for (size_t i = 0; i <= count; i++) {
        members[i] = (struct member){.until_ns = until_ns,
                                     .hold_ns = (uint64_t)(hold * 1e9),
                                     .away_ns = (uint64_t)(away * 1e9),
                                     .random = i + until_ns,
                                     .works_away = works_away != 0,
                                     .schedstat = -1,
                                     .log = malloc(MAX_LOGGED * sizeof(struct wait))};
    }
    PyThreadState *saved = PyEval_SaveThread();
    run(members, count);
    struct wait wait = begin_wait(&members[count]);
    PyEval_RestoreThread(saved);
    members[count].native_id = PyThread_get_thread_native_id();
    end_wait(&members[count], wait);
    PyObject *owned_list = list_members(members, count + 1);
    for (size_t i = 0; i <= count; i++) {
        free(members[i].log);
    }
    return owned_list;
}

static PyMethodDef functions[] = {
    {"crowd", crowd, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "waiting_crowd",
    .m_methods = functions,
};

PyMODINIT_FUNC
PyInit_waiting_crowd(void)
{
    return PyModule_Create(&module);
}
