/* Who waits for the made-up GIL, whose thread states say so themselves; each is asked once. */

#include "check.h"
#include "made_up_gil.h"
#include "os/condition_waiters.h"
#include "real_threads.h"
#include "recording/waiter_search.h"

static const struct gil GIL = {NULL, NULL};
static struct waiter_search search;

static unsigned
run(gil_holder holder, size_t wanted)
{
    unsigned before = atomic_load(&made_up_asked);
    waiter_search_run(&search, &GIL, holder, wanted);
    return atomic_load(&made_up_asked) - before;
}

static void
set_waiting(gil_holder thread, bool waits)
{
    atomic_store(&made_up_wants[thread], waits);
}

static void
those_that_wait_are_found_and_no_others(void)
{
    set_waiting(7, true);
    set_waiting(3, true);
    run(1, 2);
    CHECK(search.found.count == 2 && search.certain == 2);
    CHECK(search.found.items[0].state + search.found.items[1].state == 10);
    CHECK(search.found.items[0].thread.native_id == search.found.items[0].state);
}

static void
those_that_waited_last_are_asked_first_and_nobody_once_all_are_found(void)
{
    CHECK(run(1, 2) == 2);
    CHECK(run(1, 1) == 1 && search.found.count == 1);
}

static void
the_holder_is_not_asked(void)
{
    set_waiting(7, false);
    run(3, 1);
    CHECK(search.found.count == 0);
    run(1, 1);
    CHECK(search.found.count == 1 && search.found.items[0].state == 3);
    set_waiting(3, false);
}

/* One of them would be named in the place of a thread of the program's. */
static void
threads_of_gilexts_own_are_not_asked(void)
{
    static struct own_requests own;
    set_waiting(3, true);
    set_waiting(7, true);
    own_requests_replace(&own, 0, 3);
    search.own = &own;
    run(1, 1);
    CHECK(search.found.count == 1 && search.found.items[0].state == 7);
    run(1, 2);
    CHECK(search.found.count == 1 && search.found.items[0].state == 7);
    own_requests_replace(&own, 3, 0);
    run(1, 2);
    CHECK(search.found.count == 2);
    search.own = NULL;
    set_waiting(3, false);
    set_waiting(7, false);
}

static void
a_forked_child_has_no_own_threads_of_its_parent(void)
{
    static struct own_requests own;
    own_requests_are_of(&own, 100);
    own_requests_replace(&own, 0, 3);
    atomic_fetch_add(&own.waiting, 1);
    own_requests_are_of(&own, 100);
    CHECK(own_requests_has(&own, 3) && atomic_load(&own.waiting) == 1);
    own_requests_are_of(&own, 101);
    CHECK(!own_requests_has(&own, 3) && atomic_load(&own.waiting) == 0);
}

/* The next goes on where the last one stopped, so that each is asked in turn. */
static void
no_more_than_so_many_are_asked_in_one_go(void)
{
    _Static_assert((int)MADE_UP_THREADS > (int)MAX_ASKED &&
                       (int)MADE_UP_THREADS < 2 * (int)MAX_ASKED,
                   "two goes");
    search = (struct waiter_search){.source = WAITERS_BY_REQUEST};
    set_waiting(MAX_ASKED + 5, true);
    CHECK(run(0, 1) == MAX_ASKED && search.found.count == 0);
    CHECK(run(0, 1) == 5 && search.found.count == 1);
    CHECK(run(0, 1) == 1);
    set_waiting(MAX_ASKED + 5, false);
}

static void
as_many_are_named_as_there_is_room_for(void)
{
    search = (struct waiter_search){.source = WAITERS_BY_REQUEST};
    for (gil_holder thread = 1; thread <= MAX_FOUND + 10; thread++) {
        set_waiting(thread, true);
    }
    run(0, MAX_FOUND + 10);
    CHECK(search.found.count == MAX_FOUND);
    for (gil_holder thread = 1; thread <= MAX_FOUND + 10; thread++) {
        set_waiting(thread, false);
    }
}

#ifdef __linux__

/* Of three threads one waits, one runs, and one is blocked elsewhere. */
static void
the_one_that_runs_is_named_if_it_must_be_the_one_that_is_missing(void)
{
    struct real_threads threads;
    real_threads_start(&threads);
    made_up_condition = &threads.condition;
    atomic_store(&made_up_thread_count, 3);
    atomic_store(&made_up_native_ids[1], threads.reading);
    atomic_store(&made_up_native_ids[2], threads.spinning);
    atomic_store(&made_up_native_ids[3], threads.waiting);
    search = (struct waiter_search){.source = WAITERS_BY_FUTEX};
    waiter_search_run(&search, &GIL, 0, 1);
    CHECK(search.found.count == 1 && search.certain == 1 && search.found.items[0].state == 3);
    waiter_search_run(&search, &GIL, 0, 2);
    CHECK(search.found.count == 2 && search.certain == 1 && search.found.items[1].state == 2);
    waiter_search_run(&search, &GIL, 0, 3);
    CHECK(search.found.count == 1);
    waiter_search_run(&search, &GIL, 2, 2);
    CHECK(search.found.count == 1);
    real_threads_stop(&threads);
}

/* Two thread states with the number of the one that waits. */
static void
a_thread_with_two_states_is_not_named(void)
{
    struct real_threads threads;
    real_threads_start(&threads);
    made_up_condition = &threads.condition;
    atomic_store(&made_up_thread_count, 3);
    atomic_store(&made_up_native_ids[1], threads.waiting);
    atomic_store(&made_up_native_ids[2], threads.reading);
    atomic_store(&made_up_native_ids[3], threads.waiting);
    search = (struct waiter_search){.source = WAITERS_BY_FUTEX};
    waiter_search_run(&search, &GIL, 0, 1);
    CHECK(search.count == 3 && search.found.count == 0);
    real_threads_stop(&threads);
}

#endif

int
main(void)
{
    search.source = WAITERS_BY_REQUEST;
    those_that_wait_are_found_and_no_others();
    those_that_waited_last_are_asked_first_and_nobody_once_all_are_found();
    the_holder_is_not_asked();
    threads_of_gilexts_own_are_not_asked();
    a_forked_child_has_no_own_threads_of_its_parent();
    no_more_than_so_many_are_asked_in_one_go();
    as_many_are_named_as_there_is_room_for();
#ifdef __linux__
    if (thread_futex_is_known() && condition_waiters_are_known()) {
        the_one_that_runs_is_named_if_it_must_be_the_one_that_is_missing();
        a_thread_with_two_states_is_not_named();
    }
#endif
    return 0;
}
