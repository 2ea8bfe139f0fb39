/* A crew of OS threads runs a loop, all or none, and its times are added up rightly. */

#include "loops/os_crew.h"

#include "check.h"
#include "loops/loops.h"

/* The file under test a second time, with a system that starts only so many threads. The one
   that the program is linked with keeps its names. */
static uint32_t threads_left;

static bool
scarce_thread_start(os_thread *thread, os_thread_body body, void *argument)
{
    if (threads_left == 0) {
        return false;
    }
    threads_left--;
    return os_thread_start(thread, body, argument);
}

#define os_thread_start scarce_thread_start
#define os_crew_run scarce_os_crew_run
#define os_crew_wall_ns scarce_os_crew_wall_ns
#define os_crew_cpu_ns scarce_os_crew_cpu_ns
bool scarce_os_crew_run(struct os_crew *crew, struct loop_call call, struct os_worker *workers,
                        uint32_t size);
uint64_t scarce_os_crew_wall_ns(const struct os_crew *crew);
uint64_t scarce_os_crew_cpu_ns(const struct os_crew *crew);
#include "loops/os_crew.c"
#undef os_thread_start
#undef os_crew_run
#undef os_crew_wall_ns
#undef os_crew_cpu_ns

enum { MAX_WORKERS = 8 };

static const uint64_t spin_iterations = 100000;

static void
check_crew(struct loop_call call, uint32_t size, uint64_t expected)
{
    struct os_crew crew;
    struct os_worker workers[MAX_WORKERS];
    uint64_t start = clock_monotonic_ns();
    CHECK(os_crew_run(&crew, call, workers, size));
    uint64_t end = clock_monotonic_ns();
    CHECK(crew.is_complete && crew.size == size);
    for (uint32_t i = 0; i < size; i++) {
        CHECK(workers[i].result == expected);
        CHECK(start <= workers[i].start_ns && workers[i].start_ns <= workers[i].end_ns);
        CHECK(workers[i].end_ns <= end);
    }
    CHECK(os_crew_wall_ns(&crew) <= end - start);
}

static void
test_every_worker_runs_the_loop(void)
{
    const char data[] = "foobar";
    struct loop_call spin = {.name = LOOP_SPIN, .number = spin_iterations};
    struct loop_call primes = {.name = LOOP_COUNT_PRIMES, .number = 10000};
    struct loop_call checksum = {.name = LOOP_CHECKSUM, .data = data, .length = 6};
    for (uint32_t size = 1; size <= MAX_WORKERS; size++) {
        check_crew(spin, size, gilext_spin(spin_iterations, 0));
        check_crew(primes, size, 1229);
        check_crew(checksum, size, UINT64_C(0x85944171F73967E8));
    }
}

static void
test_no_worker_runs_unless_all_can(void)
{
    struct loop_call spin = {.name = LOOP_SPIN, .number = 1000};
    for (uint32_t startable = 0; startable < MAX_WORKERS; startable++) {
        struct os_crew crew;
        struct os_worker workers[MAX_WORKERS];
        threads_left = startable;
        CHECK(!scarce_os_crew_run(&crew, spin, workers, MAX_WORKERS));
        CHECK(threads_left == 0 && !crew.is_complete);
        for (uint32_t i = 0; i < startable; i++) {
            CHECK(workers[i].start_ns == 0 && workers[i].end_ns == 0 && workers[i].result == 0);
        }
    }
}

static void
test_as_many_as_can_start_are_enough(void)
{
    struct loop_call spin = {.name = LOOP_SPIN, .number = 1000};
    struct os_crew crew;
    struct os_worker workers[MAX_WORKERS];
    threads_left = MAX_WORKERS;
    CHECK(scarce_os_crew_run(&crew, spin, workers, MAX_WORKERS));
    CHECK(workers[MAX_WORKERS - 1].result == gilext_spin(1000, 0));
    CHECK(scarce_os_crew_wall_ns(&crew) == os_crew_wall_ns(&crew));
    CHECK(scarce_os_crew_cpu_ns(&crew) == os_crew_cpu_ns(&crew));
}

static void
test_times_are_added_up(void)
{
    struct os_worker workers[] = {
        {.start_ns = 1010, .end_ns = 1100, .cpu_ns = 90},
        {.start_ns = 1000, .end_ns = 1050, .cpu_ns = 20},
        {.start_ns = 1030, .end_ns = 1300, .cpu_ns = 200},
    };
    struct os_crew crew = {.size = 3, .workers = workers};
    CHECK(os_crew_wall_ns(&crew) == 300);
    CHECK(os_crew_cpu_ns(&crew) == 310);
    crew.size = 1;
    CHECK(os_crew_wall_ns(&crew) == 90);
    CHECK(os_crew_cpu_ns(&crew) == 90);
}

int
main(void)
{
    test_every_worker_runs_the_loop();
    test_no_worker_runs_unless_all_can();
    test_as_many_as_can_start_are_enough();
    test_times_are_added_up();
    return EXIT_SUCCESS;
}
