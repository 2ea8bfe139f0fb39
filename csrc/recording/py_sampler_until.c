/* A recording from its start to its end in one call of one thread, which is gilext's own. */

#include "recording/py_sampler.h"

#include "arguments.h"
#include "os/descriptor.h"
#include "os/os_process.h"

/* Without the GIL from before the start until after the end: so this thread neither holds it nor
   waits for it in what is recorded. */
static enum sampler_outcome
record(struct sampler *sampler, bool knows_waiters, int descriptor, uint64_t longest_ns)
{
    os_block_signals();
    enum sampler_outcome outcome = sampler_start(sampler, knows_waiters);
    if (outcome == SAMPLER_STARTED) {
        sampler_sample(sampler);
        descriptor_await(descriptor, longest_ns);
        if (!runtime_is_finalizing()) {
            sampler_stop(sampler);
        }
    }
    return outcome;
}

PyObject *
sampler_record_until(PyObject *self, PyObject *args)
{
    static const struct signature signature = {"record_until", 2, 2, {"descriptor", "seconds"}};
    int descriptor;
    PyObject *borrowed_seconds;
    uint64_t longest_ns;
    if (!PyArg_ParseTuple(args, "iO:record_until", &descriptor, &borrowed_seconds) ||
        to_nanoseconds(&signature, 1, borrowed_seconds, &longest_ns) < 0) {
        return NULL;
    }
    struct sampler *sampler = get_sampler(self);
    bool knows_waiters = sees_waiters(self);
    enum sampler_outcome outcome;
    Py_BEGIN_ALLOW_THREADS
    outcome = record(sampler, knows_waiters, descriptor, longest_ns);
    Py_END_ALLOW_THREADS
    return sampler_result(outcome);
}
