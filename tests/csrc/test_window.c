/* The window: rolls on at each step, and says what lies in it. */

#include <string.h>

#include "check.h"
#include "recording/window.h"

enum { A = 0, STEP = 100, WINDOW = WINDOW_STEPS * STEP };

static struct recorder recorder;
static struct window window;

static void
sample(uint64_t now_ns, int32_t holder)
{
    recorder_sample(&recorder, &(struct sighting){.now_ns = now_ns, .holder = holder});
    window_advance(&window, &recorder);
}

static void
begin(uint64_t length_ns)
{
    recorder_init(&recorder, NULL, 1000000, 0, 0);
    recorder_add_holder(&recorder, A);
    window_init(&window, length_ns);
    sample(1000, RECORDER_NOBODY);
}

static struct recorder_sums
read_window(struct longest_spans *longest)
{
    return window_read(&window, &recorder, longest);
}

static void
young_window_goes_back_to_the_beginning(void)
{
    struct longest_spans longest;
    begin(WINDOW);
    sample(1100, A);
    sample(1250, A);
    struct recorder_sums sums = read_window(&longest);
    CHECK(sums.start_ns == 1000 && sums.end_ns == 1250);
    CHECK(sums.held_ns == 200); /* from halfway between 1000 and 1100 */
    CHECK(longest.hold_ns == 200);
    CHECK(sums.observed_pairs == 2 && sums.changes == 1);
    recorder_free(&recorder);
}

static void
what_left_the_window_is_not_in_it(void)
{
    struct longest_spans longest;
    begin(WINDOW);
    sample(1100, A);
    sample(1200, RECORDER_NOBODY);
    for (uint64_t now_ns = 1300; now_ns <= 1100 + WINDOW; now_ns += STEP) {
        sample(now_ns, RECORDER_NOBODY);
    }
    struct recorder_sums sums = read_window(&longest);
    CHECK(sums.start_ns == 1100 && sums.end_ns == 1100 + WINDOW);
    CHECK(sums.held_ns == 50);     /* the half between 1100 and 1200 */
    CHECK(longest.hold_ns == 100); /* the hold ended inside the window */
    sample(1200 + WINDOW, RECORDER_NOBODY);
    sample(1300 + WINDOW, RECORDER_NOBODY);
    sums = read_window(&longest);
    CHECK(sums.start_ns == 1300 && sums.held_ns == 0 && longest.hold_ns == 0);
    CHECK(sums.changes == 0 && sums.observed_ns == WINDOW);
    recorder_free(&recorder);
}

static void
hold_that_goes_on_is_as_long_as_it_is(void)
{
    struct longest_spans longest;
    begin(WINDOW);
    for (uint64_t now_ns = 1100; now_ns <= 1000 + 3 * WINDOW; now_ns += STEP) {
        sample(now_ns, A);
    }
    struct recorder_sums sums = read_window(&longest);
    CHECK(longest.hold_ns == 3 * WINDOW - 50);
    CHECK(sums.held_ns == sums.end_ns - sums.start_ns && sums.held_ns == WINDOW);
    recorder_free(&recorder);
}

/* A wait is as long as one thread is known to have waited, and not what two did together; the part
   of a hold before it is no wait. */
static void
longest_wait_begins_when_somebody_waits_and_leaves_with_its_hold(void)
{
    struct longest_spans longest;
    begin(WINDOW);
    sample(1100, A);
    sample(1200, A);
    read_window(&longest);
    CHECK(longest.hold_ns == 150 && longest.wait_ns == 0);
    recorder_note_request(&recorder, 0);
    sample(1300, A);
    read_window(&longest);
    CHECK(longest.hold_ns == 250 && longest.wait_ns == 150);
    sample(1400, RECORDER_NOBODY);
    read_window(&longest);
    CHECK(longest.hold_ns == 300 && longest.wait_ns == 200);
    for (uint64_t now_ns = 1500; now_ns <= 1500 + WINDOW; now_ns += STEP) {
        sample(now_ns, RECORDER_NOBODY);
    }
    read_window(&longest);
    CHECK(longest.hold_ns == 0 && longest.wait_ns == 0);
    recorder_free(&recorder);
}

static void
reading_changes_nothing(void)
{
    struct longest_spans first_longest, second_longest;
    begin(WINDOW);
    sample(1010, A);
    sample(1050, RECORDER_NOBODY);
    struct recorder_sums first = read_window(&first_longest);
    struct recorder_sums second = read_window(&second_longest);
    CHECK(first.held_ns == second.held_ns);
    CHECK(first_longest.hold_ns == 25 && second_longest.hold_ns == 25);
    recorder_free(&recorder);
}

static void
nobody_asked_for_a_window(void)
{
    begin(0);
    sample(5000, A);
    CHECK(window.count == 0);
    recorder_free(&recorder);
}

int
main(void)
{
    young_window_goes_back_to_the_beginning();
    what_left_the_window_is_not_in_it();
    hold_that_goes_on_is_as_long_as_it_is();
    longest_wait_begins_when_somebody_waits_and_leaves_with_its_hold();
    reading_changes_nothing();
    nobody_asked_for_a_window();
    return 0;
}
