/* Signals that would end a process are noticed first. Each case has a process of its own. */

#include "check.h"
#include "cli/ending_signals.h"
#include "os/os_threads.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOTICED = 7, OTHERWISE = 8 };

static void
exit_when_it_comes(void *expected)
{
    int number = ending_signals_wait();
    _exit(number == *(int *)expected ? NOTICED : OTHERWISE);
}

static void
keep(int *expected)
{
    static os_thread thread;
    CHECK(ending_signals_begin());
    CHECK(os_thread_start(&thread, exit_when_it_comes, expected));
}

static int
status_of(int (*child)(int), int number)
{
    int status;
    pid_t process = fork();
    if (process == 0) {
        _exit(child(number));
    }
    CHECK(waitpid(process, &status, 0) == process);
    return status;
}

static bool
is_noticed(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == NOTICED;
}

static bool
is_killed(int status, int number)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == number;
}

/* -- what the children do -------------------------------------------------------------------- */

static int
raise_it(int number)
{
    keep(&number);
    raise(number);
    os_sleep_ns(10 * NS_PER_SECOND);
    return OTHERWISE;
}

static void
go_on(int number)
{
    (void)number;
}

static int
handle_it(int number)
{
    signal(number, go_on);
    keep(&number);
    raise(number);
    return EXIT_SUCCESS;
}

static int
ignore_it(int number)
{
    signal(number, SIG_IGN);
    keep(&number);
    raise(number);
    return EXIT_SUCCESS;
}

static int
restore_it_and_renew(int number)
{
    signal(number, go_on);
    keep(&number);
    signal(number, SIG_DFL);
    ending_signals_renew();
    raise(number);
    os_sleep_ns(10 * NS_PER_SECOND);
    return OTHERWISE;
}

static int
raise_it_after_the_end(int number)
{
    CHECK(ending_signals_begin());
    ending_signals_end();
    CHECK(ending_signals_wait() == 0);
    raise(number);
    return OTHERWISE;
}

#ifndef __SANITIZE_THREAD__

static int
raise_it_in_a_forked_child(int number)
{
    keep(&number);
    pid_t process = fork();
    if (process == 0) {
        raise(number);
        _exit(OTHERWISE);
    }
    int status;
    CHECK(waitpid(process, &status, 0) == process);
    return is_killed(status, number) ? EXIT_SUCCESS : OTHERWISE;
}

#endif

static int
begin_again_in_a_forked_child(int number)
{
    CHECK(ending_signals_begin());
    CHECK(!ending_signals_begin());
    pid_t process = fork();
    if (process == 0) {
        raise_it(number);
    }
    int status;
    CHECK(waitpid(process, &status, 0) == process);
    return is_noticed(status) ? EXIT_SUCCESS : OTHERWISE;
}

static int
raise_it_while_it_is_blocked(int number)
{
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    pthread_sigmask(SIG_BLOCK, &only, NULL);
    raise(number);
    end_by_signal(number);
    return OTHERWISE;
}

static int
keep_errno(int number)
{
    CHECK(ending_signals_begin());
    ending_signals_let_go();
    errno = EDOM;
    raise(number);
    CHECK(errno == EDOM);
    return EXIT_SUCCESS;
}

static int
repeat_it(int number)
{
    CHECK(ending_signals_begin());
    ending_signals_let_go();
    raise(number);
    raise(number); /* as `timeout` does */
    os_sleep_ns(NS_PER_SECOND * 11 / 10);
    raise(number);
    return OTHERWISE;
}

/* -------------------------------------------------------------------------------------------- */

static void
test_all_of(int number)
{
    CHECK(is_noticed(status_of(raise_it, number)));
    CHECK(is_noticed(status_of(restore_it_and_renew, number)));
    CHECK(status_of(handle_it, number) == 0);
    CHECK(status_of(ignore_it, number) == 0);
    CHECK(is_killed(status_of(raise_it_after_the_end, number), number));
#ifndef __SANITIZE_THREAD__ /* which keeps a signal from a child that was forked beside threads */
    CHECK(status_of(raise_it_in_a_forked_child, number) == 0);
#endif
    CHECK(status_of(begin_again_in_a_forked_child, number) == 0);
    CHECK(is_killed(status_of(raise_it_while_it_is_blocked, number), number));
    CHECK(status_of(keep_errno, number) == 0);
}

int
main(void)
{
    signal(SIGHUP, SIG_DFL); /* nohup may have ignored it */
    signal(SIGINT, SIG_DFL);
    test_all_of(SIGHUP);
    test_all_of(SIGINT);
    test_all_of(SIGTERM);
    CHECK(is_noticed(status_of(raise_it, SIGALRM)));
    CHECK(is_noticed(status_of(raise_it, SIGXCPU)));
    CHECK(is_killed(status_of(repeat_it, SIGTERM), SIGTERM));
    CHECK(is_killed(status_of(raise_it, SIGUSR1), SIGUSR1));
    CHECK(strcmp(ending_signal_name(SIGTERM), "SIGTERM") == 0);
    CHECK(strcmp(ending_signal_name(SIGSEGV), "a signal") == 0);
    return 0;
}
