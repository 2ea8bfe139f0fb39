/* The watchdog, told of samples that the test makes up, beside a GIL that it makes up. */

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "made_up_gil.h"
#include "recording/watchdog.h"

enum { MS = 1000000 };

static const uint64_t THRESHOLD_NS = 500 * (uint64_t)MS, HOUR_NS = 3600 * (uint64_t)1000000000;
static const struct gil GIL = {NULL, NULL};

static struct watchdog *watchdog;
static struct collection collection;
static int ends[2];
static char text[1 << 16];

static void
begin_with(int descriptor, bool is_json, bool keeps_stalls)
{
    const struct watchdog_settings settings = {THRESHOLD_NS, descriptor, is_json, keeps_stalls};
    watchdog = watchdog_new(&settings, &GIL);
    CHECK(watchdog != NULL);
    collection_init(&collection);
    watchdog_begin(watchdog, WAITERS_BY_REQUEST, &collection);
}

static void
begin(void)
{
    CHECK(pipe(ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    begin_with(ends[1], false, true);
}

/* What was written since the last time, as a text. */
static const char *
written(void)
{
    ssize_t size = read(ends[0], text, sizeof text - 1);
    text[size < 0 ? 0 : size] = '\0';
    return text;
}

static void
end(void)
{
    watchdog_end(watchdog);
    watchdog_free(watchdog);
    close(ends[0]);
    close(ends[1]);
}

/* `holder` holds the GIL since `held_ns`, and somebody waits since `waiting_ns`. */
static void
sample(uint64_t now_ns, gil_holder holder, uint64_t held_ns, uint64_t waiting_ns)
{
    atomic_store(&made_up_holder, holder);
    watchdog_sample(watchdog, &(struct watchdog_sight){
                                  .now_ns = now_ns,
                                  .waiting_since_ns = waiting_ns,
                                  .held_since_ns = held_ns,
                                  .sample = {holder, atomic_load(&made_up_switches)},
                                  .holder = {holder, holder + 7},
                                  .knows_waiters = true,
                                  .waiters = 2,
                              });
}

static size_t
count(const char *message, const char *part)
{
    size_t found = 0;
    while ((message = strstr(message, part)) != NULL) {
        found++;
        message += strlen(part);
    }
    return found;
}

static void
a_wait_of_the_threshold_is_written_of_while_it_lasts(void)
{
    begin();
    sample(HOUR_NS, 41, HOUR_NS - 600 * MS, HOUR_NS - THRESHOLD_NS + 1);
    CHECK(strcmp(written(), "") == 0);
    sample(HOUR_NS + 1 * MS, 41, HOUR_NS - 600 * MS, HOUR_NS - THRESHOLD_NS + 1);
    const char *said = written();
    CHECK(strstr(said, "gilext: GIL stall, 0.500 s so far, since 2") == said);
    CHECK(strstr(said, "(native id 48, process ") != NULL);
    CHECK(strstr(said, ") holds the GIL in made_up.py:41 f; 2 threads wait\n") != NULL);
    CHECK(count(said, "\n  File \"made_up.py\", line 41, in f") == 2);
    sample(HOUR_NS + 9 * MS, 0, 0, 0);
    said = written();
    CHECK(strstr(said, "gilext: GIL stall over after 0.500 s, since 2") == said);
    CHECK(strstr(said, " held the GIL in made_up.py:41 f\n") != NULL && count(said, "\n") == 1);
    end();
}

static void
nothing_is_written_of_a_hold_that_nobody_waits_for(void)
{
    begin();
    for (uint64_t i = 1; i < 100; i++) {
        sample(HOUR_NS + i * THRESHOLD_NS, 41, HOUR_NS, 0);
    }
    sample(2 * HOUR_NS, 0, 0, 0);
    CHECK(strcmp(written(), "") == 0);
    end();
}

/* Each wait is shorter than the threshold, though together they are not. */
static void
nothing_is_written_while_it_is_handed_over(void)
{
    begin();
    for (uint64_t i = 0; i < 100; i++) {
        uint64_t since_ns = HOUR_NS + i * 400 * MS;
        sample(since_ns, (gil_holder)(1 + i % 2), since_ns, since_ns);
        sample(since_ns + 399 * MS, (gil_holder)(1 + i % 2), since_ns, since_ns);
    }
    CHECK(strcmp(written(), "") == 0);
    end();
}

static void
of_a_stall_is_written_each_time_its_age_has_doubled(void)
{
    begin();
    for (uint64_t age_ms = 0; age_ms <= 10000; age_ms += 10) {
        sample(HOUR_NS + age_ms * MS, 41, HOUR_NS, HOUR_NS);
    }
    const char *said = written();
    CHECK(count(said, "GIL stall") == 5); /* at 0.5, 1, 2, 4 and 8 seconds */
    CHECK(strstr(said, "4.000 s so far") != NULL);
    end();
}

static void
two_stalls_in_a_row_are_two(void)
{
    begin();
    sample(HOUR_NS + 600 * MS, 41, HOUR_NS, HOUR_NS);
    sample(HOUR_NS + 1400 * MS, 42, HOUR_NS + 700 * MS, HOUR_NS + 700 * MS);
    const char *said = written();
    CHECK(count(said, "GIL stall, ") == 2 && count(said, "GIL stall over ") == 1);
    CHECK(strstr(said, "made_up.py:42") != NULL);
    end();
}

static void
a_minute_has_so_many_messages_and_the_next_says_what_is_missing(void)
{
    begin();
    for (uint64_t i = 0; i < 20; i++) {
        uint64_t since_ns = HOUR_NS + i * 1000 * MS;
        sample(since_ns + 600 * MS, 41, since_ns, since_ns);
        sample(since_ns + 700 * MS, 0, 0, 0);
    }
    CHECK(count(written(), "GIL stall, ") == WATCHDOG_MAX_MESSAGES);
    sample(2 * HOUR_NS + 600 * MS, 41, 2 * HOUR_NS, 2 * HOUR_NS);
    CHECK(strstr(written(), "8 for their number, 0 for want of room\n") != NULL);
    end();
}

/* The last that was written before it was full is whole, and what comes after says what was lost.
 */
static void
a_full_pipe_holds_nobody_up(void)
{
    begin();
    uint64_t since_ns = HOUR_NS;
    char junk[4096];
    memset(junk, 'x', sizeof junk);
    int flags = fcntl(ends[1], F_GETFL);
    fcntl(ends[1], F_SETFL, flags | O_NONBLOCK);
    while (write(ends[1], junk, sizeof junk) > 0) {
    }
    fcntl(ends[1], F_SETFL, flags);
    sample(since_ns + 600 * MS, 41, since_ns, since_ns);
    sample(since_ns + 700 * MS, 0, 0, 0);
    CHECK(watchdog->lost.dropped == 1);
    while (read(ends[0], text, sizeof text) > 0) {
    }
    since_ns += 1000 * (uint64_t)MS;
    sample(since_ns + 600 * MS, 41, since_ns, since_ns);
    CHECK(strstr(written(), "0 for their number, 1 for want of room\n") != NULL);
    end();
}

static void
a_reader_that_has_gone_ends_nothing(void)
{
    int pair[2];
    begin();
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    close(pair[0]);
    watchdog->settings.descriptor = pair[1];
    sample(HOUR_NS + 600 * MS, 41, HOUR_NS, HOUR_NS);
    CHECK(watchdog->lost.dropped == 1);
    close(pair[1]);
    sample(HOUR_NS + 1600 * MS, 41, HOUR_NS, HOUR_NS);
    CHECK(watchdog->lost.dropped == 2);
    end();
}

static void
json_is_one_line_with_the_keys_that_are_documented(void)
{
    static const char *const keys[] = {
        "{\"event\":\"gil_stall\"",
        ",\"process\":",
        ",\"since\":\"2",
        ",\"waited_seconds\":0.600",
        ",\"held_seconds\":0.600",
        ",\"holder\":{\"ident\":41",
        ",\"native_id\":48",
        ",\"name\":",
        ",\"waiters\":2",
        ",\"callable\":null,\"task\":null,\"is_collection\":false",
        ",\"frames\":[{\"file\":\"made_up.py\",\"line\":41,\"function\":\"f\"},{",
        "}],\"frames_omitted\":0",
        ",\"waiting\":[]",
        ",\"suppressed\":0",
        ",\"dropped\":0}\n",
    };
    begin();
    watchdog->settings.is_json = true;
    sample(HOUR_NS + 600 * MS, 41, HOUR_NS, HOUR_NS);
    const char *said = written(), *at = said;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        at = strstr(at, keys[i]);
        CHECK(at != NULL);
    }
    CHECK(count(said, "\n") == 1);
    end();
}

static void
the_task_that_runs_is_named_however_deep_the_stack(void)
{
    begin();
    atomic_store(&made_up_task, "pay \"42\"");
    atomic_store(&made_up_stack_depth, MAX_FRAMES);
    sample(HOUR_NS + 600 * MS, 41, HOUR_NS, HOUR_NS);
    CHECK(strstr(written(), " made_up.py:41 f, in the task pay \"42\"; ") != NULL);
    watchdog->settings.is_json = true;
    sample(HOUR_NS + 1600 * MS, 41, HOUR_NS, HOUR_NS);
    CHECK(strstr(written(), ",\"task\":\"pay \\u002242\\u0022\",") != NULL);
    atomic_store(&made_up_task, NULL);
    sample(HOUR_NS + 3600 * UINT64_C(1000000), 41, HOUR_NS, HOUR_NS);
    CHECK(strstr(written(), ",\"task\":null,") != NULL);
    atomic_store(&made_up_stack_depth, 0);
    end();
}

static void
a_deep_stack_is_cut_and_counted_and_the_message_is_whole(void)
{
    for (int is_json = 0; is_json < 2; is_json++) {
        begin();
        watchdog->settings.is_json = is_json;
        atomic_store(&made_up_stack_depth, MAX_FRAMES);
        sample(HOUR_NS + 600 * MS, 41, HOUR_NS, HOUR_NS);
        atomic_store(&made_up_stack_depth, 0);
        const char *said = written();
        size_t shown = count(said, is_json ? "{\"file\":" : "  File ");
        char omitted[64];
        snprintf(omitted, sizeof omitted, is_json ? "],\"frames_omitted\":%d," : "  and %d further",
                 MAX_FRAMES - (int)shown);
        CHECK(shown > 10 && strstr(said, omitted) != NULL);
        CHECK(strlen(said) <= MESSAGE_BYTES && said[strlen(said) - 1] == '\n');
        end();
    }
}

/* The hold has ended while the frames were read: they may be of anything. */
static void
frames_of_another_hold_are_not_believed(void)
{
    begin();
    atomic_fetch_add(&made_up_switches, 1);
    const struct watchdog_sight sight = {
        .now_ns = HOUR_NS + 600 * MS,
        .waiting_since_ns = HOUR_NS,
        .held_since_ns = HOUR_NS,
        .sample = {41, 0},
    };
    watchdog_sample(watchdog, &sight);
    CHECK(strstr(written(), "in a place that couldn't be read; how many wait is unknown") != NULL);
    end();
}

static void
a_collection_is_named_where_it_began(void)
{
    begin();
    collection_begin(&collection, 41, 1, 2);
    sample(HOUR_NS + 600 * MS, 41, HOUR_NS, HOUR_NS);
    const char *said = written();
    CHECK(strstr(said, " holds the GIL in <GC> generation 2 in made_up.py:41 f; ") != NULL);
    CHECK(strstr(said, "  File \"<GC>\", in generation 2\n  File \"made_up.py\"") != NULL);
    watchdog->settings.is_json = true;
    sample(HOUR_NS + 1600 * MS, 41, HOUR_NS, HOUR_NS);
    CHECK(strstr(written(), ",\"is_collection\":true,") != NULL);
    collection_end(&collection);
    sample(HOUR_NS + 3600 * (uint64_t)MS, 41, HOUR_NS, HOUR_NS);
    CHECK(strstr(written(), ",\"is_collection\":false,") != NULL);
    end();
}

/* Those that are seen to wait, and no others; the holder doesn't wait for itself. */
static void
who_waits_is_named_with_its_line(void)
{
    for (int is_json = 0; is_json < 2; is_json++) {
        begin();
        watchdog->settings.is_json = is_json;
        atomic_store(&made_up_wants[3], true);
        atomic_store(&made_up_wants[5], true);
        atomic_store(&made_up_wants[41], true);
        sample(HOUR_NS + 600 * MS, 41, HOUR_NS, HOUR_NS);
        const char *said = written();
        CHECK(count(said, is_json ? "\"frame\":{" : "  waiting: ") == 2);
        CHECK(strstr(said, is_json ? "{\"ident\":3,\"native_id\":3,\"name\":"
                                   : "(native id 3) in made_up.py:3 f\n") != NULL);
        atomic_store(&made_up_wants[3], false);
        atomic_store(&made_up_wants[5], false);
        atomic_store(&made_up_wants[41], false);
        end();
    }
}

/* By both of its numbers: another thread may have got one of them. */
static void
a_thread_is_called_by_its_name_in_python(void)
{
    const struct live_thread known[] = {
        {41, 99, "one that ended"}, {1, 48, "another"}, {41, 48, "worker"}};
    begin();
    known_threads_set(&watchdog->known, known, 3);
    sample(HOUR_NS + 600 * MS, 41, HOUR_NS, HOUR_NS);
    CHECK(strstr(written(), ": worker (native id 48, ") != NULL);
    known_threads_set(&watchdog->known, known, 2);
    sample(HOUR_NS + 2000 * MS, 41, HOUR_NS + 1000 * MS, HOUR_NS + 1000 * MS);
    CHECK(strstr(written(), ": a thread (native id 48, ") != NULL);
    end();
}

static void
what_has_ended_can_be_fetched_and_then_it_is_over(void)
{
    static struct live_stall stall;
    uint64_t missed;
    begin_with(WATCHDOG_NO_FILE, false, true);
    for (uint64_t i = 0; i < WATCHDOG_KEPT + 3; i++) {
        uint64_t since_ns = HOUR_NS + i * 1000 * MS;
        sample(since_ns + 600 * MS, 41 + (gil_holder)i, since_ns, since_ns);
        sample(since_ns + 700 * MS, 41 + (gil_holder)i, since_ns, since_ns);
        sample(since_ns + 800 * MS, 0, 0, 0);
    }
    for (uint64_t i = 0; i < WATCHDOG_KEPT; i++) {
        CHECK(watchdog_wait(watchdog, &stall, &missed));
        CHECK(stall.holder.ident == 41 + i && live_stall_wait_ns(&stall) == 700 * (uint64_t)MS);
        CHECK(stall.frame_count == 2 && stall.frames[0].line == 41 + (int)i);
        CHECK(missed == (i == 0 ? 3 : 0));
    }
    sample(2 * HOUR_NS + 600 * MS, 42, 2 * HOUR_NS, 2 * HOUR_NS);
    watchdog_end(watchdog);
    CHECK(watchdog_wait(watchdog, &stall, &missed) && stall.holder.ident == 42);
    CHECK(!watchdog_wait(watchdog, &stall, &missed));
    watchdog_free(watchdog);
}

int
main(void)
{
    a_wait_of_the_threshold_is_written_of_while_it_lasts();
    nothing_is_written_of_a_hold_that_nobody_waits_for();
    nothing_is_written_while_it_is_handed_over();
    of_a_stall_is_written_each_time_its_age_has_doubled();
    two_stalls_in_a_row_are_two();
    a_minute_has_so_many_messages_and_the_next_says_what_is_missing();
    a_full_pipe_holds_nobody_up();
    a_reader_that_has_gone_ends_nothing();
    json_is_one_line_with_the_keys_that_are_documented();
    the_task_that_runs_is_named_however_deep_the_stack();
    a_deep_stack_is_cut_and_counted_and_the_message_is_whole();
    frames_of_another_hold_are_not_believed();
    a_collection_is_named_where_it_began();
    who_waits_is_named_with_its_line();
    a_thread_is_called_by_its_name_in_python();
    what_has_ended_can_be_fetched_and_then_it_is_over();
    return 0;
}
