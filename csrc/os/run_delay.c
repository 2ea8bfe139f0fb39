#include "os/run_delay.h"

#ifdef __linux__

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
run_delay_open(struct run_delay *delay, uint64_t native_id)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%" PRIu64 "/schedstat", native_id);
    delay->file = open(path, O_RDONLY | O_CLOEXEC);
}

void
run_delay_close(struct run_delay *delay)
{
    if (delay->file >= 0) {
        close(delay->file);
    }
    delay->file = -1;
}

/* The file has three numbers; the second is the time without a core, in nanoseconds. */
uint64_t
run_delay_ns(const struct run_delay *delay, uint64_t earlier_ns)
{
    char text[80], *end;
    ssize_t length = delay->file < 0 ? -1 : pread(delay->file, text, sizeof text - 1, 0);
    if (length <= 0) {
        return earlier_ns;
    }
    text[length] = '\0';
    strtoull(text, &end, 10);
    uint64_t delay_ns = strtoull(end, NULL, 10);
    return delay_ns > earlier_ns ? delay_ns : earlier_ns;
}

#else

void
run_delay_open(struct run_delay *delay, uint64_t native_id)
{
    (void)native_id;
    delay->file = -1;
}

void
run_delay_close(struct run_delay *delay)
{
    delay->file = -1;
}

uint64_t
run_delay_ns(const struct run_delay *delay, uint64_t earlier_ns)
{
    (void)delay;
    return earlier_ns;
}

#endif
