/* Who waits, beside a GIL that the test makes up: its samples are fed one by one. */

#include "check.h"
#include "made_up_gil.h"
#include "recording/waiters.h"

enum { MS = 1000000, HOLDER = 1 };

static struct recorder recorder;
static struct holders holders;
static struct stacks stacks;
static struct activity activity;
static struct waiters waiters;
static os_mutex mutex;
static const struct gil GIL = {NULL, NULL};
static uint64_t now_ns;

static void
begin(bool tells_who)
{
    atomic_store(&made_up_tells_who, tells_who);
    atomic_store(&made_up_holder, HOLDER);
    now_ns = 1000 * MS;
    os_mutex_init(&mutex);
    recorder_init(&recorder, NULL, 1000 * MS, 20 * MS, 1000);
    holders_init(&holders);
    stacks_init(&stacks, NULL, true, 20 * MS, 0, 1 << 20);
    activity_init(&activity, NULL, 1 << 16, 0);
    activity_begin(&activity);
    waiters_init(&waiters, NULL, 20 * MS, 0, 1 << 16);
    waiters_start(&waiters, true);
}

static void
end(void)
{
    waiters_finish(&waiters, &recorder);
    recorder_finish(&recorder, now_ns);
    recorder_free(&recorder);
    stacks_free(&stacks);
    activity_free(&activity);
    waiters_free(&waiters);
    os_mutex_destroy(&mutex);
    for (int thread = 0; thread <= MADE_UP_THREADS; thread++) {
        atomic_store(&made_up_wants[thread], false);
    }
    atomic_store(&made_up_waiters, 0);
}

static int32_t
slot_of(gil_holder thread)
{
    return holders_find(&holders, &recorder, &GIL, thread);
}

/* How long naming rests depends on what it cost, in true time: here it goes on after 4 ms. */
static void
forget_the_cost(void)
{
    waiters.next_ns = waiters.cost_ns = 0;
    if (waiters.due_ns > waiters.shared_ns + 4 * MS) {
        waiters.due_ns = waiters.shared_ns + 4 * MS;
    }
}

/* A sample, `after_ns` after the last; it names those who wait if it is time to. */
static bool
sample(uint64_t after_ns)
{
    const struct gil_sample seen = gil_state_sample(&GIL);
    now_ns += after_ns;
    const struct sighting sighting = {now_ns, slot_of(seen.holder), seen.switches,
                                      atomic_load(&made_up_waiters)};
    recorder_sample(&recorder, &sighting);
    if (sighting.waiters > 0) {
        recorder_note_request(&recorder, 0);
    }
    forget_the_cost();
    if (!waiters_note(&waiters, &recorder, &seen)) {
        return false;
    }
    const struct naming naming = {
        .gil = &GIL,
        .mutex = &mutex,
        .recorder = &recorder,
        .holders = &holders,
        .stacks = &stacks,
        .activity = &activity,
        .sample = seen,
        .waiters = sighting.waiters,
        .holder = recorder.open.holder,
        .now_ns = now_ns,
        .may_be_a_stall = waiters_may_be_in_a_stall(&waiters, &recorder),
    };
    waiters_name(&waiters, &naming);
    return true;
}

static void
wait_for_it(gil_holder thread)
{
    atomic_store(&made_up_wants[thread], true);
    atomic_fetch_add(&made_up_waiters, 1);
}

/* It gets the GIL at once, and releases it again. */
static void
hand_over_to(gil_holder thread)
{
    atomic_store(&made_up_wants[thread], false);
    atomic_fetch_sub(&made_up_waiters, 1);
    atomic_fetch_add(&made_up_switches, 2);
}

static uint64_t
waited_ns(gil_holder thread)
{
    return recorder.holders[slot_of(thread)].waited_ns;
}

static uint64_t
longest_ns(gil_holder thread)
{
    return recorder.holders[slot_of(thread)].longest_wait_ns;
}

static void
what_is_waited_is_divided_among_those_who_wait(void)
{
    begin(true);
    sample(1 * MS);
    wait_for_it(11);
    wait_for_it(12);
    for (int i = 0; i < 100; i++) {
        sample(1 * MS);
    }
    hand_over_to(11);
    for (int i = 0; i < 100; i++) {
        sample(1 * MS);
    }
    hand_over_to(12);
    sample(1 * MS);
    CHECK(waited_ns(11) + waited_ns(12) == waiters.shared_ns);
    CHECK(waiters.shared_ns <= recorder.waiters.sum_ns);
    CHECK(recorder.waiters.sum_ns - waiters.shared_ns < 20 * MS);
    CHECK(waited_ns(12) > waited_ns(11) + 50 * MS && waited_ns(11) > 50 * MS);
    CHECK(longest_ns(11) == 99 * MS && longest_ns(12) == 99 * MS);
    CHECK(waited_ns(HOLDER) == 0 && waited_ns(13) == 0);
    end();
}

/* Of two that wait, one can't be found: its part is nobody's. */
static void
what_nobody_can_be_named_for_stays_unnamed(void)
{
    begin(true);
    sample(1 * MS);
    wait_for_it(11);
    atomic_fetch_add(&made_up_waiters, 1);
    for (int i = 0; i < 200; i++) {
        sample(1 * MS);
    }
    CHECK(waited_ns(11) > 0 && 2 * waited_ns(11) <= recorder.waiters.sum_ns);
    atomic_fetch_sub(&made_up_waiters, 1);
    end();
}

static void
nobody_is_asked_again_while_all_are_named(void)
{
    begin(true);
    sample(1 * MS);
    wait_for_it(11);
    while (!sample(1 * MS)) {
    }
    unsigned asked = atomic_load(&made_up_asked);
    for (int i = 0; i < 200; i++) {
        sample(1 * MS);
    }
    CHECK(atomic_load(&made_up_asked) == asked);
    CHECK(waited_ns(11) > 150 * MS);
    wait_for_it(12);
    for (int i = 0; i < 50; i++) {
        sample(1 * MS);
    }
    CHECK(atomic_load(&made_up_asked) > asked && waited_ns(12) > 0);
    end();
}

/* One waits from the start, one comes later; a third asks for nothing. */
static void
a_stall_has_its_victims_each_with_its_time_and_its_place(void)
{
    begin(true);
    sample(1 * MS);
    wait_for_it(11);
    for (int i = 0; i < 30; i++) {
        sample(1 * MS);
    }
    wait_for_it(12);
    for (int i = 0; i < 30; i++) {
        sample(1 * MS);
    }
    uint64_t until_ns = now_ns;
    hand_over_to(11);
    sample(1 * MS);
    CHECK(waiters.victim_count == 2);
    const struct victim *first = &waiters.victims[0], *second = &waiters.victims[1];
    CHECK(first->number == recorder.holders[slot_of(11)].number);
    CHECK(second->number == recorder.holders[slot_of(12)].number);
    CHECK(first->until_ns == until_ns && second->until_ns == until_ns);
    CHECK(first->since_ns == until_ns - 59 * MS && second->since_ns == until_ns - 29 * MS);
    CHECK(first->row != POOL_NONE && second->row != POOL_NONE);
    CHECK(stacks.profile.rows[second->row].holder == second->number);
    CHECK(stacks.profile.rows[second->row].held_ns == 0);
    end();
}

static void
a_short_hold_has_no_victims(void)
{
    begin(true);
    for (int round = 0; round < 20; round++) {
        wait_for_it(11);
        for (int i = 0; i < 5; i++) {
            sample(1 * MS);
        }
        hand_over_to(11);
    }
    sample(1 * MS);
    CHECK(waiters.victim_count == 0 && waited_ns(11) > 0);
    CHECK(longest_ns(11) == 4 * MS);
    end();
}

static void
what_a_stack_cost_others_is_laid_on_it(void)
{
    begin(true);
    wait_for_it(11);
    for (int i = 0; i < 100; i++) {
        sample(1 * MS);
    }
    const struct profile *profile = &stacks.profile;
    CHECK(profile->wait_count == 1);
    CHECK(profile->waits[0].victim == recorder.holders[slot_of(11)].number);
    CHECK(profile->rows[profile->waits[0].row].holder == recorder.open.holder);
    CHECK(profile->waits[0].waited_ns == waited_ns(11));
    end();
}

static void
nobody_is_named_if_nothing_tells_who(void)
{
    begin(false);
    waiters_start(&waiters, false);
    wait_for_it(11);
    for (int i = 0; i < 100; i++) {
        CHECK(!sample(1 * MS));
    }
    CHECK(!waiters.is_on && recorder.waiters.sum_ns > 0 && waited_ns(11) == 0);
    end();
}

/* Room for some victims: the others are missing, and that is said. */
static void
victims_keep_to_their_memory(void)
{
    begin(true);
    waiters.pool.max_bytes = 64;
    wait_for_it(11);
    for (int i = 0; i < 50; i++) {
        sample(1 * MS);
    }
    hand_over_to(11);
    sample(1 * MS);
    CHECK(waiters.victim_count == 0 && waiters.victims_full_ns > 0);
    end();
}

int
main(void)
{
    what_is_waited_is_divided_among_those_who_wait();
    what_nobody_can_be_named_for_stays_unnamed();
    nobody_is_asked_again_while_all_are_named();
    a_stall_has_its_victims_each_with_its_time_and_its_place();
    a_short_hold_has_no_victims();
    what_a_stack_cost_others_is_laid_on_it();
    nobody_is_named_if_nothing_tells_who();
    victims_keep_to_their_memory();
    return 0;
}
