/* The two threads of a stand-in: one samples the GIL, the other requests it.

   The second is started when it is first needed: until then, the interpreter knows of neither. */

#ifndef GILEXT_PY_STAND_IN_THREADS_H
#define GILEXT_PY_STAND_IN_THREADS_H

#include "checking/stand_in.h"
#include "cpython/requester.h"
#include "os/looker.h"

struct stand_in_threads {
    struct looker sampling;

    os_mutex mutex; /* guards what follows, while the threads run */
    struct stand_in stand_in;
    os_condition is_wanted_or_over;
    bool is_wanted, is_over;

    bool has_second;
    struct looker requesting;
    struct requester requester;
    atomic_uint_fast64_t native_id; /* of the second thread; 0 before it runs */
};

/* `threads` is zeros. */
void stand_in_threads_init(struct stand_in_threads *threads, const struct gil *gil,
                           uint64_t patience_ns, struct own_requests *own);
void stand_in_threads_free(struct stand_in_threads *threads);

/* False if the system can't. */
bool stand_in_threads_start(struct stand_in_threads *threads);

/* Without the GIL, for which one of them may be waiting. */
void stand_in_threads_join(struct stand_in_threads *threads);

#endif
