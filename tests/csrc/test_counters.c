/* Counters under threads: guarded ones lose nothing; plain ones may, by defined behaviour. */

#include "check.h"
#include "lab/counters.h"

enum { THREADS = 3, TIMES = 20000, CELLS = 4 };

struct task {
    struct counters *counters;
    bool is_owner;
    uint64_t saw_zero;
};

static void
count_up(void *opaque_task)
{
    struct task *task = opaque_task;
    counters_add(task->counters, TIMES, 1, task->is_owner);
}

static void
take_and_drop(void *opaque_task)
{
    struct task *task = opaque_task;
    task->saw_zero = counters_take_and_drop(task->counters, TIMES, task->is_owner);
}

static void
run(struct counters *counters, os_thread_body body, struct task tasks[THREADS])
{
    os_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        tasks[i] = (struct task){counters, i == 0, 0};
        CHECK(os_thread_start(&threads[i], body, &tasks[i]));
    }
    for (int i = 0; i < THREADS; i++) {
        os_thread_join(&threads[i]);
    }
}

static void
guarded_counters_lose_nothing_and_plain_ones_gain_nothing(void)
{
    for (int counting = COUNTING_PLAIN; counting <= COUNTING_BIASED; counting++) {
        struct counters counters;
        struct task tasks[THREADS];
        CHECK(counters_init(&counters, (enum counting)counting, CELLS));
        run(&counters, count_up, tasks);
        int64_t total = counters_total(&counters);
        CHECK(counting == COUNTING_PLAIN ? total <= THREADS * TIMES : total == THREADS * TIMES);
        counters_destroy(&counters);
    }
}

static void
guarded_references_are_right_and_never_saw_zero(void)
{
    for (int counting = COUNTING_PLAIN; counting <= COUNTING_BIASED; counting++) {
        struct counters counters;
        struct task tasks[THREADS];
        CHECK(counters_init(&counters, (enum counting)counting, CELLS));
        counters_init_references(&counters);
        run(&counters, take_and_drop, tasks);
        struct reference_outcomes outcomes = counters_tally(&counters);
        CHECK(outcomes.right + outcomes.leaked + outcomes.premature == CELLS);
        if (counting != COUNTING_PLAIN) {
            CHECK(outcomes.right == CELLS);
            CHECK(tasks[0].saw_zero + tasks[1].saw_zero + tasks[2].saw_zero == 0);
        }
        counters_destroy(&counters);
    }
}

/* What a race does, done by hand: the tally tells it. */
static void
wrong_counts_are_tallied_so(void)
{
    struct counters counters;
    CHECK(counters_init(&counters, COUNTING_PLAIN, 3));
    counters_init_references(&counters);
    atomic_store(&counters.cells[0].count, 2);
    atomic_store(&counters.cells[1].count, 0);
    struct reference_outcomes outcomes = counters_tally(&counters);
    CHECK(outcomes.right == 1 && outcomes.leaked == 1 && outcomes.premature == 1);
    CHECK(counters_take_and_drop(&counters, 3, false) == 1);
    counters_destroy(&counters);
}

static void
too_many_cells_are_refused(void)
{
    struct counters counters;
    CHECK(!counters_init(&counters, COUNTING_ATOMIC, SIZE_MAX / 64));
    counters_destroy(&counters);
}

int
main(void)
{
    guarded_counters_lose_nothing_and_plain_ones_gain_nothing();
    guarded_references_are_right_and_never_saw_zero();
    wrong_counts_are_tallied_so();
    too_many_cells_are_refused();
    return 0;
}
