#include "os/mapped_file.h"

#include <errno.h>

#ifdef _WIN32

int
mapped_file_create(struct mapped_file *file, const char *path, size_t reserved, size_t size)
{
    (void)path, (void)reserved, (void)size;
    *file = (struct mapped_file){0};
    return ENOSYS;
}

int
mapped_file_publish(struct mapped_file *file)
{
    (void)file;
    return ENOSYS;
}

bool
mapped_file_grow(struct mapped_file *file, size_t size)
{
    (void)file, (void)size;
    return false;
}

void
mapped_file_cut(struct mapped_file *file, size_t size)
{
    (void)file, (void)size;
}

void
mapped_file_leave(struct mapped_file *file, size_t kept)
{
    (void)file, (void)kept;
}

void
mapped_file_close(struct mapped_file *file)
{
    (void)file;
}

#else

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/os_threads.h"

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

/* -- room ------------------------------------------------------------------------------------ */

static int
write_zeros(int descriptor, size_t from, size_t until)
{
    static const char zeros[4096];
    while (from < until) {
        size_t size = until - from < sizeof zeros ? until - from : sizeof zeros;
        ssize_t written = pwrite(descriptor, zeros, size, (off_t)from);
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        from += written > 0 ? (size_t)written : 0;
    }
    return 0;
}

/* Beyond the limit of a file's size, asking would send a signal. */
static bool
exceeds_the_limit(size_t size)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           size > limit.rlim_cur;
}

static int
take_room(int descriptor, size_t from, size_t until)
{
    if (exceeds_the_limit(until)) {
        return EFBIG;
    }
#ifdef __linux__
    int failure;
    do {
        failure = posix_fallocate(descriptor, (off_t)from, (off_t)(until - from));
    } while (failure == EINTR);
    if (failure != EOPNOTSUPP && failure != EINVAL && failure != ENOSYS) {
        return failure;
    }
#endif
    return write_zeros(descriptor, from, until);
}

/* -- its life -------------------------------------------------------------------------------- */

/* Only what is a file is replaced: not a device, nor what others read from. */
static int
check_replaceable(const char *path)
{
    struct stat found;
    if (lstat(path, &found) < 0) {
        return errno == ENOENT ? 0 : errno;
    }
    if (S_ISDIR(found.st_mode)) {
        return EISDIR;
    }
    return S_ISREG(found.st_mode) || S_ISLNK(found.st_mode) ? 0 : EEXIST;
}

static char *
name_hidden(const char *path)
{
    size_t size = strlen(path) + 32;
    char *hidden_path = malloc(size);
    if (hidden_path != NULL) {
        snprintf(hidden_path, size, "%s.%ld.tmp", path, (long)getpid());
    }
    return hidden_path;
}

static int
map(struct mapped_file *file, size_t reserved, size_t size)
{
    struct stat found;
    int failure = take_room(file->descriptor, 0, size);
    if (failure != 0) {
        return failure;
    }
    if (fstat(file->descriptor, &found) < 0) {
        return errno;
    }
    void *base = mmap(NULL, reserved, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
                      file->descriptor, 0);
    if (base == MAP_FAILED) {
        return errno;
    }
    file->base = base;
    file->reserved = reserved;
    file->size = size;
    file->is_shared = true;
    file->device = (uint64_t)found.st_dev;
    file->inode = (uint64_t)found.st_ino;
    return 0;
}

static int
create(struct mapped_file *file, size_t reserved, size_t size)
{
    if (file->path == NULL || file->hidden_path == NULL) {
        return ENOMEM;
    }
    int failure = check_replaceable(file->path);
    if (failure != 0) {
        return failure;
    }
    unlink(file->hidden_path); /* of a process that had this number, and was killed */
    file->descriptor = open(file->hidden_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file->descriptor < 0) {
        return errno;
    }
    return map(file, reserved, size);
}

int
mapped_file_create(struct mapped_file *file, const char *path, size_t reserved, size_t size)
{
    *file = (struct mapped_file){
        .descriptor = -1, .path = strdup(path), .hidden_path = name_hidden(path)};
    int failure = create(file, reserved, size);
    if (failure != 0) {
        mapped_file_close(file);
    }
    return failure;
}

int
mapped_file_publish(struct mapped_file *file)
{
    if (rename(file->hidden_path, file->path) < 0) {
        return errno;
    }
    free(file->hidden_path);
    file->hidden_path = NULL;
    return 0;
}

/* Otherwise the program has closed the descriptor, and opened another file. */
static bool
is_ours(const struct mapped_file *file)
{
    struct stat found;
    return file->is_shared && fstat(file->descriptor, &found) == 0 &&
           (uint64_t)found.st_dev == file->device && (uint64_t)found.st_ino == file->inode;
}

bool
mapped_file_grow(struct mapped_file *file, size_t size)
{
    if (size > file->reserved || !is_ours(file) ||
        take_room(file->descriptor, file->size, size) != 0) {
        return false;
    }
    file->size = size;
    return true;
}

void
mapped_file_cut(struct mapped_file *file, size_t size)
{
    if (is_ours(file) && ftruncate(file->descriptor, (off_t)size) == 0) {
        file->size = size;
    }
}

static void *
map_memory(void *place, size_t size, int flags)
{
    void *memory = mmap(place, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
    os_abort_unless(memory != MAP_FAILED);
    return memory;
}

void
mapped_file_leave(struct mapped_file *file, size_t kept)
{
    if (!file->is_shared) {
        return;
    }
    void *copy = map_memory(NULL, kept, 0);
    memcpy(copy, file->base, kept);
    map_memory(file->base, file->reserved, MAP_FIXED);
    memcpy(file->base, copy, kept);
    munmap(copy, kept);
    if (is_ours(file)) {
        close(file->descriptor);
    }
    file->descriptor = -1;
    file->is_shared = false;
}

void
mapped_file_close(struct mapped_file *file)
{
    if (file->base != NULL) {
        if (is_ours(file)) {
            close(file->descriptor);
        }
        munmap(file->base, file->reserved);
    }
    else if (file->descriptor >= 0) {
        close(file->descriptor);
    }
    if (file->hidden_path != NULL && file->descriptor >= 0) {
        unlink(file->hidden_path);
    }
    free(file->path);
    free(file->hidden_path);
    *file = (struct mapped_file){.descriptor = -1};
}

#endif
