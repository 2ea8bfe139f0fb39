/* Mapped memory is part of the address space at once, and private when it is written to. */

#include "os/memory_sizes.h"

#include <string.h>

#include "check.h"

#ifdef __linux__

#include <sys/mman.h>

/* The kernel adds a thread's pages up now and then, 64 at a time. */
enum { SIZE = 64 << 20, SLACK = 8 << 20 };

int
main(void)
{
    struct memory_sizes before, mapped, written, unmapped;
    CHECK(memory_sizes_read(&before));
    char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    CHECK(memory_sizes_read(&mapped));
    memset(memory, 1, SIZE);
    CHECK(memory_sizes_read(&written));
    CHECK(munmap(memory, SIZE) == 0);
    CHECK(memory_sizes_read(&unmapped));

    CHECK(mapped.virtual_bytes - before.virtual_bytes == SIZE);
    CHECK(mapped.private_bytes < before.private_bytes + SLACK);
    CHECK(written.virtual_bytes == mapped.virtual_bytes);
    CHECK(written.private_bytes > mapped.private_bytes + SIZE - SLACK);
    CHECK(unmapped.virtual_bytes == before.virtual_bytes);
    CHECK(unmapped.private_bytes < before.private_bytes + SLACK);
    return EXIT_SUCCESS;
}

#else

int
main(void)
{
    struct memory_sizes sizes;
    CHECK(!memory_sizes_read(&sizes) || sizes.virtual_bytes >= sizes.private_bytes);
    return EXIT_SUCCESS;
}

#endif
