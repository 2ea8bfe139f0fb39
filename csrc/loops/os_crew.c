#include "loops/os_crew.h"

#include "os/os_process.h"

static void
work(void *opaque_worker)
{
    struct os_worker *worker = opaque_worker;
    struct os_crew *crew = worker->crew;
    os_block_signals();
    meeting_wait(&crew->start_line, meeting_arrive(&crew->start_line), OS_FOREVER);
    if (crew->is_complete) {
        worker->start_ns = clock_monotonic_ns();
        uint64_t cpu_start_ns = clock_thread_cpu_ns();
        worker->result = crew->task(crew->argument, &crew->is_stopping);
        worker->cpu_ns = clock_thread_cpu_ns() - cpu_start_ns;
        worker->end_ns = clock_monotonic_ns();
    }
    meeting_arrive(&crew->end_line);
}

static void
destroy(struct os_crew *crew, uint32_t started)
{
    for (uint32_t i = 0; i < started; i++) {
        os_thread_join(&crew->workers[i].thread);
    }
    meeting_destroy(&crew->end_line);
    meeting_destroy(&crew->start_line);
}

bool
os_crew_start(struct os_crew *crew, os_crew_task task, const void *argument,
              struct os_worker *workers, uint32_t size)
{
    *crew = (struct os_crew){.task = task, .argument = argument, .size = size, .workers = workers};
    /* The launcher is a party too: it decides whether the crew is complete, then comes. */
    meeting_init(&crew->start_line, size + 1);
    meeting_init(&crew->end_line, size + 1);
    crew->end_round = meeting_arrive(&crew->end_line);
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
    if (!crew->is_complete) {
        destroy(crew, started);
    }
    return crew->is_complete;
}

bool
os_crew_wait(struct os_crew *crew, uint64_t nanoseconds)
{
    return meeting_wait(&crew->end_line, crew->end_round, nanoseconds);
}

void
os_crew_finish(struct os_crew *crew)
{
    atomic_store_explicit(&crew->is_stopping, true, memory_order_relaxed);
    destroy(crew, crew->size);
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
