#include "os/memory.h"

/* The system does the copying: it looks whether the memory is there, where we would crash. */

#ifdef _WIN32

#include <windows.h>

bool
memory_copy(void *to, const void *from, size_t size)
{
    SIZE_T copied = 0;
    return ReadProcessMemory(GetCurrentProcess(), from, to, size, &copied) && copied == size;
}

#else

#include <fcntl.h>
#include <unistd.h>

#ifdef __linux__

#include <sys/uio.h>

static bool
copy_at_once(void *to, const void *from, size_t size)
{
    struct iovec local = {.iov_base = to, .iov_len = size};
    struct iovec remote = {.iov_base = (void *)(uintptr_t)from, .iov_len = size};
    return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size;
}

#else

static bool
copy_at_once(void *to, const void *from, size_t size)
{
    (void)to, (void)from, (void)size;
    return false;
}

#endif

/* Writing to a pipe from memory that isn't there fails, on every POSIX system. What goes through
   at a time fits into any pipe, so that neither end waits. */
static bool
copy_through_pipe(void *to, const void *from, size_t size)
{
    enum { PIECE = 512 };
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    char *target = to;
    const char *source = from;
    while (size > 0) {
        size_t piece = size < PIECE ? size : PIECE;
        ssize_t written = write(ends[1], source, piece);
        if (written <= 0 || read(ends[0], target, (size_t)written) != written) {
            break;
        }
        source += written;
        target += written;
        size -= (size_t)written;
    }
    close(ends[0]);
    close(ends[1]);
    return size == 0;
}

/* A container may forbid the first way. */
bool
memory_copy(void *to, const void *from, size_t size)
{
    return copy_at_once(to, from, size) || copy_through_pipe(to, from, size);
}

#endif
