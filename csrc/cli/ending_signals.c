#include "cli/ending_signals.h"

#include <stdatomic.h>

#include "os/os_process.h"
#include "os/wakeup.h"

#ifdef _WIN32

bool
ending_signals_begin(void)
{
    return true;
}

void
ending_signals_renew(void)
{
}

static os_wakeup the_end;

int
ending_signals_wait(void)
{
    os_wakeup_wait(&the_end);
    return 0;
}

void
ending_signals_let_go(void)
{
}

void
ending_signals_end(void)
{
    os_wakeup_post(&the_end);
}

void
end_by_signal(int number)
{
    _exit(number);
}

const char *
ending_signal_name(int number)
{
    (void)number;
    return "a signal";
}

#else

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static const struct {
    int number;
    const char *name;
} endings[] = {{SIGHUP, "SIGHUP"},
               {SIGINT, "SIGINT"},
               {SIGTERM, "SIGTERM"},
               {SIGALRM, "SIGALRM"},
               {SIGXCPU, "SIGXCPU"}};
enum { ENDING_COUNT = sizeof endings / sizeof *endings };

/* How long the interrupted thread waits for the one that will see to its end. */
static const uint64_t MAX_PAUSE_NS = 100000000;
static const uint64_t PAUSE_NS = 20000;
/* `timeout` sends its signal twice, to the process and to its group. Who sends one again after a
   while wants the process to end. */
static const uint64_t REPEAT_NS = 1000000000;

static struct {
    atomic_llong process; /* 0: nobody notices them */
    atomic_int received;  /* the first, or 0 */
    atomic_ullong received_ns;
    atomic_bool is_let_go;
    os_wakeup changed;
} the_signals;

/* -- in the handler: what a signal handler may call ------------------------------------------ */

static void
take_default_action(int number)
{
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigaction(number, &by_default, NULL);
    kill(getpid(), number); /* as soon as it isn't blocked: this handler has returned, say */
}

static void
pause_until_let_go(void)
{
    uint64_t end_ns = clock_monotonic_ns() + MAX_PAUSE_NS;
    while (!atomic_load(&the_signals.is_let_go) && clock_monotonic_ns() < end_ns) {
        os_sleep_ns(PAUSE_NS);
    }
}

static void
notice(int number)
{
    int before = errno, none = 0;
    if (atomic_load(&the_signals.process) != this_process()) {
        take_default_action(number);
    }
    else if (atomic_compare_exchange_strong(&the_signals.received, &none, number)) {
        atomic_store(&the_signals.received_ns, clock_monotonic_ns());
        os_wakeup_post(&the_signals.changed);
        pause_until_let_go();
    }
    else if (clock_monotonic_ns() > atomic_load(&the_signals.received_ns) + REPEAT_NS) {
        take_default_action(number);
    }
    errno = before;
}

/* -- around it ------------------------------------------------------------------------------- */

static void
change_handlers(void (*from)(int), void (*to)(int))
{
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        struct sigaction now, next = {.sa_handler = to, .sa_flags = SA_RESTART | SA_ONSTACK};
        if (sigaction(endings[i].number, NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) &&
            now.sa_handler == from) {
            sigaction(endings[i].number, &next, NULL);
        }
    }
}

bool
ending_signals_begin(void)
{
    if (atomic_load(&the_signals.process) == this_process()) {
        return false;
    }
    atomic_store(&the_signals.received, 0);
    atomic_store(&the_signals.received_ns, UINT64_MAX - REPEAT_NS); /* until it is known */
    atomic_store(&the_signals.is_let_go, false);
    os_wakeup_init(&the_signals.changed);
    atomic_store(&the_signals.process, this_process());
    ending_signals_renew();
    return true;
}

void
ending_signals_renew(void)
{
    if (atomic_load(&the_signals.process) == this_process() && this_process() != 1) {
        change_handlers(SIG_DFL, notice);
    }
}

int
ending_signals_wait(void)
{
    os_wakeup_wait(&the_signals.changed);
    return atomic_load(&the_signals.received);
}

void
ending_signals_let_go(void)
{
    atomic_store(&the_signals.is_let_go, true);
}

void
ending_signals_end(void)
{
    change_handlers(notice, SIG_DFL);
    if (atomic_exchange(&the_signals.process, 0) == this_process()) {
        os_wakeup_post(&the_signals.changed);
    }
}

void
end_by_signal(int number)
{
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    take_default_action(number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    for (;;) {
        os_sleep_ns(NS_PER_SECOND);
    }
}

const char *
ending_signal_name(int number)
{
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        if (endings[i].number == number) {
            return endings[i].name;
        }
    }
    return "a signal";
}

#endif
