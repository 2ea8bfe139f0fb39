#include "os/thread_futex.h"

#ifdef __linux__

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TEXT_BYTES = 128 };

static ssize_t
read_text(const char *path, char text[TEXT_BYTES])
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return -1;
    }
    ssize_t length = read(file, text, TEXT_BYTES - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    return length;
}

/* A /proc of another process namespace numbers threads in another way. */
static bool
numbers_agree(void)
{
    char link[TEXT_BYTES], expected[TEXT_BYTES];
    ssize_t length = readlink("/proc/thread-self", link, sizeof link - 1);
    if (length <= 0) {
        return false;
    }
    link[length] = '\0';
    snprintf(expected, sizeof expected, "%ld/task/%ld", (long)getpid(), (long)syscall(SYS_gettid));
    return strcmp(link, expected) == 0;
}

bool
thread_futex_is_known(void)
{
    uintptr_t address;
    return numbers_agree() &&
           thread_futex((uint64_t)syscall(SYS_gettid), &address) == THREAD_BLOCK_OTHER;
}

static bool
is_futex_call(long number)
{
#ifdef SYS_futex_time64
    if (number == SYS_futex_time64) {
        return true;
    }
#endif
#ifdef SYS_futex
    return number == SYS_futex;
#else
    return false;
#endif
}

enum thread_block
thread_futex(uint64_t native_id, uintptr_t *address)
{
    return thread_futex_of(getpid(), native_id, address);
}

/* "running", or the number of the call that it is in, its six arguments in hexadecimal, and more
   (Linux's Documentation/filesystems/proc.rst, /proc/<pid>/syscall). */
enum thread_block
thread_futex_of(int64_t process, uint64_t native_id, uintptr_t *address)
{
    char path[TEXT_BYTES], text[TEXT_BYTES];
    snprintf(path, sizeof path, "/proc/%" PRId64 "/task/%" PRIu64 "/syscall", process, native_id);
    if (read_text(path, text) <= 0) {
        return THREAD_BLOCK_UNKNOWN;
    }
    if (strncmp(text, "running", strlen("running")) == 0) {
        return THREAD_RUNS;
    }
    char *end;
    if (!is_futex_call(strtol(text, &end, 10))) {
        return THREAD_BLOCK_OTHER;
    }
    *address = (uintptr_t)strtoull(end, NULL, 16);
    return THREAD_BLOCK_ON_FUTEX;
}

#else

bool
thread_futex_is_known(void)
{
    return false;
}

enum thread_block
thread_futex(uint64_t native_id, uintptr_t *address)
{
    return thread_futex_of(0, native_id, address);
}

enum thread_block
thread_futex_of(int64_t process, uint64_t native_id, uintptr_t *address)
{
    (void)process, (void)native_id, (void)address;
    return THREAD_BLOCK_UNKNOWN;
}

#endif
