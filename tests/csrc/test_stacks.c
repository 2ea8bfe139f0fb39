/* When stacks are taken and what they stand for, of made-up holds whose times the test gives. */

#include <string.h>

#include "check.h"
#include "cpython/frame_state.h"
#include "made_up_gil.h"
#include "recording/stacks.h"

enum { MS = 1000000, STALL_NS = 4 * MS };

static const struct gil NO_GIL = {NULL, NULL};

static struct stacks stacks; /* too large for a stack, with what it knows of each holder */

static void
begin(void)
{
    stacks_init(&stacks, NULL, true, STALL_NS, 10 * MS, 1 << 20);
}

/* A thread has held it for `age_ns` now, and for `before_ns` in the holds before. */
static struct held_moment
held(int32_t number, uint64_t start_ns, uint64_t age_ns, uint64_t before_ns)
{
    atomic_store(&made_up_holder, (gil_holder)number + 1);
    return (struct held_moment){
        .now_ns = start_ns + age_ns,
        .sample = {.holder = (gil_holder)number + 1},
        .waiters = 2,
        .hold_start_ns = start_ns,
        .seen_ns = age_ns,
        .slot = number % 3,
        .number = number,
        .held_ns = before_ns + age_ns,
        .pause_ns = 1000 * MS,
    };
}

static void
look(int32_t number, uint64_t start_ns, uint64_t age_ns, uint64_t before_ns)
{
    const struct held_moment moment = held(number, start_ns, age_ns, before_ns);
    stacks_look(&stacks, &NO_GIL, &moment);
}

static void
the_stacks_of_a_holder_stand_for_what_it_held(void)
{
    begin();
    for (uint64_t i = 0; i < 1000; i++) {
        look(0, 1 + 10 * MS * i, MS, MS * i);
        look(1, 1 + 10 * MS * i + 2 * MS, MS / 2, MS / 2 * i);
    }
    stacks.holders[0].due_ns = stacks.holders[1].due_ns = 0;
    look(0, 20000 * UINT64_C(1000000), MS, 1000 * MS);
    look(1, 20001 * UINT64_C(1000000), MS / 2, 500 * MS);
    const struct profile_row *rows = stacks.profile.rows;
    CHECK(stacks.profile.row_count == 2);
    CHECK(rows[0].held_ns == 1001 * MS && rows[1].held_ns == 1001 * (MS / 2));
    CHECK(rows[0].waiting_ns == 2 * rows[0].held_ns && rows[0].longest_ns == MS);
    stacks_free(&stacks);
}

static void
a_stack_that_another_thread_may_have_run_is_dropped(void)
{
    begin();
    struct held_moment moment = held(0, 1, MS, 0);
    atomic_store(&made_up_holder, 7);
    stacks_look(&stacks, &NO_GIL, &moment);
    CHECK(stacks.profile.row_count == 0 && stacks.holders[0].stacked_ns == 0);
    atomic_store(&made_up_holder, 1);
    moment.sample.switches = atomic_load(&made_up_switches) + 1;
    stacks_look(&stacks, &NO_GIL, &moment);
    CHECK(stacks.profile.row_count == 0);
    look(0, 1, 3 * MS, 0);
    CHECK(stacks.profile.row_count == 1 && stacks.profile.rows[0].held_ns == 3 * MS);
    stacks_free(&stacks);
}

/* A stack of a millisecond: one for 50 of them while a core is idle, one for 200 if all are busy
   and samples may take a hundredth of one. */
static void
a_stack_stands_for_more_time_the_more_it_costs(void)
{
    for (int is_busy = 0; is_busy < 2; is_busy++) {
        begin();
        struct held_moment moment = held(0, 1, 1, 0);
        moment.all_cores_busy = is_busy;
        stacks.cost_ns = MS;
        stacks_look(&stacks, &NO_GIL, &moment);
        uint64_t mean_ns = (is_busy ? 200 : 50) * stacks.cost_ns;
        CHECK(stacks.holders[0].due_ns >= mean_ns / 2);
        CHECK(stacks.holders[0].due_ns <= mean_ns * 3 / 2 + 1);
        uint64_t before = atomic_load(&made_up_stacks);
        moment.now_ns += MS;
        moment.held_ns += MS;
        stacks_look(&stacks, &NO_GIL, &moment);
        CHECK(atomic_load(&made_up_stacks) == before);
        stacks_free(&stacks);
    }
}

static void
a_slot_that_another_thread_gets_begins_anew(void)
{
    begin();
    look(0, 1, 900 * MS, 0);
    look(3, 1000 * MS, MS, 0);
    CHECK(stacks.profile.row_count == 2 && stacks.profile.rows[1].held_ns == MS);
    CHECK(stacks.profile.rows[1].holder == 3);
    stacks_free(&stacks);
}

/* The first after half a threshold, then further and further apart, of each hold. */
static void
stacks_of_long_holds_are_kept_with_their_times(void)
{
    begin();
    for (uint64_t hold = 0; hold < 2; hold++) {
        uint64_t start_ns = 1 + hold * 10000 * UINT64_C(1000000);
        for (uint64_t age = 1; age <= 1000; age++) {
            look(0, start_ns, age * MS, hold * 1000 * MS);
        }
    }
    const struct profile_moment *moments = stacks.profile.moments;
    size_t count = stacks.profile.moment_count;
    CHECK(count > 20 && count < 200 && count % 2 == 0);
    CHECK(moments[0].taken_ns == 1 + STALL_NS / 2);
    CHECK(moments[count / 2].taken_ns == 10000 * UINT64_C(1000000) + 1 + STALL_NS / 2);
    CHECK(moments[count - 1].taken_ns - moments[count - 2].taken_ns > 10 * STALL_NS);
    stacks_free(&stacks);
}

/* Each request may be a task of its own: their names make no rows. */
static void
a_task_is_named_in_stalls_and_makes_no_rows(void)
{
    static const char *const tasks[] = {"Task-1", NULL, "Task-2"};
    begin();
    for (size_t i = 0; i < 3; i++) {
        atomic_store(&made_up_task, tasks[i]);
        look(0, 1 + i * 1000 * MS, MS, i * MS);
        look(0, 1 + i * 1000 * MS, STALL_NS, i * MS);
    }
    atomic_store(&made_up_task, NULL);
    const struct profile *profile = &stacks.profile;
    CHECK(profile->row_count == 1 && profile->moment_count == 3);
    for (size_t i = 0; i < 3; i++) {
        uint32_t task = profile->moments[i].task;
        CHECK(tasks[i] == NULL ? task == POOL_NONE
                               : strcmp(profile_text_at(profile, task), tasks[i]) == 0);
    }
    stacks_free(&stacks);
}

/* It stands for what was held since the last, and weighs no more than four pauses. */
static void
a_stack_after_a_long_time_without_samples_weighs_no_more_than_another(void)
{
    begin();
    struct held_moment moment = held(0, 1, 500 * MS, 0);
    moment.pause_ns = MS;
    stacks_look(&stacks, &NO_GIL, &moment);
    const struct profile_row *row = &stacks.profile.rows[0];
    CHECK(row->held_ns == 500 * MS && row->weight_ns >= 4 * MS);
    CHECK(row->weight_ns <= 4 * MS + 2 * 50 * stacks.cost_ns);
    CHECK(row->waiting_ns == 2 * row->weight_ns);
    stacks_free(&stacks);
}

static void
short_holds_have_no_times(void)
{
    begin();
    look(0, 1, STALL_NS / 2 - 1, 0);
    CHECK(stacks.profile.row_count == 1 && stacks.profile.moment_count == 0);
    stacks_free(&stacks);
}

static void
a_stack_says_when_it_is_truncated(void)
{
    begin();
    atomic_store(&made_up_stack_depth, 5 * MAX_FRAMES);
    look(0, 1, MS, 0);
    atomic_store(&made_up_stack_depth, 0);
    const struct profile *profile = &stacks.profile;
    const struct profile_row *row = &profile->rows[0];
    CHECK(row->depth == MAX_FRAMES + 1);
    uint32_t outermost = profile->frame_numbers[row->first + MAX_FRAMES];
    CHECK(strcmp(profile_text_at(profile, profile->frames[outermost].function), "<truncated>") ==
          0);
    stacks_free(&stacks);
}

static void
what_finds_no_memory_is_nobodys(void)
{
    stacks_init(&stacks, NULL, true, STALL_NS, 0, 10);
    look(0, 1, 5 * MS, 0);
    CHECK(stacks.profile.row_count == 0 && stacks.profile.full_ns == 1 + 5 * MS);
    CHECK(stacks.holders[0].stacked_ns == 5 * MS);
    stacks_free(&stacks);
}

static void
none_is_taken_if_nobody_wants_them(void)
{
    stacks_init(&stacks, NULL, false, STALL_NS, 0, 1 << 20);
    uint64_t before = atomic_load(&made_up_stacks);
    look(0, 1, 100 * MS, 0);
    CHECK(stacks_take(&stacks, 1, 0, 1) == POOL_NONE);
    CHECK(atomic_load(&made_up_stacks) == before);
    stacks_free(&stacks);
}

static void
a_stack_that_is_only_taken_stands_for_nothing(void)
{
    begin();
    uint32_t row = stacks_take(&stacks, 9, 4, 1);
    CHECK(row == 0 && stacks.profile.rows[0].held_ns == 0 && stacks.profile.rows[0].holder == 4);
    stacks_free(&stacks);
}

int
main(void)
{
    the_stacks_of_a_holder_stand_for_what_it_held();
    a_stack_that_another_thread_may_have_run_is_dropped();
    a_stack_stands_for_more_time_the_more_it_costs();
    a_slot_that_another_thread_gets_begins_anew();
    a_task_is_named_in_stalls_and_makes_no_rows();
    stacks_of_long_holds_are_kept_with_their_times();
    a_stack_after_a_long_time_without_samples_weighs_no_more_than_another();
    short_holds_have_no_times();
    a_stack_says_when_it_is_truncated();
    what_finds_no_memory_is_nobodys();
    none_is_taken_if_nobody_wants_them();
    a_stack_that_is_only_taken_stands_for_nothing();
    return 0;
}
