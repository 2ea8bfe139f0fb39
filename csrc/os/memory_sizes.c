#include "os/memory_sizes.h"

#include <stddef.h>

#if defined(__linux__)

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Reading is not interrupted by signals: the kernel makes the text up at once. */
static bool
read_statm(char *text, size_t size)
{
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    ssize_t length = read(file, text, size - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* proc_pid_statm(5): the pages of the address space, those in memory, and those of them that are
   of a file or shared. What is private is all the others in memory, not what is swapped out. */
bool
memory_sizes_read(struct memory_sizes *sizes)
{
    enum { SIZE, RESIDENT, SHARED, FIELDS };
    char text[128], *from = text;
    uint64_t pages[FIELDS];
    if (!read_statm(text, sizeof text)) {
        return false;
    }
    for (int i = 0; i < FIELDS; i++) {
        char *after;
        pages[i] = strtoull(from, &after, 10);
        if (after == from) {
            return false;
        }
        from = after;
    }
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    sizes->virtual_bytes = pages[SIZE] * page;
    sizes->private_bytes = (pages[RESIDENT] - pages[SHARED]) * page;
    return true;
}

#elif defined(__APPLE__)

#include <mach/mach.h>

/* The footprint is what the system holds a process to: also what is compressed or swapped out. */
bool
memory_sizes_read(struct memory_sizes *sizes)
{
    task_vm_info_data_t info;
    mach_msg_type_number_t count = TASK_VM_INFO_COUNT;
    if (task_info(mach_task_self(), TASK_VM_INFO, (task_info_t)&info, &count) != KERN_SUCCESS ||
        count < TASK_VM_INFO_REV1_COUNT) {
        return false;
    }
    sizes->virtual_bytes = info.virtual_size;
    sizes->private_bytes = info.phys_footprint;
    return true;
}

#elif defined(_WIN32)

#include <windows.h>

#include <psapi.h>

/* What is private is all that is committed, in memory or not. */
bool
memory_sizes_read(struct memory_sizes *sizes)
{
    PROCESS_MEMORY_COUNTERS_EX counters = {.cb = sizeof counters};
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    if (!GetProcessMemoryInfo(GetCurrentProcess(), (PROCESS_MEMORY_COUNTERS *)&counters,
                              sizeof counters) ||
        !GlobalMemoryStatusEx(&status)) {
        return false;
    }
    sizes->virtual_bytes = status.ullTotalVirtual - status.ullAvailVirtual;
    sizes->private_bytes = counters.PrivateUsage;
    return true;
}

#else

bool
memory_sizes_read(struct memory_sizes *sizes)
{
    *sizes = (struct memory_sizes){0};
    return false;
}

#endif

#if defined(__GNUC__)

/* Each sanitizer's runtime has it, and nothing else. */
extern size_t __sanitizer_get_heap_size(void) __attribute__((weak));

bool
memory_is_kept_when_freed(void)
{
    return __sanitizer_get_heap_size != NULL;
}

#else

bool
memory_is_kept_when_freed(void)
{
    return false;
}

#endif
