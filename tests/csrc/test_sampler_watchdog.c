/* A sampler with a watchdog, beside a GIL that the test makes up: what it tells while it samples,
   and that who waits for a stall is told when there will be none. */

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "made_up_gil.h"
#include "recording/sampler.h"

enum { MS = 1000000, US = 1000 };

static const struct sampling SAMPLING = {.interval_ns = 100 * US};

static struct sampler sampler;
static struct live_stall stall;
static uint64_t missed;
static int ends[2];
static char text[1 << 14];

/* How many bytes were written that nobody has read. */
static size_t
read_rest(void)
{
    size_t size = 0;
    CHECK(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    for (ssize_t more; (more = read(ends[0], text, sizeof text)) > 0;) {
        size += (size_t)more;
    }
    CHECK(fcntl(ends[0], F_SETFL, 0) == 0);
    return size;
}

static void
begin(bool counts_waiters)
{
    read_rest();
    const struct watchdog_settings settings = {
        .threshold_ns = 20 * MS, .descriptor = ends[1], .keeps_stalls = true};
    sampler_init(&sampler, &SAMPLING);
    sampler.watchdog = watchdog_new(&settings, &SAMPLING.gil);
    CHECK(sampler.watchdog != NULL);
    atomic_store(&sampler.watchdog->wants_gil, false);
    CHECK(sampler_start(&sampler, counts_waiters) == SAMPLER_STARTED);
    sampler_sample(&sampler);
}

static void
end(void)
{
    sampler_stop(&sampler);
    sampler_destroy(&sampler);
    atomic_store(&made_up_holder, 0);
    atomic_store(&made_up_waiters, 0);
    atomic_store(&made_up_request, false);
}

/* It is there while the GIL is held, or this waits for ever. */
static void
read_message(const char *expected)
{
    size_t size = 0;
    do {
        ssize_t more = read(ends[0], text + size, sizeof text - 1 - size);
        CHECK(more > 0);
        size += (size_t)more;
        text[size] = '\0';
    } while (strstr(text, expected) == NULL);
}

static void
a_thread_that_waits_is_told_of_while_it_waits(void)
{
    begin(true);
    atomic_store(&made_up_waiters, 3);
    atomic_store(&made_up_holder, 41);
    read_message("; 3 threads wait\n");
    CHECK(strstr(text, "made_up.py:41 f") != NULL);
    atomic_store(&made_up_holder, 0);
    read_message("GIL stall over after ");
    CHECK(watchdog_wait(sampler.watchdog, &stall, &missed));
    CHECK(stall.holder.ident == 41 && stall.knows_waiters && stall.waiters == 3);
    CHECK(live_stall_wait_ns(&stall) >= 20 * MS);
    end();
}

/* Where waiters are unknown, the thread that asks for the GIL has waited for a switch interval. */
static void
a_request_is_enough(void)
{
    begin(false);
    atomic_store(&made_up_request, true);
    atomic_store(&made_up_holder, 42);
    read_message("; how many wait is unknown\n");
    end();
}

static void
nobody_waits_and_nothing_is_told(void)
{
    begin(true);
    atomic_store(&made_up_holder, 43);
    os_sleep_ns(100 * MS);
    sampler_stop(&sampler);
    CHECK(!watchdog_wait(sampler.watchdog, &stall, &missed));
    end();
    CHECK(read_rest() == 0);
}

/* The thread that calls back is none of the program's: it waits for the GIL as anybody does. */
static void
what_the_caller_waits_is_nobodys_wait(void)
{
    for (int counts_waiters = 0; counts_waiters < 2; counts_waiters++) {
        begin(counts_waiters);
        atomic_store(&sampler.watchdog->wants_gil, true);
        atomic_store(&made_up_waiters, 1);
        atomic_store(&made_up_request, true);
        atomic_store(&made_up_holder, 45);
        os_sleep_ns(100 * MS);
        CHECK(read_rest() == 0);
        atomic_store(&sampler.watchdog->wants_gil, false);
        read_message("made_up.py:45");
        end();
    }
}

static void
fetch_until_over(void *opaque_count)
{
    while (watchdog_wait(sampler.watchdog, &stall, &missed)) {
        ++*(int *)opaque_count;
    }
}

/* The stall that goes on ends with the recording, and then it is over. */
static void
stopping_tells_who_waits_for_a_stall(void)
{
    os_thread fetcher;
    int fetched = 0;
    begin(true);
    atomic_store(&made_up_waiters, 1);
    atomic_store(&made_up_holder, 44);
    CHECK(os_thread_start(&fetcher, fetch_until_over, &fetched));
    read_message("made_up.py:44");
    sampler_stop(&sampler);
    os_thread_join(&fetcher);
    CHECK(fetched == 1 && stall.holder.ident == 44);
    read_message("GIL stall over after ");
    end();
}

static void
a_forked_child_waits_for_no_stall(void)
{
    int status;
    begin(true);
    pid_t child = fork();
    if (child == 0) {
        sampler_forget(&sampler);
        CHECK(!watchdog_wait(sampler.watchdog, &stall, &missed));
        sampler_destroy(&sampler);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    end();
}

int
main(void)
{
    CHECK(pipe(ends) == 0);
    a_thread_that_waits_is_told_of_while_it_waits();
    a_request_is_enough();
    nobody_waits_and_nothing_is_told();
    what_the_caller_waits_is_nobodys_wait();
    stopping_tells_who_waits_for_a_stall();
    a_forked_child_waits_for_no_stall();
    return 0;
}
