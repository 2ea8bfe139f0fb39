/* Copying memory that may not be there. */

#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "os/memory.h"

int
main(void)
{
    char from[4096], to[4096] = {0};
    for (size_t i = 0; i < sizeof from; i++) {
        from[i] = (char)(i * 7);
    }
    CHECK(memory_copy(to, from, sizeof from) && memcmp(to, from, sizeof from) == 0);
    CHECK(memory_copy(to, from, 0));
    CHECK(!memory_copy(to, NULL, 1));

    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED && memory_copy(to, page, 4096));
    CHECK(munmap(page, 4096) == 0);
    CHECK(!memory_copy(to, page, 8));
    return 0;
}
