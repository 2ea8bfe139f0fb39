#include "os/os_process.h"

#ifdef _WIN32

#include <windows.h>

int64_t
this_process(void)
{
    return GetCurrentProcessId();
}

uint64_t
this_process_start(void)
{
    return 0;
}

uint64_t
involuntary_context_switches(void)
{
    return 0;
}

void
os_block_signals(void)
{
}

#else

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int64_t
this_process(void)
{
    return getpid();
}

/* Its second field is a name in parentheses, which may have any character. */
uint64_t
this_process_start(void)
{
    char text[1024];
    FILE *file = fopen("/proc/self/stat", "re");
    size_t size = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
    if (file != NULL) {
        fclose(file);
    }
    text[size] = '\0';
    const char *place = strrchr(text, ')');
    for (int field = 3; place != NULL && field <= 22; field++) {
        place = strchr(place + 1, ' ');
    }
    return place == NULL ? 0 : strtoull(place, NULL, 10);
}

uint64_t
involuntary_context_switches(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_nivcsw : 0;
}

void
os_block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

#endif
