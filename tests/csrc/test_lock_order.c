/* Two locks in opposite orders deadlock until the timeout; in the same order they don't. A lock
   that its holder drops only after the other party has ended isn't to be had. */

#include "check.h"
#include "lab/lock_order.h"

struct party {
    struct lock_pair *pair;
    uint32_t first;
    bool wait_until_both_hold_one;
    uint64_t timeout_ns;
    bool has_both;
};

static void
take(void *opaque_party)
{
    struct party *party = opaque_party;
    party->has_both = lock_pair_take_both(party->pair, party->first,
                                          party->wait_until_both_hold_one, party->timeout_ns);
}

static int
parties_that_had_both(uint32_t other_first, bool wait_until_both_hold_one, uint64_t timeout_ns)
{
    struct lock_pair pair;
    lock_pair_init(&pair);
    struct party parties[] = {{&pair, 0, wait_until_both_hold_one, timeout_ns, false},
                              {&pair, other_first, wait_until_both_hold_one, timeout_ns, false}};
    os_thread threads[2];
    for (int i = 0; i < 2; i++) {
        CHECK(os_thread_start(&threads[i], take, &parties[i]));
    }
    for (int i = 0; i < 2; i++) {
        os_thread_join(&threads[i]);
    }
    CHECK(!pair.is_taken[0] && !pair.is_taken[1]);
    lock_pair_destroy(&pair);
    return parties[0].has_both + parties[1].has_both;
}

static void
hold(void *opaque_pair)
{
    lock_pair_hold_first(opaque_pair);
    lock_pair_drop_first(opaque_pair);
}

static void
hold_only(void *opaque_pair)
{
    lock_pair_hold_first(opaque_pair);
}

static void
check_that_a_dropped_lock_is_taken(void)
{
    struct lock_pair pair;
    os_thread holder;
    lock_pair_init(&pair);
    CHECK(os_thread_start(&holder, hold, &pair));
    lock_pair_await_holder(&pair);
    CHECK(pair.is_taken[0]);
    CHECK(lock_pair_take_first(&pair, 60 * (uint64_t)NS_PER_SECOND));
    os_thread_join(&holder);
    CHECK(!pair.is_taken[0]);
    lock_pair_destroy(&pair);
}

static void
check_that_a_held_lock_is_not(void)
{
    struct lock_pair pair;
    os_thread holder;
    lock_pair_init(&pair);
    CHECK(os_thread_start(&holder, hold_only, &pair));
    lock_pair_await_holder(&pair);
    CHECK(!lock_pair_take_first(&pair, 20000000));
    os_thread_join(&holder);
    lock_pair_drop_first(&pair);
    CHECK(lock_pair_take_first(&pair, 0));
    lock_pair_destroy(&pair);
}

int
main(void)
{
    check_that_a_dropped_lock_is_taken();
    check_that_a_held_lock_is_not();
    for (int i = 0; i < 20; i++) {
        CHECK(parties_that_had_both(0, false, 60 * (uint64_t)NS_PER_SECOND) == 2);
        CHECK(parties_that_had_both(1, true, 20000000) < 2);
    }
    return 0;
}
