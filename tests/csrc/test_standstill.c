/* A thread stands still for as long as each sample finds it holding the GIL at one place. */

#include "check.h"
#include "checking/standstill.h"

static struct standing
standing(uint64_t now_ns, gil_holder holder, uint64_t switches, uintptr_t frame, uintptr_t place)
{
    return (struct standing){
        now_ns, {holder, switches}, {(const void *)frame, (const void *)place}};
}

static void
check_that_it_begins_anew(struct standing before, struct standing after)
{
    struct standstill standstill = {.since_ns = 0};
    standstill_note(&standstill, &before);
    before.now_ns++;
    standstill_note(&standstill, &before);
    CHECK(standstill.since_ns == before.now_ns - 1);
    CHECK(standstill.samples == 2);
    standstill_note(&standstill, &after);
    CHECK(standstill.since_ns == after.now_ns);
    CHECK(standstill.samples == 1);
}

int
main(void)
{
    check_that_it_begins_anew(standing(5, 1, 7, 30, 40), standing(9, 2, 7, 30, 40));
    check_that_it_begins_anew(standing(5, 1, 7, 30, 40), standing(9, 1, 8, 30, 40));
    check_that_it_begins_anew(standing(5, 1, 7, 30, 40), standing(9, 1, 7, 31, 40));
    check_that_it_begins_anew(standing(5, 1, 7, 30, 40), standing(9, 1, 7, 30, 41));
    return 0;
}
