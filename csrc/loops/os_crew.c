#include "loops/os_crew.h"

#include "loops/loops.h"

static uint64_t
run_loop(const struct loop_call *call)
{
    switch (call->name) {
    case LOOP_COUNT_PRIMES:
        return gilext_count_primes(call->number);
    case LOOP_CHECKSUM:
        return gilext_checksum(call->data, call->length);
    case LOOP_SPIN:
    default:
        return gilext_spin(call->number, 0);
    }
}

static void
work(void *opaque_worker)
{
    struct os_worker *worker = opaque_worker;
    struct os_crew *crew = worker->crew;
    meeting_wait(&crew->start_line, meeting_arrive(&crew->start_line), OS_FOREVER);
    if (!crew->is_complete) {
        return;
    }
    worker->start_ns = clock_monotonic_ns();
    uint64_t cpu_start_ns = clock_thread_cpu_ns();
    worker->result = run_loop(&crew->call);
    worker->cpu_ns = clock_thread_cpu_ns() - cpu_start_ns;
    worker->end_ns = clock_monotonic_ns();
}

bool
os_crew_run(struct os_crew *crew, struct loop_call call, struct os_worker *workers, uint32_t size)
{
    *crew = (struct os_crew){.call = call, .size = size, .workers = workers};
    /* The launcher is a party too: it decides whether the crew is complete, then comes. */
    meeting_init(&crew->start_line, size + 1);
    uint32_t started = 0;
    while (started < size) {
        workers[started] = (struct os_worker){.crew = crew};
        if (!os_thread_start(&workers[started].thread, work, &workers[started])) {
            break;
        }
        started++;
    }
    crew->is_complete = started == size;
    for (uint32_t absent = started; absent < size + 1; absent++) {
        meeting_arrive(&crew->start_line);
    }
    for (uint32_t i = 0; i < started; i++) {
        os_thread_join(&workers[i].thread);
    }
    meeting_destroy(&crew->start_line);
    return crew->is_complete;
}

uint64_t
os_crew_wall_ns(const struct os_crew *crew)
{
    uint64_t start_ns = UINT64_MAX;
    uint64_t end_ns = 0;
    for (uint32_t i = 0; i < crew->size; i++) {
        const struct os_worker *worker = &crew->workers[i];
        start_ns = worker->start_ns < start_ns ? worker->start_ns : start_ns;
        end_ns = worker->end_ns > end_ns ? worker->end_ns : end_ns;
    }
    return end_ns - start_ns;
}

uint64_t
os_crew_cpu_ns(const struct os_crew *crew)
{
    uint64_t cpu_ns = 0;
    for (uint32_t i = 0; i < crew->size; i++) {
        cpu_ns += crew->workers[i].cpu_ns;
    }
    return cpu_ns;
}
