#include "os/descriptor.h"

#ifdef _WIN32

#include <io.h>

size_t
descriptor_write_now(int descriptor, const void *bytes, size_t size)
{
    int written = _write(descriptor, bytes, (unsigned)size);
    return written < 0 ? 0 : (size_t)written;
}

void
descriptor_await(int descriptor, uint64_t longest_ns)
{
    (void)descriptor, (void)longest_ns;
}

#else

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/clock.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static ssize_t
write_if_ready(int descriptor, const void *bytes, size_t size)
{
    struct pollfd polled = {.fd = descriptor, .events = POLLOUT};
    if (poll(&polled, 1, 0) != 1 || (polled.revents & POLLOUT) == 0) {
        return -1;
    }
    return write(descriptor, bytes, size);
}

size_t
descriptor_write_now(int descriptor, const void *bytes, size_t size)
{
    ssize_t written = send(descriptor, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (written < 0 && errno == ENOTSOCK) {
        written = write_if_ready(descriptor, bytes, size);
    }
    return written < 0 ? 0 : (size_t)written;
}

enum { MAX_WAIT_MS = 1000 * 60 * 60, NS_PER_MS = 1000000 };

void
descriptor_await(int descriptor, uint64_t longest_ns)
{
    uint64_t start_ns = clock_monotonic_ns(), passed_ns = 0;
    struct pollfd polled = {.fd = descriptor, .events = POLLIN};
    for (; passed_ns < longest_ns; passed_ns = clock_monotonic_ns() - start_ns) {
        uint64_t rest_ms = (longest_ns - passed_ns + NS_PER_MS - 1) / NS_PER_MS;
        int ready = poll(&polled, 1, (int)(rest_ms < MAX_WAIT_MS ? rest_ms : MAX_WAIT_MS));
        if (ready > 0 || (ready < 0 && errno != EINTR)) {
            return;
        }
    }
}

#endif
