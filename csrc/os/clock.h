/* Two clocks, in nanoseconds, on POSIX and Windows.

   Compiled with -D_GNU_SOURCE: under -std=c11 the C library hides clock_gettime() otherwise.
   Python authors know the clocks as time.monotonic_ns() and time.thread_time_ns(). */

#ifndef GILEXT_CLOCK_H
#define GILEXT_CLOCK_H

#include <stdint.h>

static const uint64_t NS_PER_SECOND = 1000000000;

#ifdef _WIN32

#include <windows.h>

static inline uint64_t
clock_monotonic_ns(void)
{
    LARGE_INTEGER ticks, ticks_per_second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&ticks_per_second);
    uint64_t whole = (uint64_t)(ticks.QuadPart / ticks_per_second.QuadPart);
    uint64_t rest = (uint64_t)(ticks.QuadPart % ticks_per_second.QuadPart);
    return whole * NS_PER_SECOND + rest * NS_PER_SECOND / (uint64_t)ticks_per_second.QuadPart;
}

static inline uint64_t
clock_thread_cpu_ns(void)
{
    FILETIME created, exited, kernel, user;
    GetThreadTimes(GetCurrentThread(), &created, &exited, &kernel, &user);
    uint64_t in_kernel = ((uint64_t)kernel.dwHighDateTime << 32) | kernel.dwLowDateTime;
    uint64_t in_user = ((uint64_t)user.dwHighDateTime << 32) | user.dwLowDateTime;
    return (in_kernel + in_user) * 100;
}

#else

#include <time.h>

static inline uint64_t
clock_ns(clockid_t clock)
{
    struct timespec now = {0, 0};
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static inline uint64_t
clock_monotonic_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

static inline uint64_t
clock_thread_cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

#endif

#endif
