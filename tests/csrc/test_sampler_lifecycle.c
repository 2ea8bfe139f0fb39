/* Starting, stopping and forking, by several threads at once. A thread that waits for ever would
   hang the program: that it ends is half of what is tested; ThreadSanitizer sees the other half. */

#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "made_up_gil.h"
#include "recording/sampler.h"

enum { MS = 1000000, US = 1000, THREADS = 3 };

static const struct sampling SAMPLING = {
    .interval_ns = 50 * US, .stall_ns = MS, .memory = 1 << 16, .takes_stacks = true};

struct side {
    struct sampler *sampler;
    void (*act)(struct sampler *sampler, struct side *side);
    atomic_bool *may_go;
    atomic_int started;
    os_thread thread;
};

static void
go(void *opaque_side)
{
    struct side *side = opaque_side;
    while (!atomic_load(side->may_go)) {
    }
    side->act(side->sampler, side);
}

/* Run one function in several threads at the same time. Returns how many of them started it. */
static int
at_once(struct sampler *sampler, void (*act)(struct sampler *sampler, struct side *side))
{
    struct side sides[THREADS];
    atomic_bool may_go = false;
    int started = 0;
    for (int i = 0; i < THREADS; i++) {
        sides[i] = (struct side){.sampler = sampler, .act = act, .may_go = &may_go};
        CHECK(os_thread_start(&sides[i].thread, go, &sides[i]));
    }
    atomic_store(&may_go, true);
    for (int i = 0; i < THREADS; i++) {
        os_thread_join(&sides[i].thread);
        started += sides[i].started;
    }
    return started;
}

static void
start(struct sampler *sampler, struct side *side)
{
    if (sampler_start(sampler, false) == SAMPLER_STARTED) {
        sampler_sample(sampler);
        side->started = 1;
    }
}

/* Done is done for each of them: no call returns before the threads have ended. */
static void
stop(struct sampler *sampler, struct side *side)
{
    (void)side;
    sampler_end_recording(sampler);
    sampler_stop(sampler);
    CHECK(sampler_get_state(sampler) == SAMPLER_STOPPED);
    CHECK(sampler->recorder.holds.count <= sampler->recorder.holds.capacity);
}

static void
start_and_stop(struct sampler *sampler, struct side *side)
{
    start(sampler, side);
    sampler_end_recording(sampler);
    sampler_stop(sampler);
}

static void
test_of_several_starts_one_starts_it(int times)
{
    for (int i = 0; i < times; i++) {
        struct sampler sampler;
        sampler_init(&sampler, &SAMPLING);
        CHECK(at_once(&sampler, start) == 1);
        CHECK(sampler_get_state(&sampler) == SAMPLER_RUNNING);
        sampler_stop(&sampler);
        CHECK(sampler_start(&sampler, false) == SAMPLER_USED_BEFORE);
        sampler_destroy(&sampler);
    }
}

static void
test_several_stops_all_return_when_it_has_stopped(int times)
{
    for (int i = 0; i < times; i++) {
        struct sampler sampler;
        struct side first = {0};
        sampler_init(&sampler, &SAMPLING);
        start(&sampler, &first);
        at_once(&sampler, stop);
        sampler_stop(&sampler);
        sampler_destroy(&sampler);
    }
}

static void
test_starts_and_stops_mix(int times)
{
    for (int i = 0; i < times; i++) {
        struct sampler sampler;
        sampler_init(&sampler, &SAMPLING);
        CHECK(at_once(&sampler, start_and_stop) == 1);
        CHECK(sampler_get_state(&sampler) == SAMPLER_STOPPED);
        sampler_destroy(&sampler);
    }
}

/* As Sampler.totals() and Sampler.stalls() read, beside a stop. */
static void
read_until_stopped(void *opaque_sampler)
{
    struct sampler *sampler = opaque_sampler;
    uint64_t last_ns = 0;
    while (sampler_get_state(sampler) != SAMPLER_STOPPED) {
        os_mutex_lock(&sampler->mutex);
        CHECK(sampler->recorder.last.now_ns >= last_ns);
        last_ns = sampler->recorder.last.now_ns;
        os_mutex_unlock(&sampler->mutex);
    }
    for (size_t i = 0; i < sampler->recorder.holds.count; i++) {
        CHECK(sampler->recorder.holds.items[i].end_ns <= sampler->recorder.last.now_ns);
    }
}

static void
test_what_is_read_after_a_stop_moves_no_more(int times)
{
    for (int i = 0; i < times; i++) {
        struct sampler sampler;
        struct side first = {0};
        os_thread reader;
        sampler_init(&sampler, &SAMPLING);
        start(&sampler, &first);
        CHECK(os_thread_start(&reader, read_until_stopped, &sampler));
        os_sleep_ns(MS);
        at_once(&sampler, stop);
        os_thread_join(&reader);
        sampler_destroy(&sampler);
    }
}

static void
test_stopping_what_was_never_started_does_nothing(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    sampler_end_recording(&sampler);
    sampler_stop(&sampler);
    CHECK(sampler_get_state(&sampler) == SAMPLER_NEW);
    struct side first = {0};
    start(&sampler, &first);
    CHECK(first.started == 1);
    sampler_stop(&sampler);
    sampler_destroy(&sampler);
}

static inline bool
is_stopped_and_empty(struct sampler *sampler)
{
    return sampler_get_state(sampler) == SAMPLER_STOPPED && sampler->recorder.samples == 0 &&
           sampler->recorder.holds.items == NULL && sampler->recorder.next_number == 0;
}

/* The fork comes while threads start it, sample and stop it: any mutex may be taken, any memory
   half written. In the child nothing hangs, and a sampler of its own works. */
static inline void
live_as_a_forked_child(struct sampler *sampler)
{
    struct side own_side = {0};
    bool was_new = sampler_get_state(sampler) == SAMPLER_NEW;
    sampler_forget(sampler);
    CHECK(was_new || is_stopped_and_empty(sampler));
    sampler_end_recording(sampler);
    sampler_stop(sampler);
    CHECK(was_new || is_stopped_and_empty(sampler));
    sampler_destroy(sampler);
    struct sampler own;
    sampler_init(&own, &SAMPLING);
    start(&own, &own_side);
    sampler_stop(&own);
    CHECK(own_side.started == 1 && own.recorder.samples > 0);
    sampler_destroy(&own);
    _exit(0);
}

static inline void
go_through_its_life(void *opaque_sampler)
{
    struct side side = {0};
    start(opaque_sampler, &side);
    os_sleep_ns(MS / 2);
    sampler_stop(opaque_sampler);
}

static inline void
test_a_forked_child_has_a_stopped_sampler(int times)
{
    for (int i = 0; i < times; i++) {
        struct sampler sampler;
        os_thread other;
        sampler_init(&sampler, &SAMPLING);
        CHECK(os_thread_start(&other, go_through_its_life, &sampler));
        os_sleep_ns((uint64_t)(i % 16) * 50 * US);
        pid_t child = fork();
        if (child == 0) {
            live_as_a_forked_child(&sampler);
        }
        int status;
        os_thread_join(&other);
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        sampler_destroy(&sampler);
    }
}

int
main(void)
{
    enum { TIMES = 150 };
    atomic_store(&made_up_holder, 7);
    test_stopping_what_was_never_started_does_nothing();
    test_of_several_starts_one_starts_it(TIMES);
    test_several_stops_all_return_when_it_has_stopped(TIMES);
    test_starts_and_stops_mix(TIMES);
    test_what_is_read_after_a_stop_moves_no_more(TIMES);
    /* In a child, ThreadSanitizer remembers the parent's threads as if they ran, and
       AddressSanitizer waits for ever for a lock of its own that one of them had. */
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
    test_a_forked_child_has_a_stopped_sampler(TIMES);
#endif
    return 0;
}
