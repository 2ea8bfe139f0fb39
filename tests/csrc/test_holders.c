/* From addresses of thread states to threads, however many there were. */

#include "check.h"
#include "made_up_gil.h"
#include "recording/holder_order.h"
#include "recording/holders.h"

static struct holders holders;
static struct recorder recorder;
static const struct gil gil = {0};

static void
begin(void)
{
    holders_init(&holders);
    recorder_init(&recorder, NULL, 1000000, 0, 1 << 20);
    atomic_store(&made_up_generation, 0);
}

static int32_t
find(gil_holder holder)
{
    return holders_find(&holders, &recorder, &gil, holder);
}

static void
test_an_address_is_one_holder_for_as_long_as_its_thread_lives(void)
{
    begin();
    CHECK(find(0) == RECORDER_NOBODY);
    int32_t first = find(4096), second = find(8192);
    CHECK(first != second && find(4096) == first && find(8192) == second);
    CHECK(recorder.holders[first].number == 0 && recorder.holders[second].number == 1);
    CHECK(holders.threads[second].thread.ident == 8192);
    recorder_free(&recorder);
}

/* The made-up GIL's native ids change with the generation: each address is another thread's. */
static void
test_an_address_that_another_thread_uses_again_is_another_holder(void)
{
    begin();
    int32_t before = find(4096);
    atomic_fetch_add(&made_up_generation, 1);
    int32_t after = find(4096);
    CHECK(before != after && find(4096) == after);
    CHECK(holders.threads[before].has_ended && !holders.threads[after].has_ended);
    CHECK(holders.threads[after].thread.native_id ==
          holders.threads[before].thread.native_id + 1000);
    recorder_free(&recorder);
}

static void
test_a_thread_that_was_found_in_the_list_is_the_holder_that_it_was(void)
{
    begin();
    int32_t held = find(4096);
    struct thread_state found = {4096, holders.threads[held].thread};
    CHECK(holders_place(&holders, &recorder, &found, 0) == held);
    found.state = 8192;
    found.thread.native_id = 5;
    int32_t placed = holders_place(&holders, &recorder, &found, 0);
    CHECK(placed != held && holders.threads[placed].thread.native_id == 5);
    found.thread.native_id = 6;
    CHECK(holders_place(&holders, &recorder, &found, 1) != placed);
    CHECK(holders.threads[placed].has_ended);
    recorder_free(&recorder);
}

/* Each of many threads holds the GIL once, for a time of its own; a main thread in between. */
static uint64_t
see_threads(int count, bool at_one_address)
{
    struct sighting sighting = {.holder = RECORDER_NOBODY};
    uint64_t held_ns = 0;
    for (int i = 0; i < count; i++) {
        uint64_t length_ns = 2 * (uint64_t)(1 + i * 377 % 1000);
        if (at_one_address) {
            atomic_fetch_add(&made_up_generation, 1);
        }
        gil_holder thread = at_one_address ? 4096 : 8192 + 1024 * (gil_holder)i;
        sighting = (struct sighting){.now_ns = sighting.now_ns + 2,
                                     .holder = find(thread),
                                     .switches = sighting.switches + 1};
        recorder_sample(&recorder, &sighting);
        sighting.now_ns += length_ns;
        recorder_sample(&recorder, &sighting);
        sighting = (struct sighting){.now_ns = sighting.now_ns + 2,
                                     .holder = RECORDER_NOBODY,
                                     .switches = sighting.switches};
        recorder_sample(&recorder, &sighting);
        held_ns += length_ns + (i == 0 ? 1 : 2);
    }
    return held_ns;
}

static uint64_t
held_by_holders(void)
{
    uint64_t held_ns = recorder.folded.held_ns;
    for (int32_t i = 0; i < RECORDER_MAX_HOLDERS; i++) {
        held_ns += recorder.holders[i].number == RECORDER_NOBODY ? 0 : recorder.holders[i].held_ns;
    }
    return held_ns;
}

static void
test_totals_stay_exact_however_many_threads_there_were(bool at_one_address)
{
    enum { THREADS = 20000 };
    struct holder_order order;
    begin();
    uint64_t held_ns = see_threads(THREADS, at_one_address);
    recorder_finish(&recorder, recorder.last.now_ns);
    recorder_order_holders(&recorder, &order);
    CHECK(recorder.next_number == THREADS);
    CHECK(order.count <= RECORDER_MAX_HOLDERS && order.count >= RECORDER_MAX_HOLDERS / 2);
    CHECK(recorder.folded_count == THREADS - (size_t)order.count);
    CHECK(recorder.held_ns == held_ns && held_by_holders() == held_ns);
    recorder_free(&recorder);
}

/* The cost of a find is counted, not timed: with 20,000 threads seen it is that with a few. */
static void
test_finding_one_costs_the_same_however_many_threads_there_were(bool at_one_address)
{
    enum { FINDS = 1000, THREADS = 20000 };
    begin();
    see_threads(THREADS, at_one_address);
    int32_t slot = find(64);
    uint64_t before = holders.probes;
    for (int i = 0; i < FINDS; i++) {
        CHECK(find(64) == slot);
    }
    CHECK(holders.probes - before <= 16 * FINDS);
    before = holders.probes;
    see_threads(THREADS, at_one_address);
    CHECK(holders.probes - before <= 16 * THREADS);
    recorder_free(&recorder);
}

static void
test_who_held_it_longest_is_kept(void)
{
    struct sighting sighting = {.holder = RECORDER_NOBODY};
    begin();
    sighting.holder = find(64);
    recorder_sample(&recorder, &sighting);
    recorder_finish(&recorder, 1000000);
    see_threads(20000, false);
    CHECK(recorder.holders[find(64)].number == 0);
    recorder_free(&recorder);
}

int
main(void)
{
    test_an_address_is_one_holder_for_as_long_as_its_thread_lives();
    test_an_address_that_another_thread_uses_again_is_another_holder();
    test_a_thread_that_was_found_in_the_list_is_the_holder_that_it_was();
    for (int at_one_address = 0; at_one_address < 2; at_one_address++) {
        test_totals_stay_exact_however_many_threads_there_were(at_one_address != 0);
        test_finding_one_costs_the_same_however_many_threads_there_were(at_one_address != 0);
    }
    test_who_held_it_longest_is_kept();
    return 0;
}
