#include "os/thread_list.h"

#include <stdlib.h>

#ifdef __linux__

#include <dirent.h>

enum { FIRST_CAPACITY = 64 };

static int
compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* Takes the array over; NULL if there is no memory. */
static uint64_t *
append(uint64_t *owned_numbers, size_t count, uint64_t number)
{
    if (count >= FIRST_CAPACITY && (count & (count - 1)) == 0) {
        uint64_t *grown = realloc(owned_numbers, 2 * count * sizeof *grown);
        if (grown == NULL) {
            free(owned_numbers);
            return NULL;
        }
        owned_numbers = grown;
    }
    owned_numbers[count] = number;
    return owned_numbers;
}

uint64_t *
list_threads(size_t *count)
{
    DIR *folder = opendir("/proc/self/task");
    if (folder == NULL) {
        return NULL;
    }
    uint64_t *owned_numbers = malloc(FIRST_CAPACITY * sizeof *owned_numbers);
    const struct dirent *entry;
    *count = 0;
    while (owned_numbers != NULL && (entry = readdir(folder)) != NULL) {
        uint64_t number = strtoull(entry->d_name, NULL, 10);
        if (number != 0) {
            owned_numbers = append(owned_numbers, *count, number);
            (*count)++;
        }
    }
    closedir(folder);
    if (owned_numbers != NULL) {
        qsort(owned_numbers, *count, sizeof *owned_numbers, compare_numbers);
    }
    return owned_numbers;
}

#else

uint64_t *
list_threads(size_t *count)
{
    *count = 0;
    return NULL;
}

#endif
