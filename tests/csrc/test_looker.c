/* A thread that works at jittered intervals until it is told to stop. */

#include <string.h>

#include "check.h"
#include "os/looker.h"

#ifndef _WIN32
#include <signal.h>
#endif

enum { MS = 1000000, SECOND = 1000 * MS };

struct seen {
    atomic_uint turns;
    char name[16];
    bool blocks_signals;
    bool cleaned_up;
};

static void
note_what_the_thread_is_like(struct seen *seen)
{
#ifdef __linux__
    prctl(PR_GET_NAME, seen->name);
#endif
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    seen->blocks_signals = sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGUSR1) &&
                           sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGRTMAX);
}

static void
count_turns(struct looker *looker, void *opaque_seen)
{
    struct seen *seen = opaque_seen;
    note_what_the_thread_is_like(seen);
    do {
        atomic_fetch_add(&seen->turns, 1);
    } while (looker_sleep(looker, looker_jitter(looker, MS / 10)));
    seen->cleaned_up = true;
}

static void
sleep_for_long(struct looker *looker, void *opaque_seen)
{
    struct seen *seen = opaque_seen;
    atomic_fetch_add(&seen->turns, 1);
    seen->cleaned_up = !looker_sleep(looker, UINT64_C(3600) * SECOND);
}

static void
return_at_once(struct looker *looker, void *opaque_seen)
{
    struct seen *seen = opaque_seen;
    seen->cleaned_up = !looker_is_stopping(looker);
    atomic_fetch_add(&seen->turns, 1);
}

static void
test_it_works_until_it_is_stopped_and_then_cleans_up(void)
{
    struct looker looker;
    struct seen seen = {0};
    CHECK(looker_start(&looker, "gilext test", count_turns, &seen));
    while (atomic_load(&seen.turns) < 5) {
        os_sleep_ns(MS);
    }
    looker_join(&looker);
    CHECK(seen.cleaned_up);
    CHECK(atomic_load(&looker.oversleep.wakes) >= 5);
}

static void
test_the_thread_has_its_name_and_takes_no_signal(void)
{
    struct looker looker;
    struct seen seen = {0};
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    CHECK(looker_start(&looker, "gilext test", count_turns, &seen));
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    looker_join(&looker);
    CHECK(seen.blocks_signals);
    CHECK(!sigismember(&after, SIGUSR1) && !sigismember(&before, SIGUSR1));
#ifdef __linux__
    CHECK(strcmp(seen.name, "gilext test") == 0);
#endif
}

/* It would take an hour: that the test ends is the proof. */
static void
test_a_sleep_ends_when_it_is_asked_to_stop(void)
{
    struct looker looker;
    struct seen seen = {0};
    CHECK(looker_start(&looker, "gilext test", sleep_for_long, &seen));
    while (atomic_load(&seen.turns) == 0) {
        os_sleep_ns(MS);
    }
    looker_ask_to_stop(&looker);
    looker_ask_to_stop(&looker);
    looker_join(&looker);
    CHECK(seen.cleaned_up);
}

static void
test_it_may_end_before_it_is_asked(void)
{
    struct looker looker;
    struct seen seen = {0};
    CHECK(looker_start(&looker, "gilext test", return_at_once, &seen));
    while (atomic_load(&seen.turns) == 0) {
        os_sleep_ns(MS);
    }
    looker_join(&looker);
    CHECK(seen.cleaned_up);
}

static void
test_pauses_lie_between_a_half_and_one_and_a_half_of_their_mean(void)
{
    struct looker looker = {.random = 12345};
    uint64_t sum = 0, shortest = UINT64_MAX, longest = 0;
    for (int i = 0; i < 10000; i++) {
        uint64_t pause = looker_jitter(&looker, 1000);
        sum += pause;
        shortest = pause < shortest ? pause : shortest;
        longest = pause > longest ? pause : longest;
    }
    CHECK(shortest >= 500 && shortest < 510 && longest > 1490 && longest <= 1501);
    CHECK(sum > 9800000 && sum < 10200000);
}

int
main(void)
{
    test_it_works_until_it_is_stopped_and_then_cleans_up();
    test_the_thread_has_its_name_and_takes_no_signal();
    test_a_sleep_ends_when_it_is_asked_to_stop();
    test_it_may_end_before_it_is_asked();
    test_pauses_lie_between_a_half_and_one_and_a_half_of_their_mean();
    return 0;
}
