/* A crew of OS threads runs a task, all or none, and its times are added up rightly. */

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
#define os_crew_start scarce_os_crew_start
#define os_crew_wait scarce_os_crew_wait
#define os_crew_finish scarce_os_crew_finish
#define os_crew_wall_ns scarce_os_crew_wall_ns
#define os_crew_cpu_ns scarce_os_crew_cpu_ns
bool scarce_os_crew_start(struct os_crew *crew, os_crew_task task, const void *argument,
                          struct os_worker *workers, uint32_t size);
bool scarce_os_crew_wait(struct os_crew *crew, uint64_t nanoseconds);
void scarce_os_crew_finish(struct os_crew *crew);
uint64_t scarce_os_crew_wall_ns(const struct os_crew *crew);
uint64_t scarce_os_crew_cpu_ns(const struct os_crew *crew);
#include "loops/os_crew.c"
#undef os_thread_start
#undef os_crew_start
#undef os_crew_wait
#undef os_crew_finish
#undef os_crew_wall_ns
#undef os_crew_cpu_ns

enum { MAX_WORKERS = 8 };

static const uint64_t spin_iterations = 100000;

static uint64_t
spin(const void *iterations, const atomic_bool *is_stopping)
{
    (void)is_stopping;
    return gilext_spin(*(const uint64_t *)iterations, 0);
}

static uint64_t
spin_until_stopped(const void *argument, const atomic_bool *is_stopping)
{
    (void)argument;
    while (!atomic_load(is_stopping)) {
    }
    return 1;
}

static void
test_every_worker_runs_the_task(void)
{
    for (uint32_t size = 1; size <= MAX_WORKERS; size++) {
        struct os_crew crew;
        struct os_worker workers[MAX_WORKERS];
        uint64_t start = clock_monotonic_ns();
        CHECK(os_crew_start(&crew, spin, &spin_iterations, workers, size));
        CHECK(os_crew_wait(&crew, OS_FOREVER));
        os_crew_finish(&crew);
        uint64_t end = clock_monotonic_ns();
        CHECK(crew.is_complete && crew.size == size);
        for (uint32_t i = 0; i < size; i++) {
            CHECK(workers[i].result == gilext_spin(spin_iterations, 0));
            CHECK(start <= workers[i].start_ns && workers[i].start_ns <= workers[i].end_ns);
            CHECK(workers[i].end_ns <= end);
        }
        CHECK(os_crew_wall_ns(&crew) <= end - start);
    }
}

static void
test_no_worker_runs_unless_all_can(void)
{
    for (uint32_t startable = 0; startable < MAX_WORKERS; startable++) {
        struct os_crew crew;
        struct os_worker workers[MAX_WORKERS];
        threads_left = startable;
        CHECK(!scarce_os_crew_start(&crew, spin, &spin_iterations, workers, MAX_WORKERS));
        CHECK(threads_left == 0 && !crew.is_complete);
        for (uint32_t i = 0; i < startable; i++) {
            CHECK(workers[i].start_ns == 0 && workers[i].end_ns == 0 && workers[i].result == 0);
        }
    }
}

static void
test_as_many_as_can_start_are_enough(void)
{
    struct os_crew crew;
    struct os_worker workers[MAX_WORKERS];
    threads_left = MAX_WORKERS;
    CHECK(scarce_os_crew_start(&crew, spin, &spin_iterations, workers, MAX_WORKERS));
    CHECK(scarce_os_crew_wait(&crew, OS_FOREVER));
    scarce_os_crew_finish(&crew);
    CHECK(workers[MAX_WORKERS - 1].result == gilext_spin(spin_iterations, 0));
    CHECK(scarce_os_crew_wall_ns(&crew) == os_crew_wall_ns(&crew));
    CHECK(scarce_os_crew_cpu_ns(&crew) == os_crew_cpu_ns(&crew));
}

static void
test_crew_is_waited_for_and_can_be_stopped(void)
{
    struct os_crew crew;
    struct os_worker workers[2];
    CHECK(os_crew_start(&crew, spin_until_stopped, NULL, workers, 2));
    CHECK(!os_crew_wait(&crew, 0));
    CHECK(!os_crew_wait(&crew, 1000000));
    os_crew_finish(&crew);
    CHECK(workers[0].result == 1 && workers[1].result == 1);
}

/* Takes wall time and no CPU time. */
static uint64_t
sleep_a_little(const void *argument, const atomic_bool *is_stopping)
{
    (void)argument;
    (void)is_stopping;
    os_sleep_ns(50000000);
    return 0;
}

static void
test_cpu_time_is_no_wall_time(void)
{
    struct os_crew crew;
    struct os_worker workers[1];
    CHECK(os_crew_start(&crew, sleep_a_little, NULL, workers, 1));
    CHECK(os_crew_wait(&crew, OS_FOREVER));
    os_crew_finish(&crew);
    CHECK(os_crew_cpu_ns(&crew) < os_crew_wall_ns(&crew) / 2);
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
    test_every_worker_runs_the_task();
    test_no_worker_runs_unless_all_can();
    test_as_many_as_can_start_are_enough();
    test_crew_is_waited_for_and_can_be_stopped();
    test_cpu_time_is_no_wall_time();
    test_times_are_added_up();
    return EXIT_SUCCESS;
}
