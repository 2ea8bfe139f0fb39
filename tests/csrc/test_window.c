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
    recorder_init(&recorder, 1000000, 0, 0);
    recorder_add_holder(&recorder, A);
    window_init(&window, length_ns);
    sample(1000, RECORDER_NOBODY);
}

static struct recorder_sums
read_window(uint64_t *longest_ns)
{
    return window_read(&window, &recorder, longest_ns);
}

static void
young_window_goes_back_to_the_beginning(void)
{
    uint64_t longest_ns;
    begin(WINDOW);
    sample(1100, A);
    sample(1250, A);
    struct recorder_sums sums = read_window(&longest_ns);
    CHECK(sums.start_ns == 1000 && sums.end_ns == 1250);
    CHECK(sums.held_ns == 200); /* from halfway between 1000 and 1100 */
    CHECK(longest_ns == 200);
    CHECK(sums.observed_pairs == 2 && sums.changes == 1);
    recorder_free(&recorder);
}

static void
what_left_the_window_is_not_in_it(void)
{
    uint64_t longest_ns;
    begin(WINDOW);
    sample(1100, A);
    sample(1200, RECORDER_NOBODY);
    for (uint64_t now_ns = 1300; now_ns <= 1100 + WINDOW; now_ns += STEP) {
        sample(now_ns, RECORDER_NOBODY);
    }
    struct recorder_sums sums = read_window(&longest_ns);
    CHECK(sums.start_ns == 1100 && sums.end_ns == 1100 + WINDOW);
    CHECK(sums.held_ns == 50); /* the half between 1100 and 1200 */
    CHECK(longest_ns == 100);  /* the hold ended inside the window */
    sample(1200 + WINDOW, RECORDER_NOBODY);
    sample(1300 + WINDOW, RECORDER_NOBODY);
    sums = read_window(&longest_ns);
    CHECK(sums.start_ns == 1300 && sums.held_ns == 0 && longest_ns == 0);
    CHECK(sums.changes == 0 && sums.observed_ns == WINDOW);
    recorder_free(&recorder);
}

static void
hold_that_goes_on_is_as_long_as_it_is(void)
{
    uint64_t longest_ns;
    begin(WINDOW);
    for (uint64_t now_ns = 1100; now_ns <= 1000 + 3 * WINDOW; now_ns += STEP) {
        sample(now_ns, A);
    }
    struct recorder_sums sums = read_window(&longest_ns);
    CHECK(longest_ns == 3 * WINDOW - 50);
    CHECK(sums.held_ns == sums.end_ns - sums.start_ns && sums.held_ns == WINDOW);
    recorder_free(&recorder);
}

static void
reading_changes_nothing(void)
{
    uint64_t first_ns, second_ns;
    begin(WINDOW);
    sample(1010, A);
    sample(1050, RECORDER_NOBODY);
    struct recorder_sums first = read_window(&first_ns);
    struct recorder_sums second = read_window(&second_ns);
    CHECK(first.held_ns == second.held_ns && first_ns == second_ns && first_ns == 25);
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
    reading_changes_nothing();
    nobody_asked_for_a_window();
    return 0;
}
