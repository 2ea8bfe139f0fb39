/* The sampling thread, beside a GIL that the test makes up. */

#include <unistd.h>

#include "check.h"
#include "made_up_gil.h"
#include "recording/sampler.h"

enum { MS = 1000000, US = 1000 };

static const struct sampling SAMPLING = {
    .interval_ns = 100 * US, .busy_interval_ns = 100 * US, .stall_ns = 4 * MS, .memory = 1 << 20};

/* Wait until the sampler has looked so many times more. */
static void
let_it_look(struct sampler *sampler, uint64_t times)
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
holders_are_recorded_one_after_another(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    atomic_store(&made_up_holder, 0);
    CHECK(sampler_start(&sampler));
    for (gil_holder holder = 1; holder <= 3; holder++) {
        atomic_store(&made_up_holder, holder);
        let_it_look(&sampler, 5);
        atomic_store(&made_up_holder, 0);
        let_it_look(&sampler, 5);
    }
    sampler_stop(&sampler);
    CHECK(sampler.recorder.holder_count == 3 && sampler.recorder.holds.count == 3);
    for (int32_t i = 0; i < 3; i++) {
        CHECK(sampler.recorder.holds.items[i].holder == i);
        CHECK(sampler.threads[i].thread.ident == (uint64_t)i + 1);
    }
    sampler_destroy(&sampler);
}

static void
an_address_that_another_thread_uses_again_is_another_holder(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    CHECK(sampler_start(&sampler));
    atomic_store(&made_up_holder, 7);
    let_it_look(&sampler, 5);
    atomic_fetch_add(&made_up_generation, 1);
    let_it_look(&sampler, 5);
    atomic_store(&made_up_holder, 0);
    sampler_stop(&sampler);
    CHECK(sampler.recorder.holder_count == 2);
    CHECK(sampler.threads[1].thread.native_id == sampler.threads[0].thread.native_id + 1000);
    sampler_destroy(&sampler);
}

static void
a_stall_has_stacks_and_a_short_hold_has_none(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    CHECK(sampler_start(&sampler));
    atomic_store(&made_up_holder, 42);
    let_it_look(&sampler, 2);
    uint64_t start_ns = clock_monotonic_ns();
    while (clock_monotonic_ns() - start_ns < 3 * SAMPLING.stall_ns) {
        let_it_look(&sampler, 5);
    }
    atomic_store(&made_up_holder, 0);
    let_it_look(&sampler, 5);
    sampler_stop(&sampler);
    CHECK(sampler.recorder.stalls.count == 1);
    CHECK(sampler.stacks.stack_count > 0 && sampler.stacks.frame_count == 1);
    CHECK(sampler.stacks.frames[0].line == 42 && sampler.stacks.stacks[0].depth == 2);
    CHECK(sampler.stacks.stacks[0].hold_start_ns == sampler.recorder.stalls.items[0].start_ns);
    sampler_destroy(&sampler);
}

static uint64_t
looks_while_the_thread_is_late(const struct sampling *sampling)
{
    struct sampler sampler;
    sampler_init(&sampler, sampling);
    CHECK(sampler_start(&sampler));
    let_it_look(&sampler, 40); /* until it is known that a core is idle */
    atomic_store(&made_up_delay_ns, 30 * MS);
    while (atomic_load(&made_up_delay_ns) > 0) {
        os_sleep_ns(100 * US);
    }
    os_mutex_lock(&sampler.mutex);
    uint64_t before = sampler.recorder.samples;
    os_mutex_unlock(&sampler.mutex);
    os_sleep_ns(20 * MS);
    os_mutex_lock(&sampler.mutex);
    uint64_t looks = sampler.recorder.samples - before;
    os_mutex_unlock(&sampler.mutex);
    sampler_stop(&sampler);
    sampler_destroy(&sampler);
    return looks;
}

/* More than one look in those 20 ms: the thread's own, should it be back early, is one. */
static void
another_thread_stands_in_for_one_that_is_late(void)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
        return;
    }
    struct sampling without_stalls = SAMPLING;
    without_stalls.stall_ns = 0;
    while (looks_while_the_thread_is_late(&SAMPLING) < 2) {
    }
    while (looks_while_the_thread_is_late(&without_stalls) > 0) {
    }
}

static void
it_ends_by_itself_when_the_runtime_does(void)
{
    struct sampler sampler;
    sampler_init(&sampler, &SAMPLING);
    CHECK(sampler_start(&sampler));
    atomic_store(&made_up_finalizing, true);
    looker_join(&sampler.looker);
    sampler.is_running = false;
    backup_sampler_stop(&sampler.backup_sampler);
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
        let_it_look(sampler, 1);
        os_mutex_lock(&sampler->mutex);
        seen_ns = sampler->pause_ns;
        CHECK(sampler->recorder.widest_ns == 4 * seen_ns);
        os_mutex_unlock(&sampler->mutex);
    } while (seen_ns != pause_ns);
}

/* More busy threads than cores, and then none. */
static void
it_looks_more_seldom_while_it_displaces_the_program(void)
{
    enum { MAX_CORES = 64 };
    struct sampling careful = SAMPLING;
    careful.busy_interval_ns = 2 * MS;
    struct sampler sampler;
    sampler_init(&sampler, &careful);
    CHECK(sampler_start(&sampler));
    os_thread busy[MAX_CORES + 1];
    atomic_bool is_over = false;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    cores = cores < MAX_CORES ? cores : MAX_CORES;
    for (long i = 0; i <= cores; i++) {
        CHECK(os_thread_start(&busy[i], spin_until_told, &is_over));
    }
    wait_for_pause(&sampler, careful.busy_interval_ns);
    atomic_store(&is_over, true);
    for (long i = 0; i <= cores; i++) {
        os_thread_join(&busy[i]);
    }
    wait_for_pause(&sampler, careful.interval_ns);
    sampler_stop(&sampler);
    CHECK(sampler.throttled_total_ns > 0);
    sampler_destroy(&sampler);
}

int
main(void)
{
    holders_are_recorded_one_after_another();
    an_address_that_another_thread_uses_again_is_another_holder();
    a_stall_has_stacks_and_a_short_hold_has_none();
    another_thread_stands_in_for_one_that_is_late();
    it_ends_by_itself_when_the_runtime_does();
    it_looks_more_seldom_while_it_displaces_the_program();
    return 0;
}
