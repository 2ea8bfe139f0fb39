/* One thread claims the end of a program, and the others wait for it. */

#include "check.h"
#include "cli/ending.h"

enum { THIS = 1, OTHER = 2, MS = 1000000 };

static void
test_the_first_to_claim_it_has_it(void)
{
    struct ending ending;
    ending_init(&ending);
    CHECK(!ending_is_of(&ending, THIS));
    CHECK(ending_claim(&ending, THIS));
    CHECK(!ending_claim(&ending, THIS));
    CHECK(!ending_claim(&ending, OTHER));
    CHECK(ending_is_of(&ending, THIS));
    CHECK(!ending_is_of(&ending, OTHER));
    ending_set_done(&ending);
    CHECK(!ending_claim(&ending, OTHER));
    CHECK(ending_is_of(&ending, THIS));
    ending_destroy(&ending);
}

static void
test_a_wait_ends_at_its_deadline(void)
{
    struct ending ending;
    ending_init(&ending);
    uint64_t deadline_ns = clock_monotonic_ns() + 5 * MS;
    CHECK(!ending_wait_while(&ending, ENDING_OPEN, deadline_ns));
    CHECK(clock_monotonic_ns() >= deadline_ns);
    CHECK(ending_wait_while(&ending, ENDING_CLAIMED, 0));
    ending_destroy(&ending);
}

static void
finish_it(void *opaque_ending)
{
    struct ending *ending = opaque_ending;
    ending_claim(ending, OTHER);
    os_sleep_ns(5 * MS);
    ending_set_done(ending);
}

static void
test_a_wait_ends_when_it_is_done(void)
{
    struct ending ending;
    os_thread thread;
    ending_init(&ending);
    CHECK(os_thread_start(&thread, finish_it, &ending));
    CHECK(ending_wait_while(&ending, ENDING_OPEN, OS_FOREVER));
    CHECK(ending_wait_while(&ending, ENDING_CLAIMED, OS_FOREVER));
    CHECK(ending.state == ENDING_DONE);
    os_thread_join(&thread);
    ending_destroy(&ending);
}

int
main(void)
{
    test_the_first_to_claim_it_has_it();
    test_a_wait_ends_at_its_deadline();
    test_a_wait_ends_when_it_is_done();
    return 0;
}
