#include "os/core_wait.h"

#ifdef __linux__

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
open_own_stat(void)
{
    return open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC);
}

void
core_wait_close(struct core_wait *wait)
{
    if (wait->file >= 0) {
        close(wait->file);
    }
    wait->file = -1;
}

/* The state follows the name in parentheses, which may hold parentheses of its own: `R` is a
   thread that runs or could. */
static bool
is_runnable(int file)
{
    char text[64];
    ssize_t length = file < 0 ? -1 : pread(file, text, sizeof text - 1, 0);
    if (length <= 0) {
        return false;
    }
    text[length] = '\0';
    const char *end = strrchr(text, ')');
    return end != NULL && strncmp(end, ") R", 3) == 0;
}

#else

static int
open_own_stat(void)
{
    return -1;
}

void
core_wait_close(struct core_wait *wait)
{
    wait->file = -1;
}

static bool
is_runnable(int file)
{
    (void)file;
    return false;
}

#endif

bool
core_wait_open(struct core_wait *wait)
{
    wait->file = open_own_stat();
    if (thread_clock_find(&wait->clock)) {
        return true;
    }
    core_wait_close(wait);
    return false;
}

/* Asked last, as reading the file takes longer than all the rest of a sample. */
bool
core_wait_is_waiting(const struct core_wait *wait, uint64_t earlier_ns, uint64_t now_ns)
{
    return earlier_ns == now_ns && is_runnable(wait->file);
}
