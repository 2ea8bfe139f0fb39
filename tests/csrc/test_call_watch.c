/* The call watch counts what falls into one call, with samples and with a GIL made up. */

#include <stdlib.h>

#include "check.h"
#include "checking/call_watch.h"
#include "made_up_gil.h"

enum { CALLER = 7, MS = 1000000 };

static struct call_watch *
new_watch(void)
{
    static const struct gil gil = {NULL, NULL};
    struct call_watch *watch = call_watch_new(&gil, CALLER, MS / 10, 16 * MS);
    CHECK(watch != NULL);
    return watch;
}

static uint32_t
samples_held(const struct call_watch *watch)
{
    uint32_t held = 0;
    for (int i = 0; i < MAX_WINDOWS; i++) {
        held += watch->windows[i].samples_held;
    }
    return held;
}

/* A sample in call 1, held, at a time on the wall and in the CPU. */
static struct call_sample
held_at(const struct call_watch *watch, uint64_t time_ns)
{
    return (struct call_sample){
        .serial_before = 1,
        .serial_after = 1,
        .time_ns = watch->start_ns + time_ns,
        .cpu_ns = time_ns,
        .is_held = true,
    };
}

static void
test_only_what_lies_in_one_call_counts(void)
{
    struct call_watch *watch = new_watch();
    struct call_sample sample = held_at(watch, 0);
    call_watch_note(watch, &sample);
    sample.serial_after = 3; /* it straddles two calls */
    call_watch_note(watch, &sample);
    sample.serial_after = 2; /* it straddles an end */
    call_watch_note(watch, &sample);
    sample.serial_before = 2; /* it lies between two */
    call_watch_note(watch, &sample);
    CHECK(watch->samples == 1);
    CHECK(samples_held(watch) == 1);
    call_watch_free(watch);
}

static void
test_waiting_for_a_core_shows_nothing_of_the_function(void)
{
    struct call_watch *watch = new_watch();
    struct call_sample sample = held_at(watch, 0);
    sample.is_core_awaited = true;
    call_watch_note(watch, &sample);
    CHECK(watch->samples == 0);
    sample.is_core_awaited = false;
    sample.is_held = false;
    call_watch_note(watch, &sample);
    CHECK(watch->samples == 1);
    CHECK(samples_held(watch) == 0);
    call_watch_free(watch);
}

static void
test_samples_are_counted_in_windows_of_time(void)
{
    struct call_watch *watch = new_watch();
    for (uint64_t ms = 0; ms < 3; ms++) {
        struct call_sample sample = held_at(watch, ms * MS + MS / 2);
        sample.is_held = ms > 0;
        call_watch_note(watch, &sample);
    }
    struct call_sample late = held_at(watch, 1000ULL * MS);
    call_watch_note(watch, &late);
    CHECK(watch->windows[0].samples == 1 && watch->windows[0].samples_held == 0);
    CHECK(watch->windows[1].samples == 1 && watch->windows[1].samples_held == 1);
    CHECK(watch->windows[MAX_WINDOWS - 1].samples == 1);
    call_watch_free(watch);
}

static void
test_hold_ends_with_the_call_and_with_another_threads_turn(void)
{
    struct call_watch *watch = new_watch();
    struct call_sample sample = held_at(watch, 0);
    call_watch_note(watch, &sample);
    sample = held_at(watch, 3 * MS);
    call_watch_note(watch, &sample);
    CHECK(watch->longest_hold_ns == 3 * MS);
    sample = held_at(watch, 8 * MS);
    sample.switches = 2; /* another thread had it */
    call_watch_note(watch, &sample);
    sample.time_ns += 2 * MS;
    call_watch_note(watch, &sample);
    CHECK(watch->longest_hold_ns == 3 * MS);
    sample.serial_before = sample.serial_after = 3;
    sample.time_ns += 9 * MS;
    call_watch_note(watch, &sample);
    CHECK(watch->longest_hold_ns == 3 * MS);
    sample.is_held = false; /* it is released in between */
    sample.time_ns += MS;
    call_watch_note(watch, &sample);
    sample.is_held = true;
    sample.time_ns += MS;
    call_watch_note(watch, &sample);
    sample.time_ns += 2 * MS;
    call_watch_note(watch, &sample);
    CHECK(watch->longest_hold_ns == 3 * MS);
    call_watch_free(watch);
}

static void
test_unheeded_is_the_cpu_time_between_samples_that_found_a_request(void)
{
    struct call_watch *watch = new_watch();
    struct call_sample sample = held_at(watch, 0);
    call_watch_note(watch, &sample);
    sample = held_at(watch, 2 * MS);
    sample.is_requested = true;
    call_watch_note(watch, &sample);
    CHECK(watch->seen_cpu_ns == 2 * MS);
    CHECK(watch->unheeded_cpu_ns == 0);
    sample.time_ns += 10 * MS; /* the caller had no core */
    sample.cpu_ns += MS;
    call_watch_note(watch, &sample);
    CHECK(watch->seen_cpu_ns == 3 * MS);
    CHECK(watch->unheeded_cpu_ns == MS);
    sample.cpu_ns += MS;
    sample.switches = 2; /* it was granted, and requested again */
    call_watch_note(watch, &sample);
    CHECK(watch->unheeded_cpu_ns == MS);
    sample.cpu_ns += MS;
    sample.serial_before = sample.serial_after = 3;
    call_watch_note(watch, &sample);
    CHECK(watch->seen_cpu_ns == 4 * MS);
    CHECK(watch->unheeded_cpu_ns == MS);
    call_watch_free(watch);
}

static void
test_thread_sees_who_holds_it_and_ends_with_the_runtime(void)
{
    struct call_watch *watch = new_watch();
    atomic_store(&made_up_holder, CALLER);
    CHECK(call_watch_start(watch));
    call_watch_enter_or_leave(watch);
    /* As long as it takes: a loaded machine may keep the thread from its core. */
    while (atomic_load(&watch->looker.oversleep.wakes) < 200) {
        os_sleep_ns(MS);
    }
    atomic_store(&made_up_finalizing, true);
    os_thread_join(&watch->looker.thread); /* nobody has told it to stop */
    CHECK(watch->samples + watch->windows[0].samples > 0);
    CHECK(samples_held(watch) == watch->samples);
    CHECK(watch->longest_hold_ns > 0);
    atomic_store(&made_up_finalizing, false);
    call_watch_free(watch);
}

int
main(void)
{
    test_only_what_lies_in_one_call_counts();
    test_waiting_for_a_core_shows_nothing_of_the_function();
    test_samples_are_counted_in_windows_of_time();
    test_hold_ends_with_the_call_and_with_another_threads_turn();
    test_unheeded_is_the_cpu_time_between_samples_that_found_a_request();
    test_thread_sees_who_holds_it_and_ends_with_the_runtime();
    return 0;
}
