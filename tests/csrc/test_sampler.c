/* The sampling thread, beside a GIL that the test makes up. */

#include <string.h>
#include <unistd.h>

#include "check.h"
#include "cpython/frame_state.h"
#include "made_up_gil.h"
#include "recording/sampler.h"

enum { MS = 1000000, US = 1000 };

static const struct sampling SAMPLING = {
    .interval_ns = 100 * US, .busy_interval_ns = 100 * US, .stall_ns = 4 * MS, .memory = 1 << 20};

/* Wait until the sampler has sampled that many times more. */
static void
let_it_sample(struct sampler *sampler, uint64_t times)
{
    uint64_t seen = 0, first = 0;
    do {
        os_sleep_ns(100 * US);
        os_mutex_lock(&sampler->mutex);
        seen = sampler->recorder.samples;
        os_mutex_unlock(&sampler->mutex);
        first = first == 0 ? seen : first;
    } while (seen < first + times);
}

static void
start(struct sampler *sampler)
{
    CHECK(sampler_start(sampler, false) == SAMPLER_STARTED);
    sampler_sample(sampler);
}

static void
start_counting_waiters(struct sampler *sampler)
{
    CHECK(sampler_start(sampler, true) == SAMPLER_STARTED);
    sampler_sample(sampler);
}

static void
holders_are_recorded_one_after_another(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    atomic_store(&made_up_holder, 0);
    start(&sampler);
    for (gil_holder holder = 1; holder <= 3; holder++) {
        atomic_store(&made_up_holder, holder);
        let_it_sample(&sampler, 5);
        atomic_store(&made_up_holder, 0);
        let_it_sample(&sampler, 5);
    }
    sampler_stop(&sampler);
    CHECK(sampler.recorder.next_number == 3 && sampler.recorder.holds.count == 3);
    for (int32_t i = 0; i < 3; i++) {
        CHECK(sampler.recorder.holds.items[i].holder == i);
        CHECK(sampler.holders.threads[i].thread.ident == (uint64_t)i + 1);
    }
    sampler_destroy(&sampler);
}

static void
an_address_that_another_thread_uses_again_is_another_holder(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    start(&sampler);
    atomic_store(&made_up_holder, 7);
    let_it_sample(&sampler, 5);
    atomic_fetch_add(&made_up_generation, 1);
    let_it_sample(&sampler, 5);
    atomic_store(&made_up_holder, 0);
    sampler_stop(&sampler);
    CHECK(sampler.recorder.next_number == 2);
    CHECK(sampler.holders.threads[1].thread.native_id ==
          sampler.holders.threads[0].thread.native_id + 1000);
    sampler_destroy(&sampler);
}

static void
hold_for(struct sampler *sampler, gil_holder holder, uint64_t nanoseconds)
{
    atomic_store(&made_up_holder, holder);
    let_it_sample(sampler, 2);
    uint64_t start_ns = clock_monotonic_ns();
    while (clock_monotonic_ns() - start_ns < nanoseconds) {
        let_it_sample(sampler, 5);
    }
    atomic_store(&made_up_holder, 0);
    atomic_store(&made_up_request, false);
    let_it_sample(sampler, 5);
}

static void
a_long_hold_is_a_stall_if_somebody_asked(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    start(&sampler);
    hold_for(&sampler, 41, 3 * SAMPLING.stall_ns);
    atomic_store(&made_up_request, true);
    hold_for(&sampler, 42, 3 * SAMPLING.stall_ns);
    sampler_stop(&sampler);
    CHECK(sampler.recorder.holds.count == 2 && sampler.recorder.stalls.count == 1);
    CHECK(sampler.recorder.stalls.items[0].holder == 1);
    CHECK((sampler.recorder.stalls.items[0].flags & HOLD_REQUESTED) != 0);
    CHECK((sampler.recorder.holds.items[0].flags & HOLD_REQUESTED) == 0);
    CHECK(sampler.stacks.stack_count > 0 && sampler.stacks.frame_count == 2);
    CHECK(sampler.stacks.frames[1].line == 42 && sampler.stacks.stacks[0].depth == 2);
    CHECK(sampler.stacks.stacks[0].hold_start_ns == sampler.recorder.holds.items[0].start_ns);
    sampler_destroy(&sampler);
}

/* Without a request, which comes only after a switch interval; but only if waiters are known. */
static void
a_long_hold_is_a_stall_if_somebody_is_seen_to_wait(void)
{
    for (int knows = 0; knows < 2; knows++) {
        struct sampler sampler;
        sampler_init(&sampler, &SAMPLING);
        (knows ? start_counting_waiters : start)(&sampler);
        atomic_store(&made_up_waiters, 1);
        hold_for(&sampler, 41, 3 * SAMPLING.stall_ns);
        atomic_store(&made_up_waiters, 0);
        hold_for(&sampler, 42, 3 * SAMPLING.stall_ns);
        sampler_stop(&sampler);
        CHECK(sampler.recorder.holds.count == 2);
        CHECK(sampler.recorder.stalls.count == (size_t)knows);
        CHECK((sampler.recorder.holds.items[0].flags & HOLD_REQUESTED) ==
              (knows ? HOLD_REQUESTED : 0u));
        CHECK((sampler.recorder.holds.items[1].flags & HOLD_REQUESTED) == 0);
        sampler_destroy(&sampler);
    }
}

/* Two a hold of three thresholds, and a few more the longer it lasts: a stack at each sample would
   be a hundred. Without a long hold there is none. */
static void
stacks_are_taken_now_and_then(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    start(&sampler);
    uint64_t before = atomic_load(&made_up_stacks), start_ns = clock_monotonic_ns();
    hold_for(&sampler, 42, 5 * SAMPLING.stall_ns);
    uint64_t lasted_ns = clock_monotonic_ns() - start_ns;
    uint64_t taken = atomic_load(&made_up_stacks) - before;
    CHECK(taken > 0 && taken <= lasted_ns / (SAMPLING.stall_ns / 2));
    for (int i = 0; i < 20; i++) {
        atomic_store(&made_up_holder, (gil_holder)(1 + i % 2));
        let_it_sample(&sampler, 1);
    }
    sampler_stop(&sampler);
    sampler_destroy(&sampler);
}

/* However long the hold before it was, which had its stacks at ever longer intervals. */
static void
the_first_stack_of_a_hold_does_not_wait_for_the_last_one_of_the_hold_before(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    start(&sampler);
    hold_for(&sampler, 41, 2 * SAMPLING.stall_ns);
    os_mutex_lock(&sampler.mutex);
    sampler.next_stack_ns = UINT64_MAX;
    os_mutex_unlock(&sampler.mutex);
    hold_for(&sampler, 42, 2 * SAMPLING.stall_ns);
    sampler_stop(&sampler);
    CHECK(sampler.stacks.frame_count == 2);
    sampler_destroy(&sampler);
}

static void
a_stack_says_when_it_is_truncated(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    start(&sampler);
    atomic_store(&made_up_stack_depth, 5 * MAX_FRAMES);
    hold_for(&sampler, 42, 2 * SAMPLING.stall_ns);
    atomic_store(&made_up_stack_depth, 0);
    sampler_stop(&sampler);
    const struct logged_stack *stack = &sampler.stacks.stacks[0];
    const uint32_t outermost = sampler.stacks.frame_numbers[stack->first + MAX_FRAMES];
    CHECK(stack->depth == MAX_FRAMES + 1);
    CHECK(strcmp(sampler.stacks.frames[outermost].function, "<truncated>") == 0);
    sampler_destroy(&sampler);
}

/* The thread sleeps for an hour at least. Stopping doesn't wait for it, and is seen to: one sample
   is from the start, one from the end. */
static void
the_recording_ends_when_the_stop_is_asked_for(void)
{
    struct sampling hourly = SAMPLING;
    hourly.interval_ns = hourly.busy_interval_ns = UINT64_C(7200000) * MS;
    struct sampler sampler;
    sampler_init(&sampler, &hourly);
    atomic_store(&made_up_holder, 7);
    start(&sampler);
    sampler_end_recording(&sampler);
    uint64_t ended_ns = sampler.recorder.last.now_ns;
    os_sleep_ns(20 * MS);
    sampler_sample(&sampler);
    sampler_stop(&sampler);
    CHECK(sampler.recorder.last.now_ns == ended_ns);
    CHECK(sampler.recorder.holds.count == 1 && sampler.recorder.holds.items[0].end_ns == ended_ns);
    CHECK(sampler.recorder.held_ns == ended_ns - sampler.recorder.start_ns);
    atomic_store(&made_up_holder, 0);
    sampler_destroy(&sampler);
}

static uint64_t
samples_while_the_thread_is_late(const struct sampling *sampling)
{
    struct sampler sampler;
    sampler_init(&sampler, sampling);
    start(&sampler);
    let_it_sample(&sampler, 40); /* until it is known that a core is idle */
    atomic_store(&made_up_delay_ns, 30 * MS);
    while (atomic_load(&made_up_delay_ns) > 0) {
        os_sleep_ns(100 * US);
    }
    os_mutex_lock(&sampler.mutex);
    uint64_t before = sampler.recorder.samples;
    os_mutex_unlock(&sampler.mutex);
    os_sleep_ns(20 * MS);
    os_mutex_lock(&sampler.mutex);
    uint64_t samples = sampler.recorder.samples - before;
    os_mutex_unlock(&sampler.mutex);
    sampler_stop(&sampler);
    sampler_destroy(&sampler);
    return samples;
}

/* More than one sample in those 20 ms: the thread's own, should it be back early, is one. */
static void
another_thread_samples_for_one_that_is_late(void)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
        return;
    }
    struct sampling without_stalls = SAMPLING;
    without_stalls.stall_ns = 0;
    while (samples_while_the_thread_is_late(&SAMPLING) < 2) {
    }
    while (samples_while_the_thread_is_late(&without_stalls) > 0) {
    }
}

static void
it_ends_by_itself_when_the_runtime_does(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    start(&sampler);
    atomic_store(&made_up_finalizing, true);
    uint64_t before, after = 0;
    do {
        before = after;
        os_sleep_ns(20 * MS);
        os_mutex_lock(&sampler.mutex);
        after = sampler.recorder.samples;
        os_mutex_unlock(&sampler.mutex);
    } while (before != after);
    sampler_stop(&sampler);
    atomic_store(&made_up_finalizing, false);
    sampler_destroy(&sampler);
}

static void
spin_until_told(void *opaque_flag)
{
    atomic_bool *is_over = opaque_flag;
    while (!atomic_load_explicit(is_over, memory_order_relaxed)) {
    }
}

static void
wait_for_pause(struct sampler *sampler, uint64_t pause_ns)
{
    uint64_t seen_ns;
    do {
        let_it_sample(sampler, 1);
        os_mutex_lock(&sampler->mutex);
        seen_ns = sampler->pace.pause_ns;
        CHECK(sampler->recorder.max_gap_ns == 4 * seen_ns);
        os_mutex_unlock(&sampler->mutex);
    } while (seen_ns != pause_ns);
}

/* More busy threads than cores, and then none. */
static void
it_samples_less_often_while_it_displaces_the_program(void)
{
    enum { MAX_CORES = 64 };
    struct sampling patient = SAMPLING;
    patient.busy_interval_ns = 2 * MS;
    struct sampler sampler;
    sampler_init(&sampler, &patient);
    start(&sampler);
    os_thread busy[MAX_CORES + 1];
    atomic_bool is_over = false;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    cores = cores < MAX_CORES ? cores : MAX_CORES;
    for (long i = 0; i <= cores; i++) {
        CHECK(os_thread_start(&busy[i], spin_until_told, &is_over));
    }
    wait_for_pause(&sampler, patient.busy_interval_ns);
    atomic_store(&is_over, true);
    for (long i = 0; i <= cores; i++) {
        os_thread_join(&busy[i]);
    }
    wait_for_pause(&sampler, patient.interval_ns);
    sampler_stop(&sampler);
    CHECK(pace_throttled_ns(&sampler.pace, 0) > 0);
    sampler_destroy(&sampler);
}

int
main(void)
{
    holders_are_recorded_one_after_another();
    an_address_that_another_thread_uses_again_is_another_holder();
    a_long_hold_is_a_stall_if_somebody_asked();
    a_long_hold_is_a_stall_if_somebody_is_seen_to_wait();
    stacks_are_taken_now_and_then();
    the_first_stack_of_a_hold_does_not_wait_for_the_last_one_of_the_hold_before();
    a_stack_says_when_it_is_truncated();
    the_recording_ends_when_the_stop_is_asked_for();
    another_thread_samples_for_one_that_is_late();
    it_ends_by_itself_when_the_runtime_does();
    it_samples_less_often_while_it_displaces_the_program();
    return 0;
}
