/* What samples when the first thread is late. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "check.h"
#include "recording/backup_sampler.h"

enum { MS = 1000000, CLOSED = 40 };

static atomic_uint samples;

static void
count_sample(void *argument)
{
    CHECK(argument == &samples);
    atomic_fetch_add(&samples, 1);
}

static void
wait_for_samples(unsigned wanted)
{
    while (atomic_load(&samples) < wanted) {
        os_sleep_ns(MS);
    }
}

static void
it_samples_when_the_first_is_late_and_rests_when_nobody_comes(struct backup_sampler *backup)
{
    atomic_store(&samples, 0);
    backup_arm(backup, MS);
    wait_for_samples(BACKUP_MAX_TURNS);
    os_sleep_ns(20 * MS);
    CHECK(atomic_load(&samples) == BACKUP_MAX_TURNS);

    backup_arm(backup, MS);
    wait_for_samples(2 * BACKUP_MAX_TURNS);
}

static void
it_waits_for_as_long_as_it_is_told(struct backup_sampler *backup)
{
    backup_disarm(backup);
    os_sleep_ns(20 * MS);
    unsigned before = atomic_load(&samples);
    backup_arm(backup, UINT64_C(1000000) * MS);
    os_sleep_ns(20 * MS);
    backup_disarm(backup);
    os_sleep_ns(20 * MS);
    CHECK(atomic_load(&samples) == before);
}

static void
on_one_core_it_does_nothing(void)
{
    cpu_set_t all, one;
    CHECK(sched_getaffinity(0, sizeof all, &all) == 0);
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0) {
        return;
    }
    unsigned before = atomic_load(&samples);
    struct backup_sampler backup;
    backup_sampler_start(&backup, count_sample, &samples, MS);
    backup_arm(&backup, MS);
    os_sleep_ns(20 * MS);
    backup_sampler_stop(&backup);
    CHECK(atomic_load(&samples) == before);
    CHECK(sched_setaffinity(0, sizeof all, &all) == 0);
}

static int
next_file(void)
{
    int file = dup(0);
    close(file);
    return file;
}

static void
it_uses_no_signal_and_leaves_no_file(void)
{
    sigset_t pending;
    int before = next_file();
    for (int i = 0; i < 50; i++) {
        struct backup_sampler backup;
        backup_sampler_start(&backup, count_sample, &samples, MS);
        backup_arm(&backup, MS / 100);
        backup_sampler_stop(&backup);
    }
    CHECK(next_file() == before);
    sigemptyset(&pending); /* the kernel fills in no more of it than it has signals */
    CHECK(sigpending(&pending) == 0 && sigisemptyset(&pending));
}

static bool
is_closed_on_exec(int file)
{
    return (fcntl(file, F_GETFD) & FD_CLOEXEC) != 0;
}

static void
a_program_that_is_started_has_no_timer_and_a_forked_child_closes_its_own(void)
{
    struct backup_sampler backup;
    backup_sampler_start(&backup, count_sample, &samples, MS);
    if (backup.is_there) {
        CHECK(is_closed_on_exec(backup.timer));
        pid_t child = fork();
        if (child == 0) {
            int timer = backup.timer;
            backup_sampler_forget(&backup);
            backup_sampler_forget(&backup);
            backup_sampler_stop(&backup);
            _exit(fcntl(timer, F_GETFD) == -1 && errno == EBADF ? 0 : 1);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    backup_sampler_stop(&backup);
}

/* Closing files that it doesn't know is a program's right; then another file gets the number, at
   any moment of the thread. What it waits for then doesn't come: that the program ends is the
   proof. */
static void
timers_that_the_program_closed_are_not_mistaken_for_other_files(void)
{
    static struct backup_sampler backups[CLOSED];
    int ends[2];
    char data[2];
    CHECK(pipe(ends) == 0 && write(ends[1], "ab", 2) == 2);
    for (int i = 0; i < CLOSED; i++) {
        backup_sampler_start(&backups[i], count_sample, &samples, MS);
        int number = backups[i].is_there ? backups[i].timer : -1;
        CHECK(number == -1 || dup2(ends[i % 2], number) == number);
    }
    for (int i = 0; i < CLOSED; i++) {
        bool is_there = backups[i].is_there;
        backup_sampler_stop(&backups[i]);
        CHECK(!is_there || close(backups[i].timer) == 0);
    }
    CHECK(read(ends[0], data, 2) == 2 && data[0] == 'a' && data[1] == 'b');
    close(ends[0]);
    close(ends[1]);
}

static void
without_a_free_file_there_is_no_backup(void)
{
    struct backup_sampler backup;
    struct rlimit before, none;
    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    none = before;
    none.rlim_cur = (rlim_t)next_file();
    CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
    backup_sampler_start(&backup, count_sample, &samples, MS);
    CHECK(!backup.is_there);
    backup_arm(&backup, MS);
    backup_sampler_stop(&backup);
    CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
}

static bool
forbid(unsigned call)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof rules / sizeof *rules, .filter = rules};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

static int
count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;
    while (tasks != NULL && readdir(tasks) != NULL) {
        count++;
    }
    if (tasks != NULL) {
        closedir(tasks);
    }
    return count;
}

static void
do_nothing(void *nothing)
{
    (void)nothing;
}

/* With the thread that ThreadSanitizer adds when the first is started. */
static int
count_threads_at_rest(void)
{
    os_thread first;
    CHECK(os_thread_start(&first, do_nothing, NULL));
    os_thread_join(&first);
    return count_threads();
}

/* Forbidden before it starts, or while it runs. What would spin if it went on ends by itself, and
   what goes on ends when it is stopped: that the program ends is the proof. */
static void
it_ends_and_does_not_spin_where_a_sandbox_forbids(unsigned call, bool from_the_start)
{
    int before = next_file();
    pid_t child = fork();
    if (child == 0) {
        struct backup_sampler backup;
        int threads = count_threads_at_rest();
        if (from_the_start && !forbid(call)) {
            _exit(0);
        }
        backup_sampler_start(&backup, count_sample, &samples, MS);
        backup_arm(&backup, MS);
        if (!from_the_start && !forbid(call)) {
            _exit(0);
        }
        while ((call == SYS_ppoll || call == SYS_timerfd_gettime) && count_threads() > threads) {
            os_sleep_ns(MS);
        }
        backup_sampler_stop(&backup);
        CHECK(!from_the_start || call == SYS_ppoll || next_file() == before);
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int
main(void)
{
    struct backup_sampler backup;
    const unsigned calls[] = {SYS_timerfd_create, SYS_timerfd_settime, SYS_timerfd_gettime,
                              SYS_ppoll};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        it_ends_and_does_not_spin_where_a_sandbox_forbids(calls[i], true);
        it_ends_and_does_not_spin_where_a_sandbox_forbids(calls[i], false);
    }
    it_uses_no_signal_and_leaves_no_file();
    a_program_that_is_started_has_no_timer_and_a_forked_child_closes_its_own();
    timers_that_the_program_closed_are_not_mistaken_for_other_files();
    without_a_free_file_there_is_no_backup();
    backup_sampler_start(&backup, count_sample, &samples, MS);
    backup_arm(&backup, UINT64_C(3600000) * MS);
    backup_disarm(&backup);
    if (backup.is_there && backup.has_a_core) {
        it_samples_when_the_first_is_late_and_rests_when_nobody_comes(&backup);
        it_waits_for_as_long_as_it_is_told(&backup);
    }
    else {
        printf("no backup here: one core, or no timers\n");
    }
    backup_sampler_stop(&backup);
    backup_sampler_stop(&backup);
    on_one_core_it_does_nothing();
    return 0;
}
