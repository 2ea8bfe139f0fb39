#include "os/read_file.h"

#include <errno.h>

#ifdef _WIN32

int
read_file_open(struct read_file *file, const char *path)
{
    (void)path;
    *file = (struct read_file){.descriptor = -1};
    return ENOSYS;
}

void
read_file_close(struct read_file *file)
{
    (void)file;
}

void
read_file_update_size(struct read_file *file)
{
    (void)file;
}

size_t
read_file_at(const struct read_file *file, uint64_t offset, void *to, size_t size)
{
    (void)file, (void)offset, (void)to, (void)size;
    return 0;
}

#else

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int
read_file_open(struct read_file *file, const char *path)
{
    struct stat found;
    *file = (struct read_file){.descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file->descriptor < 0 || fstat(file->descriptor, &found) < 0) {
        return errno;
    }
    file->size = (uint64_t)found.st_size;
    return S_ISREG(found.st_mode) ? 0 : S_ISDIR(found.st_mode) ? EISDIR : EINVAL;
}

void
read_file_close(struct read_file *file)
{
    if (file->descriptor >= 0) {
        close(file->descriptor);
        file->descriptor = -1;
    }
}

void
read_file_update_size(struct read_file *file)
{
    struct stat found;
    if (fstat(file->descriptor, &found) == 0) {
        file->size = (uint64_t)found.st_size;
    }
}

size_t
read_file_at(const struct read_file *file, uint64_t offset, void *to, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got =
            pread(file->descriptor, (char *)to + done, size - done, (off_t)(offset + done));
        if (got == 0 || (got < 0 && errno != EINTR)) {
            break;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return done;
}

#endif
