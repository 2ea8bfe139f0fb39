#include "os/memory.h"

/* The system does the copying: it finds out whether the memory is there, where we would crash. */

bool
memory_copy(void *to, const void *from, size_t size)
{
    const struct memory_piece piece = {.to = to, .from = from, .size = size};
    return memory_copy_pieces(&piece, 1);
}

bool
memory_copy_from(const struct memory_source *source, void *to, const void *from, size_t size)
{
    const struct memory_piece piece = {.to = to, .from = from, .size = size};
    return memory_copy_pieces_from(source, &piece, 1);
}

bool
memory_can_be_copied(void)
{
    char from = 0, to;
    return memory_copy(&to, &from, sizeof from);
}

#ifdef _WIN32

#include <errno.h>
#include <windows.h>

bool
memory_copy_pieces(const struct memory_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SIZE_T copied = 0;
        if (!ReadProcessMemory(GetCurrentProcess(), pieces[i].from, pieces[i].to, pieces[i].size,
                               &copied) ||
            copied != pieces[i].size) {
            return false;
        }
    }
    return true;
}

bool
memory_copy_pieces_from(const struct memory_source *source, const struct memory_piece *pieces,
                        size_t count)
{
    errno = ENOSYS;
    return source == NULL && memory_copy_pieces(pieces, count);
}

#else

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum outcome { COPIED, GONE, REFUSED };

#ifdef __linux__

#include <stdatomic.h>
#include <sys/uio.h>

static enum outcome
copy_from_process(int64_t process, const struct memory_piece *pieces, size_t count)
{
    struct iovec local[MAX_MEMORY_PIECES], remote[MAX_MEMORY_PIECES];
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        local[i] = (struct iovec){.iov_base = pieces[i].to, .iov_len = pieces[i].size};
        remote[i] = (struct iovec){.iov_base = (void *)(uintptr_t)pieces[i].from,
                                   .iov_len = pieces[i].size};
        size += pieces[i].size;
    }
    ssize_t copied = process_vm_readv((pid_t)process, local, count, remote, count, 0);
    if (copied < 0 && errno != EFAULT && errno != ENOMEM) {
        return REFUSED;
    }
    return copied == (ssize_t)size ? COPIED : GONE;
}

/* What a container's rules forbid, they forbid for as long as the process lives. This is no state
   of a module: it is a fact about the system, the same for each interpreter. It orders nothing:
   who doesn't see it yet finds it out again. */
static atomic_bool is_forbidden;

static enum outcome
copy_at_once(const struct memory_piece *pieces, size_t count)
{
    if (atomic_load_explicit(&is_forbidden, memory_order_relaxed)) {
        return REFUSED;
    }
    enum outcome outcome = copy_from_process(getpid(), pieces, count);
    if (outcome == REFUSED) {
        atomic_store_explicit(&is_forbidden, true, memory_order_relaxed);
    }
    return outcome;
}

static bool
open_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC) == 0;
}

#else

static enum outcome
copy_from_process(int64_t process, const struct memory_piece *pieces, size_t count)
{
    (void)process, (void)pieces, (void)count;
    errno = ENOSYS;
    return REFUSED;
}

static enum outcome
copy_at_once(const struct memory_piece *pieces, size_t count)
{
    (void)pieces, (void)count;
    return REFUSED;
}

/* Not at once: a program that another thread starts in between has the pipe too. */
static bool
open_pipe(int ends[2])
{
    if (pipe(ends) != 0) {
        return false;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return true;
}

#endif

/* Writing to a pipe from memory that isn't there fails, on every POSIX system. What goes through
   at a time fits into any pipe, so that neither end waits. */
static bool
copy_through_pipe(const int ends[2], char *to, const char *from, size_t size)
{
    enum { MAX_PART = 512 };
    while (size > 0) {
        size_t part = size < MAX_PART ? size : MAX_PART;
        ssize_t written = write(ends[1], from, part);
        if (written <= 0 || read(ends[0], to, (size_t)written) != written) {
            return false;
        }
        to += written;
        from += written;
        size -= (size_t)written;
    }
    return true;
}

bool
memory_copy_pieces(const struct memory_piece *pieces, size_t count)
{
    int ends[2];
    enum outcome outcome = copy_at_once(pieces, count);
    if (outcome != REFUSED) {
        return outcome == COPIED;
    }
    if (!open_pipe(ends)) {
        return false;
    }
    bool is_copied = true;
    for (size_t i = 0; is_copied && i < count; i++) {
        is_copied = copy_through_pipe(ends, pieces[i].to, pieces[i].from, pieces[i].size);
    }
    close(ends[0]);
    close(ends[1]);
    return is_copied;
}

bool
memory_copy_pieces_from(const struct memory_source *source, const struct memory_piece *pieces,
                        size_t count)
{
    return source == NULL ? memory_copy_pieces(pieces, count)
                          : copy_from_process(source->process, pieces, count) == COPIED;
}

#endif
