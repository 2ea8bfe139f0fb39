/* The sampling thread, beside a world without a GIL that the test makes up. */

#include "check.h"
#include "made_up_gil.h"
#include "recording/sampler.h"

enum { MS = 1000000, US = 1000 };

static const struct sampling SAMPLING = {
    .interval_ns = 100 * US, .memory = 1 << 20, .takes_stacks = true};

static struct sampler sampler; /* too large for a stack */
static struct own_requests own;

static void
begin(void)
{
    for (int thread = 1; thread <= MADE_UP_THREADS; thread++) {
        atomic_store(&made_up_attached[thread], false);
    }
    atomic_store(&made_up_thread_count, 5);
    atomic_store(&made_up_no_gil, true);
    atomic_store(&made_up_asker, 0);
    atomic_store(&made_up_stopped, false);
    atomic_store(&made_up_countdown, 4);
    struct sampling sampling = SAMPLING;
    sampling.own = &own;
    sampler_init(&sampler, &sampling);
    CHECK(sampler_start(&sampler, false) == SAMPLER_STARTED);
    sampler_sample(&sampler);
}

static void
let_it_sample(uint64_t times)
{
    uint64_t seen = 0, first = 0;
    do {
        os_sleep_ns(100 * US);
        os_mutex_lock(&sampler.mutex);
        seen = sampler.world.attachments.time.samples;
        os_mutex_unlock(&sampler.mutex);
        first = first == 0 ? seen : first;
    } while (seen < first + times);
}

static void
let_it_see_a_pause(void)
{
    bool is_open = false;
    while (!is_open) {
        os_sleep_ns(100 * US);
        os_mutex_lock(&sampler.mutex);
        is_open = sampler.world.pauses.is_open;
        os_mutex_unlock(&sampler.mutex);
    }
}

/* The number that the recorder gave a thread; RECORDER_NOBODY for one that was never attached. */
static int32_t
number_of(gil_holder thread)
{
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        if (sampler.recorder.holders[slot].number != RECORDER_NOBODY &&
            sampler.holders.threads[slot].holder == thread) {
            return sampler.recorder.holders[slot].number;
        }
    }
    return RECORDER_NOBODY;
}

/* The line of a made-up frame is the number of its thread. */
static gil_holder
thread_of(uint32_t row)
{
    const struct profile *profile = &sampler.stacks.profile;
    CHECK(row < profile->row_count);
    return (gil_holder)profile->frames[profile->frame_numbers[profile->rows[row].first]].line;
}

static void
attached_threads_have_their_time_and_their_stacks(void)
{
    begin();
    atomic_store(&made_up_attached[1], true);
    atomic_store(&made_up_attached[2], true);
    let_it_sample(20);
    atomic_store(&made_up_attached[2], false);
    let_it_sample(20);
    sampler_stop(&sampler);
    const struct recorder *recorder = &sampler.recorder;
    const struct profile *profile = &sampler.stacks.profile;
    CHECK(number_of(3) == RECORDER_NOBODY && number_of(1) >= 0 && number_of(2) >= 0);
    uint64_t stacked_ns = 0, attached_ns = 0;
    for (int32_t slot = 0; slot < 2; slot++) {
        attached_ns += recorder->holders[slot].attached.sum_ns;
        CHECK(recorder->holders[slot].held_ns == 0);
    }
    for (size_t row = 0; row < profile->row_count; row++) {
        gil_holder thread = thread_of((uint32_t)row);
        CHECK(thread == 1 || thread == 2);
        stacked_ns += profile->rows[row].attached_ns;
    }
    CHECK(stacked_ns > 0 && stacked_ns <= attached_ns);
    CHECK(attached_ns <= 2 * (recorder->last.now_ns - recorder->start_ns));
    CHECK(sampler.world.pauses.seen == 0);
    sampler_destroy(&sampler);
}

static void
a_stop_of_the_world_has_its_asker_and_who_kept_it_waiting(void)
{
    begin();
    atomic_store(&made_up_attached[1], true);
    atomic_store(&made_up_attached[2], true);
    let_it_sample(5);
    atomic_store(&made_up_asker, 1);
    let_it_sample(10);
    atomic_store(&made_up_attached[2], false);
    atomic_store(&made_up_stopped, true);
    let_it_sample(5);
    atomic_store(&made_up_asker, 0);
    atomic_store(&made_up_stopped, false);
    let_it_sample(5);
    sampler_stop(&sampler);
    const struct pauses *pauses = &sampler.world.pauses;
    CHECK(pauses->seen == 1 && pauses->count == 1);
    const struct pause *pause = &pauses->kept[0];
    CHECK(pause->asker == number_of(1) && thread_of(pause->row) == 1);
    CHECK(pause->waited_count == 1 && pause->waited_for[0].number == number_of(2));
    CHECK(thread_of(pause->waited_for[0].row) == 2);
    CHECK(pause->stopping_until_ns > pause->start_ns);
    CHECK(pause->stopped_until_ns > pause->stopping_until_ns);
    sampler_destroy(&sampler);
}

/* As it is for as long as a fork takes. */
static void
a_pause_is_seen_while_the_list_is_locked(void)
{
    begin();
    atomic_store(&made_up_attached[1], true);
    let_it_sample(5);
    atomic_store(&made_up_stopped, true);
    atomic_store(&made_up_asker, 1);
    atomic_store(&made_up_list_locked, true);
    let_it_see_a_pause();
    atomic_store(&made_up_asker, 0);
    atomic_store(&made_up_stopped, false);
    atomic_store(&made_up_list_locked, false);
    let_it_sample(5);
    sampler_stop(&sampler);
    const struct pauses *pauses = &sampler.world.pauses;
    CHECK(pauses->seen == 1 && pauses->kept[0].asker == number_of(1));
    CHECK(pauses->kept[0].stopped_until_ns >= pauses->kept[0].start_ns);
    CHECK(pauses->kept[0].waited_count == 0);
    sampler_destroy(&sampler);
}

/* Who can't be counted isn't taken for detached. */
static void
a_list_that_is_locked_tells_nothing(void)
{
    begin();
    atomic_store(&made_up_attached[1], true);
    let_it_sample(5);
    atomic_store(&made_up_list_locked, true);
    os_sleep_ns(5 * MS);
    atomic_store(&made_up_list_locked, false);
    let_it_sample(5);
    sampler_stop(&sampler);
    const struct attachments *attachments = &sampler.world.attachments;
    CHECK(sampler.recorder.holders[0].attached.sum_ns > 5 * MS);
    CHECK(sampler.recorder.holders[0].attached.jumps <= 1); /* at the beginning */
    CHECK(attachments->time.samples_with_gil == 0);
    sampler_destroy(&sampler);
}

static void
threads_of_gilexts_own_do_not_count(void)
{
    begin();
    own_requests_replace(&own, 0, 3);
    atomic_store(&made_up_attached[1], true);
    atomic_store(&made_up_attached[3], true);
    atomic_store(&made_up_asker, 3);
    let_it_sample(10);
    atomic_store(&made_up_asker, 0);
    sampler_stop(&sampler);
    CHECK(number_of(1) >= 0 && number_of(3) == RECORDER_NOBODY);
    CHECK(sampler.world.pauses.seen == 0);
    own_requests_replace(&own, 3, 0);
    CHECK(!own_requests_has(&own, 3) && !own_requests_has(&own, 0));
    sampler_destroy(&sampler);
}

static void
with_a_gil_nobody_is_asked(void)
{
    begin();
    atomic_store(&made_up_no_gil, false);
    let_it_sample(2);
    atomic_store(&made_up_attached[4], true);
    atomic_store(&made_up_asker, 4);
    let_it_sample(10);
    sampler_stop(&sampler);
    CHECK(number_of(4) == RECORDER_NOBODY && sampler.world.pauses.seen == 0);
    sampler_destroy(&sampler);
}

int
main(void)
{
    attached_threads_have_their_time_and_their_stacks();
    a_stop_of_the_world_has_its_asker_and_who_kept_it_waiting();
    a_pause_is_seen_while_the_list_is_locked();
    a_list_that_is_locked_tells_nothing();
    threads_of_gilexts_own_do_not_count();
    with_a_gil_nobody_is_asked();
    return 0;
}
