/* The loops in a plain C program: reads "LOOP SIZE" lines, answers each with nanoseconds. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "loops/loops.h"

int
main(void)
{
    char name[32];
    uint64_t size;
    while (scanf("%31s %" SCNu64, name, &size) == 2) {
        unsigned char *data = malloc((size_t)size);
        if (data == NULL) {
            return 1;
        }
        memset(data, 0xff, (size_t)size);
        uint64_t start = clock_monotonic_ns();
        uint64_t result = strcmp(name, "spin") == 0           ? gilext_spin(size, 0)
                          : strcmp(name, "count_primes") == 0 ? gilext_count_primes(size)
                                                              : gilext_checksum(data, (size_t)size);
        uint64_t elapsed = clock_monotonic_ns() - start;
        /* Before the answer: giving 40 MB back takes a core for 2 ms of the other side's turn. */
        free(data);
        printf("%" PRIu64 " %" PRIu64 "\n", elapsed, result);
        fflush(stdout);
    }
    return 0;
}
