/* The sampling thread, beside a GIL that the test makes up. */

#include <unistd.h>

#include "check.h"
#include "made_up_gil.h"
#include "recording/sampler.h"

enum { MS = 1000000, US = 1000 };

static const struct sampling SAMPLING = {
    .interval_ns = 100 * US, .stall_ns = 4 * MS, .memory = 1 << 20, .takes_stacks = true};

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
    const struct profile *profile = &sampler.stacks.profile;
    CHECK(profile->row_count == 2 && profile->moment_count > 0);
    CHECK(profile->moments[0].row == 0 && profile->frames[0].line == 41);
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

/* A thread about to take the free GIL counts as one more, and while it is held no longer; and
   nothing counts if waiters are unknown. */
static void
waiters_are_counted_if_they_are_known(void)
{
    for (int knows = 0; knows < 2; knows++) {
        struct sampler sampler;
        sampler_init(&sampler, &SAMPLING);
        atomic_store(&made_up_waiters, 2);
        atomic_store(&made_up_taking, true);
        (knows ? start_counting_waiters : start)(&sampler);
        CHECK(sampler.recorder.last.waiters == (knows ? 3u : 0u));
        hold_for(&sampler, 41, SAMPLING.stall_ns);
        atomic_store(&made_up_waiters, 0);
        atomic_store(&made_up_taking, false);
        sampler_stop(&sampler);
        struct recorder_sums sums = recorder_sum_up(&sampler.recorder);
        CHECK(knows ? sums.held_wait_ns > sums.held_ns : sums.waiters.sum_ns == 0);
        CHECK(!knows || sums.held_wait_ns <= 2 * sums.held_ns);
        sampler_destroy(&sampler);
    }
}

/* What they stand for is what the holder held, up to the last of them. */
static void
stacks_are_taken_of_short_holds_too(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    start(&sampler);
    for (int i = 0; i < 50; i++) {
        hold_for(&sampler, 41, 1);
    }
    sampler_stop(&sampler);
    const struct profile *profile = &sampler.stacks.profile;
    CHECK(profile->row_count == 1);
    uint64_t longest_ns = 0; /* on a crowded machine, a hold may get long by itself */
    for (size_t i = 0; i < sampler.recorder.holds.count; i++) {
        uint64_t length_ns = hold_length(&sampler.recorder.holds.items[i]);
        longest_ns = length_ns > longest_ns ? length_ns : longest_ns;
    }
    CHECK(profile->moment_count == 0 || longest_ns >= SAMPLING.stall_ns / 2);
    CHECK(profile->rows[0].held_ns > 0 && profile->rows[0].held_ns <= sampler.recorder.held_ns);
    sampler_destroy(&sampler);
}

/* The thread sleeps for an hour at least. Stopping doesn't wait for it, and is seen to: one sample
   is from the start, one from the end. */
static void
the_recording_ends_when_the_stop_is_asked_for(void)
{
    struct sampling hourly = SAMPLING;
    hourly.interval_ns = UINT64_C(7200000) * MS;
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
wait_until_throttled(struct sampler *sampler, bool is_throttled)
{
    uint64_t seen_ns;
    do {
        os_sleep_ns(10 * MS); /* or this thread would displace the sampler's, as the program does */
        os_mutex_lock(&sampler->mutex);
        seen_ns = sampler->pace.pause_ns;
        CHECK(sampler->recorder.max_gap_ns == 4 * seen_ns);
        os_mutex_unlock(&sampler->mutex);
    } while ((seen_ns > sampler->sampling.interval_ns) != is_throttled);
}

/* More busy threads than cores, and then none. */
static void
it_samples_less_often_while_it_displaces_the_program(void)
{
    enum { MAX_CORES = 64 };
    struct sampling patient = SAMPLING;
    patient.budget_ns = 1 * MS; /* of each second: 0.1 ms of pause pays for 0.1 µs of work */
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
    wait_until_throttled(&sampler, true);
    atomic_store(&is_over, true);
    for (long i = 0; i <= cores; i++) {
        os_thread_join(&busy[i]);
    }
    wait_until_throttled(&sampler, false);
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
    waiters_are_counted_if_they_are_known();
    stacks_are_taken_of_short_holds_too();
    the_recording_ends_when_the_stop_is_asked_for();
    another_thread_samples_for_one_that_is_late();
    it_ends_by_itself_when_the_runtime_does();
    it_samples_less_often_while_it_displaces_the_program();
    return 0;
}
