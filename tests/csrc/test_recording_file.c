/* A recording in a file, read back: whole, in the middle of anything that is written, and damaged.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "made_up_gil.h"
#include "recording/recording_file.h"
#include "recording/take_sample.h"

enum { MAX_BYTES = 1 << 24 };

static const struct arena_origin ORIGIN = {.gilext_version = "1.2.3"};
static char path[256];

static struct sampler *
make_sampler(struct arena **arena, uint64_t memory)
{
    struct arena_origin origin = ORIGIN;
    origin.layout = sampler_layout();
    CHECK(arena_create(arena, path, MAX_BYTES, &origin) == 0);
    const struct sampling sampling = {.interval_ns = 1000,
                                      .stall_ns = 2,
                                      .memory = memory,
                                      .takes_stacks = true,
                                      .arena = *arena};
    struct sampler *sampler = arena_resize(*arena, NULL, 0, sizeof *sampler);
    CHECK(sampler != NULL);
    sampler_init(sampler, &sampling);
    CHECK(arena_publish(*arena, sampler) == 0);
    return sampler;
}

/* One that samples only when it is told to. */
static struct sampler *
make_sampler_without_a_thread(struct arena **arena, uint64_t memory)
{
    struct sampler *sampler = make_sampler(arena, memory);
    waiters_start(&sampler->waiters, true);
    sampler->counts_waiters = true;
    activity_begin(&sampler->activity);
    return sampler;
}

/* Now and then there is no GIL: then two threads are attached, and one of them stops the world. */
static void
make_up_a_world(unsigned number)
{
    bool has_no_gil = number % 4 == 3;
    atomic_store(&made_up_no_gil, has_no_gil);
    atomic_store(&made_up_attached[1], number % 8 == 3);
    atomic_store(&made_up_attached[2], true);
    atomic_store(&made_up_asker, number % 8 == 3 ? 2 : 0);
    if (has_no_gil) {
        atomic_store(&made_up_holder, 0);
    }
}

/* Take a sample that finds another holder, in another place, and somebody who waits. */
static void
sample_another(struct sampler *sampler, unsigned number)
{
    atomic_store(&made_up_tells_who, true);
    atomic_store(&made_up_waiters, number % 2);
    atomic_store(&made_up_wants[3], number % 2);
    atomic_store(&made_up_holder, number % 3);
    atomic_store(&made_up_place, number % 5);
    atomic_fetch_add(&made_up_switches, number % 2);
    make_up_a_world(number);
    take_sample(sampler, FIRST_THREAD);
}

static struct read_recording
read_back(void)
{
    struct read_recording recording;
    const char *damage;
    enum recording_found found = recording_read(&recording, path, &damage);
    if (found != RECORDING_FOUND) {
        fprintf(stderr, "found %d: %s\n", (int)found, damage);
    }
    CHECK(found == RECORDING_FOUND);
    return recording;
}

static uint64_t
sum_of_held(const struct recorder *recorder)
{
    uint64_t held_ns = recorder->folded.held_ns;
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        held_ns += recorder->holders[slot].held_ns;
    }
    return held_ns;
}

static void
check_sums(const struct recorder *recorder)
{
    uint64_t in_holds_ns = 0;
    CHECK(sum_of_held(recorder) == recorder->held_ns);
    CHECK(recorder->held_ns <= recorder->last.now_ns - recorder->start_ns);
    for (size_t i = 0; i < recorder->holds.count; i++) {
        in_holds_ns += hold_length(&recorder->holds.items[i]);
    }
    CHECK(in_holds_ns == recorder->held_ns || recorder->holds.full_ns != 0);
}

/* -- whole ----------------------------------------------------------------------------------- */

static void
what_was_written_is_read(void)
{
    struct arena *arena;
    struct sampler *sampler = make_sampler_without_a_thread(&arena, 1 << 20);
    for (unsigned number = 0; number < 500; number++) {
        sample_another(sampler, number);
    }
    CHECK(arena_write_note(arena, "key", 3, "value", 5) && arena_write_note(arena, "k", 1, "", 0));
    struct read_recording running = read_back();
    CHECK(!running.is_ended && !running.was_writing && !running.is_cut);
    CHECK(running.sampler->recorder.samples == 500);
    take_last_sample(sampler);
    struct recorder recorder = sampler->recorder;
    size_t rows = sampler->stacks.profile.row_count;
    sampler_destroy(sampler);
    arena_close(arena);
    struct read_recording read = read_back();
    CHECK(read.is_ended && !read.was_writing && !read.is_cut);
    CHECK(read.header.process == getpid());
    CHECK(strcmp(read.header.gilext_version, ORIGIN.gilext_version) == 0);
    CHECK(read.sampler->recorder.held_ns == recorder.held_ns);
    CHECK(read.sampler->recorder.holds.count == recorder.holds.count);
    CHECK(read.sampler->stacks.profile.row_count == rows && rows > 0);
    CHECK(read.notes->key_size == 3 && memcmp(read.notes->bytes, "keyvalue", 8) == 0);
    CHECK(read.notes->next->value_size == 0 && read.notes->next->next == NULL);
    check_sums(&read.sampler->recorder);
    recording_free(&running);
    recording_free(&read);
}

/* Each is seen in two samples, so that it held the GIL for some time. */
static void
sample_holders(struct sampler *sampler, gil_holder first, gil_holder last)
{
    for (gil_holder holder = first; holder <= last; holder++) {
        atomic_store(&made_up_holder, holder);
        atomic_fetch_add(&made_up_switches, 1);
        take_sample(sampler, FIRST_THREAD);
        take_sample(sampler, FIRST_THREAD);
    }
}

/* Threads that make room for others are in the sums, and in the holds by number or by place. */
static void
more_threads_than_are_kept_are_read(void)
{
    struct arena *arena;
    struct sampler *sampler = make_sampler_without_a_thread(&arena, 1 << 22);
    sample_holders(sampler, 1, 3000);
    struct read_recording killed = read_back();
    take_last_sample(sampler);
    sampler_number_by_place(sampler);
    struct read_recording ended = read_back();
    CHECK(killed.sampler->recorder.folded_count == sampler->recorder.folded_count);
    CHECK(sampler->recorder.folded_count > 1000 && killed.sampler->recorder.folded.held_ns > 0);
    check_sums(&killed.sampler->recorder);
    check_sums(&ended.sampler->recorder);
    for (size_t i = 0; i < ended.sampler->recorder.holds.count - 1; i++) {
        CHECK(killed.sampler->recorder.holds.items[i].holder ==
              ended.sampler->recorder.holds.items[i].holder);
    }
    sampler_destroy(sampler);
    arena_close(arena);
    recording_free(&killed);
    recording_free(&ended);
}

/* A process that ends without stopping its sampler ends the recording all the same. */
static void
it_ends_when_the_runtime_does(void)
{
    struct arena *arena;
    struct sampler *sampler = make_sampler(&arena, 1 << 20);
    CHECK(sampler_start(sampler, true) == SAMPLER_STARTED);
    sampler_sample(sampler);
    atomic_store(&made_up_finalizing, true);
    bool is_ended = false;
    while (!is_ended) {
        struct read_recording read = read_back();
        is_ended = read.is_ended;
        recording_free(&read);
    }
    sampler_stop(sampler);
    atomic_store(&made_up_finalizing, false);
    sampler_destroy(sampler);
    arena_close(arena);
}

/* While it is written as fast as may be, each copy is one of a moment. */
static void
what_is_read_while_it_runs_agrees(void)
{
    struct arena *arena;
    uint64_t before = 0;
    struct sampler *sampler = make_sampler(&arena, 1 << 20);
    CHECK(sampler_start(sampler, true) == SAMPLER_STARTED);
    for (unsigned number = 0; number < 300; number++) {
        atomic_store(&made_up_holder, number % 5);
        atomic_fetch_add(&made_up_switches, 1);
        struct read_recording read = read_back();
        check_sums(&read.sampler->recorder);
        CHECK(read.sampler->recorder.samples >= before);
        before = read.sampler->recorder.samples;
        recording_free(&read);
    }
    sampler_stop(sampler);
    sampler_destroy(sampler);
    arena_close(arena);
}

/* -- in the middle --------------------------------------------------------------------------- */

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <sys/ptrace.h>

enum { SAMPLES = 4 };

static _Noreturn void
sample_under_trace(gil_holder holders)
{
    struct arena *arena;
    struct sampler *sampler = make_sampler_without_a_thread(&arena, 1 << 20);
    sample_holders(sampler, 1, holders);
    sample_another(sampler, 0);
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0) {
        _exit(77);
    }
    raise(SIGSTOP);
    for (unsigned number = 1; number <= SAMPLES; number++) {
        sample_another(sampler, number);
        arena_write_note(arena, "key", 3, "value", 5);
    }
    take_last_sample(sampler);
    _exit(0);
}

/* Whether a sample was being written. */
static bool
check_what_is_there(struct recorder *before)
{
    struct read_recording read = read_back();
    const struct recorder *recorder = &read.sampler->recorder;
    bool was_writing = read.was_writing;
    check_sums(recorder);
    CHECK(recorder->last.now_ns >= before->last.now_ns);
    CHECK(recorder->held_ns >= before->held_ns && recorder->samples >= before->samples);
    *before = *recorder;
    recording_free(&read);
    return was_writing;
}

/* A kill may come at any instruction: here, each `pace`th is tried. */
static void
at_each_instruction_there_is_a_whole_recording(int pace, gil_holder holders)
{
    struct recorder before = {0};
    int status, steps = 0, torn = 0;
    pid_t child = fork();
    if (child == 0) {
        sample_under_trace(holders);
    }
    CHECK(waitpid(child, &status, 0) == child);
    for (; WIFSTOPPED(status); steps++) {
        if ((steps + getpid()) % pace == 0) {
            torn += check_what_is_there(&before);
        }
        CHECK(ptrace(PTRACE_SINGLESTEP, child, 0, 0) == 0);
        CHECK(waitpid(child, &status, 0) == child);
    }
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 77 || (WEXITSTATUS(status) == 0 && torn > 0));
}

#else

static void
at_each_instruction_there_is_a_whole_recording(int pace, gil_holder holders)
{
    (void)pace, (void)holders;
}

#endif

/* With a 1 as argument it takes a minute, and tries every instruction; with two arguments, threads
   make room in one of the samples. */
int
main(int count, char **arguments)
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/gilext-recording-%ld", folder == NULL ? "/tmp" : folder,
             (long)getpid());
    what_was_written_is_read();
    more_threads_than_are_kept_are_read();
    it_ends_when_the_runtime_does();
    what_is_read_while_it_runs_agrees();
    at_each_instruction_there_is_a_whole_recording(count > 1 ? atoi(arguments[1]) : 97,
                                                   count > 2 ? RECORDER_MAX_HOLDERS - 1 : 0);
    unlink(path);
    return EXIT_SUCCESS;
}
