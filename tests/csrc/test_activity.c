/* What threads did, by the clocks of real ones. */

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "os/clock.h"
#include "os/thread_list.h"
#include "recording/activity.h"

#ifdef __linux__

enum { MS = 1000000, ROOM = 1 << 16, BUDGET = 10 * MS };

static const struct active_thread_id NOBODY = {.slot = RECORDER_NOBODY};
static struct activity activity;

/* A thread that takes CPU time when it is told to. */
struct worker {
    os_thread thread;
    atomic_uint_fast64_t native_id;
    atomic_uint_fast64_t wanted_ns;
    atomic_uint_fast64_t taken_ns;
    atomic_bool is_over;
};

static void
work(void *opaque_worker)
{
    struct worker *worker = opaque_worker;
    atomic_store(&worker->native_id, (uint64_t)gettid());
    while (!atomic_load(&worker->is_over)) {
        os_sleep_ns(100000);
        while (clock_thread_cpu_ns() < atomic_load(&worker->wanted_ns)) {
        }
        atomic_store(&worker->taken_ns, clock_thread_cpu_ns());
    }
}

static void
start(struct worker *worker)
{
    *worker = (struct worker){0};
    CHECK(os_thread_start(&worker->thread, work, worker));
    while (atomic_load(&worker->native_id) == 0) {
        os_sleep_ns(100000);
    }
}

/* Have it take so much, since it began. */
static void
take(struct worker *worker, uint64_t wanted_ns)
{
    atomic_store(&worker->wanted_ns, wanted_ns);
    while (atomic_load(&worker->taken_ns) < wanted_ns) {
        os_sleep_ns(100000);
    }
}

static void
end(struct worker *worker)
{
    atomic_store(&worker->is_over, true);
    os_thread_join(&worker->thread);
}

static struct active_thread_id
id_of(struct worker *worker, int32_t slot)
{
    return (struct active_thread_id){slot, slot, atomic_load(&worker->native_id)};
}

static uint64_t
sum_of_rows(int32_t number)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < activity.rows.count; i++) {
        const struct activity_row *row = &activity.rows.items[i];
        sum += row->number == number ? row->cpu_ns : 0;
    }
    return sum;
}

static uint64_t
cpu_ns_of(int32_t slot)
{
    uint64_t cpu_ns;
    CHECK(activity_cpu_ns(&activity, slot, slot, &cpu_ns));
    return cpu_ns;
}

static void
begin(void)
{
    activity_init(&activity, NULL, ROOM, BUDGET);
    activity_begin(&activity);
}

static void
look(const struct active_thread_id *thread, uint64_t start_ns)
{
    activity_look(&activity, thread, start_ns, clock_monotonic_ns());
}

static void
end_with(const struct active_thread_id *ids, size_t count, uint64_t now_ns)
{
    for (size_t i = 0; i < count; i++) {
        activity_see(&activity, &ids[i]);
    }
    activity_end(&activity, now_ns);
}

static void
any_thread_has_its_clock(void)
{
    struct thread_clock clock;
    CHECK(thread_clock_of((uint64_t)gettid(), &clock));
    uint64_t before_ns = clock_thread_cpu_ns();
    uint64_t shown_ns = thread_clock_ns(&clock);
    CHECK(before_ns <= shown_ns && shown_ns <= clock_thread_cpu_ns());
}

static void
threads_are_listed_in_order(void)
{
    enum { WORKERS = 80 };
    struct worker workers[WORKERS];
    size_t count, found = 0;
    for (size_t i = 0; i < WORKERS; i++) {
        start(&workers[i]);
    }
    uint64_t *ids = list_threads(&count);
    CHECK(ids != NULL && count > WORKERS);
    for (size_t i = 0; i < count; i++) {
        CHECK(i == 0 || ids[i - 1] < ids[i]);
        for (size_t worker = 0; worker < WORKERS; worker++) {
            found += ids[i] == atomic_load(&workers[worker].native_id);
        }
    }
    CHECK(found == WORKERS);
    free(ids);
    for (size_t i = 0; i < WORKERS; i++) {
        end(&workers[i]);
    }
}

/* One has worked before, one begins afterwards: of both what they take in the recording counts, and
   every bit of it is in a row. */
static void
what_threads_take_in_the_recording_counts(void)
{
    struct worker old, young;
    uint64_t start_ns = clock_monotonic_ns();
    start(&old);
    take(&old, 30 * MS);
    begin();
    look(&NOBODY, start_ns);
    start(&young);
    const struct active_thread_id ids[] = {id_of(&old, 0), id_of(&young, 1)};
    look(&ids[0], start_ns);
    look(&ids[1], start_ns);
    take(&old, 50 * MS);
    take(&young, 15 * MS);
    end_with(ids, 2, clock_monotonic_ns());
    uint64_t all_ns = atomic_load(&old.taken_ns);
    CHECK(cpu_ns_of(0) > 0 && cpu_ns_of(0) < all_ns);
    CHECK(cpu_ns_of(1) >= 15 * MS);
    CHECK(cpu_ns_of(0) - sum_of_rows(0) < MS && cpu_ns_of(1) - sum_of_rows(1) < MS);
    end(&old);
    end(&young);
    activity_free(&activity);
}

/* The clocks are read by the end at the latest; a thread that has ended keeps what was read. */
static void
a_thread_that_ends_keeps_what_was_read(void)
{
    struct worker worker;
    uint64_t start_ns = clock_monotonic_ns();
    begin();
    look(&NOBODY, start_ns);
    start(&worker);
    struct active_thread_id id = id_of(&worker, 0);
    take(&worker, 10 * MS);
    look(&id, start_ns); /* read at once, as it may soon have ended */
    end(&worker);
    end_with(&id, 1, clock_monotonic_ns());
    CHECK(cpu_ns_of(0) >= 10 * MS);
    activity_free(&activity);
}

/* It is seen only after ten reads: what it took before is in the total, and no more of it in rows
   than fits into the time since the last read. */
static void
what_a_thread_took_unseen_is_in_no_bucket(void)
{
    struct worker worker;
    uint64_t start_ns = clock_monotonic_ns();
    begin();
    look(&NOBODY, start_ns);
    start(&worker);
    take(&worker, 60 * MS);
    uint64_t now_ns = clock_monotonic_ns() + 1000 * (uint64_t)MS;
    activity_look(&activity, &NOBODY, start_ns, now_ns);
    struct active_thread_id id = id_of(&worker, 0);
    activity_look(&activity, &id, start_ns, now_ns + 5 * MS);
    end_with(&id, 1, now_ns + 10 * MS);
    CHECK(cpu_ns_of(0) >= 60 * MS);
    CHECK(sum_of_rows(0) > 0 && sum_of_rows(0) <= 10 * MS);
    end(&worker);
    activity_free(&activity);
}

static void
waits_go_into_their_buckets_and_none_is_longer_than_its_time(void)
{
    struct worker worker;
    begin();
    activity_look(&activity, &NOBODY, 1000, 1000);
    start(&worker);
    struct active_thread_id id = id_of(&worker, 3);
    uint64_t bucket_ns = activity.rows.bucket_ns;
    uint64_t edge_ns = 1000 + bucket_ns;
    activity_add_wait(&activity, &id, (struct span){0, 1000 + 800}, 500);
    activity_add_wait(&activity, &id, (struct span){edge_ns - 500, edge_ns + 500}, 600);
    activity_add_wait(&activity, &id, (struct span){edge_ns + 500, edge_ns + 520}, 90);
    CHECK(activity.rows.count == 2);
    CHECK(activity.rows.items[0].waited_ns == 500 + 300 && activity.rows.items[0].number == 3);
    CHECK(activity.rows.items[1].waited_ns == 300 + 20 && activity.rows.items[1].bucket == 1);
    end(&worker);
    activity_free(&activity);
}

/* Another thread has the slot: what the first took is the folded threads'. */
static void
a_slot_that_another_thread_has_leaves_what_the_first_took(void)
{
    struct worker first, second;
    const struct holder_order order = {.count = 1, .slots = {0}, .numbers = {7}};
    uint64_t start_ns = clock_monotonic_ns();
    begin();
    look(&NOBODY, start_ns);
    start(&first);
    start(&second);
    take(&first, 10 * MS);
    struct active_thread_id id = id_of(&first, 0);
    look(&id, start_ns);
    id = (struct active_thread_id){0, 7, atomic_load(&second.native_id)};
    look(&id, start_ns);
    end_with(&id, 1, clock_monotonic_ns());
    uint64_t cpu_ns;
    struct thread_clock clock;
    CHECK(thread_clock_of(id.native_id, &clock));
    CHECK(activity_folded_cpu_ns(&activity, &order) >= 10 * MS);
    CHECK(activity_cpu_ns(&activity, 0, 7, &cpu_ns) && cpu_ns <= thread_clock_ns(&clock));
    CHECK(!activity_cpu_ns(&activity, 0, 0, &cpu_ns));
    end(&first);
    end(&second);
    activity_free(&activity);
}

static void
after_the_end_and_without_room_nothing_is_recorded(void)
{
    struct worker worker;
    start(&worker);
    struct active_thread_id id = id_of(&worker, 0);
    uint64_t start_ns = clock_monotonic_ns(), cpu_ns;
    begin();
    look(&NOBODY, start_ns);
    end_with(&id, 1, clock_monotonic_ns());
    uint64_t before_ns = cpu_ns_of(0);
    take(&worker, 10 * MS);
    activity_look(&activity, &id, start_ns, start_ns + 3600 * (uint64_t)NS_PER_SECOND);
    activity_add_wait(&activity, &id, (struct span){start_ns, start_ns + 9}, 5);
    CHECK(cpu_ns_of(0) == before_ns);
    activity_free(&activity);

    activity_init(&activity, NULL, 0, BUDGET);
    activity_begin(&activity);
    look(&id, start_ns);
    end_with(&id, 1, clock_monotonic_ns());
    CHECK(!activity.knows_clocks && !activity_cpu_ns(&activity, 0, 0, &cpu_ns));
    end(&worker);
    activity_free(&activity);
}

/* With a budget of next to nothing, one read is all there is in a second. */
static void
reading_clocks_keeps_to_its_budget(void)
{
    uint64_t start_ns = clock_monotonic_ns();
    activity_init(&activity, NULL, ROOM, 1);
    activity_begin(&activity);
    look(&NOBODY, start_ns);
    uint64_t first_ns = activity.due_ns;
    activity_look(&activity, &NOBODY, start_ns, first_ns);
    CHECK(activity.due_ns - first_ns > NS_PER_SECOND);
    activity_free(&activity);
}

int
main(void)
{
    any_thread_has_its_clock();
    threads_are_listed_in_order();
    what_threads_take_in_the_recording_counts();
    a_thread_that_ends_keeps_what_was_read();
    what_a_thread_took_unseen_is_in_no_bucket();
    waits_go_into_their_buckets_and_none_is_longer_than_its_time();
    a_slot_that_another_thread_has_leaves_what_the_first_took();
    after_the_end_and_without_room_nothing_is_recorded();
    reading_clocks_keeps_to_its_budget();
    return 0;
}

#else

/* Nobody's clock can be read but one's own: nothing is recorded. */
int
main(void)
{
    struct thread_clock clock;
    size_t count;
    CHECK(!thread_clock_of(1, &clock) && list_threads(&count) == NULL);
    return 0;
}

#endif
