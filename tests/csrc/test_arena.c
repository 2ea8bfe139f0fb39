/* Blocks and notes in a file, which grows, is cut, and is left to the parent in a forked child. */

#ifdef _WIN32
int
main(void)
{
    return 0;
}
#else

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "recording/arena.h"

enum { KB = 1 << 10, MB = 1 << 20 };

static const struct arena_origin ORIGIN = {.gilext_version = "1.2.3", .layout = 7};
static char path[256];

static struct arena *
make_arena(size_t max_bytes)
{
    struct arena *arena;
    CHECK(arena_create(&arena, path, max_bytes, &ORIGIN) == 0);
    return arena;
}

static off_t
size_of_file(void)
{
    struct stat found;
    return stat(path, &found) == 0 ? found.st_size : -1;
}

/* The byte at that place of the file, as another process reads it. */
static char
byte_at(const struct arena *arena, const void *address)
{
    char byte = 0;
    int descriptor = open(path, O_RDONLY);
    off_t place = (off_t)((const char *)address - arena->file.base);
    CHECK(descriptor >= 0 && pread(descriptor, &byte, 1, place) == 1);
    close(descriptor);
    return byte;
}

static void
without_a_file_it_is_the_heap(void)
{
    char *block = arena_resize(NULL, NULL, 0, 10);
    CHECK(block != NULL);
    memset(block, 'a', 10);
    block = arena_resize(NULL, block, 10, MB);
    CHECK(block != NULL && block[9] == 'a');
    arena_free(NULL, block);
    CHECK(!arena_write_note(NULL, "key", 3, "value", 5));
}

static void
blocks_lie_in_the_file(void)
{
    struct arena *arena = make_arena(8 * MB);
    CHECK(size_of_file() == -1); /* not before it is published */
    char *root = arena_resize(arena, NULL, 0, 100);
    CHECK(root != NULL && (uintptr_t)root % 16 == 0);
    CHECK(arena_publish(arena, root) == 0);
    char *block = arena_resize(arena, NULL, 0, 1000);
    memset(block, 'b', 1000);
    for (size_t size = 2000; size <= 2 * MB; size *= 2) {
        char *moved = arena_resize(arena, block, size / 2, size);
        CHECK(moved != NULL && moved[0] == 'b' && moved[size / 2 - 1] == 'b');
        CHECK(block[0] == 'b'); /* who reads the file may still come there */
        memset(moved, 'b', size);
        block = moved;
    }
    CHECK(byte_at(arena, block + MB) == 'b');
    CHECK((size_t)size_of_file() == arena->file.size && arena->file.size >= arena->used);
    arena_cut(arena);
    CHECK((size_t)size_of_file() == arena->used);
    CHECK(arena_write_note(arena, "key", 3, "value", 5));
    CHECK((size_t)size_of_file() == arena->used);
    arena_close(arena);
    CHECK(size_of_file() > 2 * MB);
}

static void
no_room_leaves_a_block_as_it_was(void)
{
    struct arena *arena = make_arena(MB);
    char *block = arena_resize(arena, NULL, 0, 400 * KB);
    CHECK(block != NULL);
    memset(block, 'c', 400 * KB);
    CHECK(arena_resize(arena, block, 400 * KB, 800 * KB) == NULL);
    CHECK(arena_resize(arena, NULL, 0, SIZE_MAX / 2) == NULL);
    CHECK(block[0] == 'c' && block[400 * KB - 1] == 'c');
    CHECK(arena_resize(arena, NULL, 0, 500 * KB) != NULL);
    size_t notes = 0;
    while (arena_write_note(arena, "key", 3, block, 1000)) {
        notes++;
    }
    CHECK(notes > 10 && arena->used <= MB);
    arena_close(arena);
}

static void
notes_are_a_chain(void)
{
    struct arena *arena = make_arena(MB);
    CHECK(arena_write_note(arena, "a", 1, "first", 5));
    CHECK(arena_write_note(arena, "bb", 2, "", 0));
    const char *base = arena->file.base;
    const struct file_note *first = (const void *)(base + arena->header->first_note);
    const struct file_note *second = (const void *)(base + first->next);
    CHECK(first->key_size == 1 && first->value_size == 5);
    CHECK(memcmp(first + 1, "afirst", 6) == 0);
    CHECK(second->key_size == 2 && second->value_size == 0 && second->next == 0);
    arena_close(arena);
}

static void
a_file_that_is_not_published_leaves_nothing(void)
{
    unlink(path);
    struct arena *arena = make_arena(MB);
    char *hidden_path = strdup(arena->file.hidden_path);
    CHECK(access(hidden_path, F_OK) == 0);
    arena_close(arena);
    CHECK(access(hidden_path, F_OK) == -1 && access(path, F_OK) == -1);
    free(hidden_path);
}

static void
a_forked_child_leaves_the_file_alone(void)
{
    int status;
    struct arena *arena = make_arena(8 * MB);
    char *root = arena_resize(arena, NULL, 0, 100);
    char *block = arena_resize(arena, NULL, 0, MB);
    CHECK(arena_publish(arena, root) == 0);
    root[0] = 'r';
    block[MB - 1] = 'p';
    pid_t child = fork();
    if (child == 0) {
        arena_leave(arena, true, 100);
        CHECK(root[0] == 'r' && block[MB - 1] == 'p');
        root[0] = block[MB - 1] = 'x';
        CHECK(!arena_write_note(arena, "key", 3, "value", 5));
        CHECK(arena_resize(arena, NULL, 0, 4 * MB) == NULL);
        arena_leave(arena, false, 100); /* a second time, nothing happens */
        CHECK(root[0] == 'x' && block[MB - 1] == 'x');
        arena_close(arena);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(byte_at(arena, root) == 'r' && byte_at(arena, block + MB - 1) == 'p');
    CHECK((size_t)size_of_file() == arena->file.size);
    arena_close(arena);
}

static void
a_descriptor_that_has_become_another_file_is_left_alone(void)
{
    char other[300];
    struct stat found;
    struct arena *arena = make_arena(8 * MB);
    CHECK(arena_publish(arena, arena_resize(arena, NULL, 0, 100)) == 0);
    close(arena->file.descriptor);
    snprintf(other, sizeof other, "%s-other", path);
    int descriptor = open(other, O_RDWR | O_CREAT, 0600);
    CHECK(descriptor == arena->file.descriptor);
    CHECK(arena_resize(arena, NULL, 0, 4 * MB) == NULL);
    arena_close(arena);
    CHECK(fstat(descriptor, &found) == 0 && found.st_size == 0);
    close(descriptor);
    unlink(other);
}

static void
what_is_no_file_is_not_replaced(void)
{
    struct arena *arena;
    CHECK(arena_create(&arena, "/", MB, &ORIGIN) == EISDIR);
    CHECK(arena_create(&arena, "/dev/null", MB, &ORIGIN) == EEXIST);
    CHECK(arena_create(&arena, "/no/such/folder", MB, &ORIGIN) == ENOENT);
}

int
main(void)
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/gilext-arena-%ld", folder == NULL ? "/tmp" : folder,
             (long)getpid());
    without_a_file_it_is_the_heap();
    blocks_lie_in_the_file();
    no_room_leaves_a_block_as_it_was();
    notes_are_a_chain();
    a_file_that_is_not_published_leaves_nothing();
    a_forked_child_leaves_the_file_alone();
    a_descriptor_that_has_become_another_file_is_left_alone();
    what_is_no_file_is_not_replaced();
    unlink(path);
    return EXIT_SUCCESS;
}

#endif
