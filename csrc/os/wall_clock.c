#include "os/wall_clock.h"

#include <stdio.h>
#include <time.h>

#include "os/clock.h"

enum { NS_PER_MILLISECOND = 1000000 };

uint64_t
wall_clock_ns(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static void
to_utc(time_t seconds, struct tm *utc)
{
#ifdef _WIN32
    gmtime_s(utc, &seconds);
#else
    gmtime_r(&seconds, utc);
#endif
}

void
wall_clock_write(uint64_t wall_ns, char text[WALL_CLOCK_BYTES])
{
    struct tm utc;
    char seconds[WALL_CLOCK_BYTES - 5];
    to_utc((time_t)(wall_ns / NS_PER_SECOND), &utc);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text, WALL_CLOCK_BYTES, "%s.%03uZ", seconds,
             (unsigned)(wall_ns % NS_PER_SECOND / NS_PER_MILLISECOND));
}
