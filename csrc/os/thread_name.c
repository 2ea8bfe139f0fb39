#include "os/thread_name.h"

#ifdef __linux__

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool
read_command(uint64_t native_id, char name[THREAD_NAME_BYTES])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%llu/comm", (unsigned long long)native_id);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    ssize_t size = read(file, name, THREAD_NAME_BYTES);
    close(file);
    if (size < 1) {
        return false;
    }
    name[size - 1] = '\0'; /* a line break */
    return true;
}

bool
thread_name_read(uint64_t native_id, char name[THREAD_NAME_BYTES])
{
    static const char first[THREAD_NAME_BYTES] = "MainThread";
    char of_process[THREAD_NAME_BYTES];
    uint64_t process = (uint64_t)getpid();
    if (native_id == process) {
        memcpy(name, first, sizeof first);
        return true;
    }
    return read_command(native_id, name) && read_command(process, of_process) &&
           strcmp(name, of_process) != 0;
}

#else

bool
thread_name_read(uint64_t native_id, char name[THREAD_NAME_BYTES])
{
    (void)native_id;
    (void)name;
    return false;
}

#endif
