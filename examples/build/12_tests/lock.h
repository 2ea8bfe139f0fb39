/* What CPython 3.13 brought, for 3.11 and 3.12 as well. */

#ifndef FNV_LOCK_H
#define FNV_LOCK_H

#include <Python.h>

#if PY_VERSION_HEX >= 0x030D0000

typedef PyMutex fnv_mutex;

static inline void
fnv_mutex_init(fnv_mutex *mutex)
{
    *mutex = (PyMutex){0};
}

/* Take it; PyMutex_Lock detaches by itself if it has to wait. */
static inline void
fnv_mutex_lock(fnv_mutex *mutex)
{
    PyMutex_Lock(mutex);
}

static inline void
fnv_mutex_unlock(fnv_mutex *mutex)
{
    PyMutex_Unlock(mutex);
}

static inline void
fnv_mutex_destroy(fnv_mutex *Py_UNUSED(mutex))
{
}

#else

#include <pthread.h>

typedef pthread_mutex_t fnv_mutex;

static inline void
fnv_mutex_init(fnv_mutex *mutex)
{
    pthread_mutex_init(mutex, NULL);
}

/* Take it. A thread never waits for it while it holds the GIL. */
static inline void
fnv_mutex_lock(fnv_mutex *mutex)
{
    if (pthread_mutex_trylock(mutex) == 0) {
        return;
    }
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(mutex);
    Py_END_ALLOW_THREADS
}

static inline void
fnv_mutex_unlock(fnv_mutex *mutex)
{
    pthread_mutex_unlock(mutex);
}

static inline void
fnv_mutex_destroy(fnv_mutex *mutex)
{
    pthread_mutex_destroy(mutex);
}

/* With a GIL, attached threads exclude each other anyway. */
#define Py_BEGIN_CRITICAL_SECTION(object) {
#define Py_END_CRITICAL_SECTION() }

#endif
#endif
