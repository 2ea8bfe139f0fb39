#include "recording/waiter_search.h"

#include "os/thread_futex.h"

/* What a thread state says of itself is the better source: it costs little, and tells of threads
   that were woken too. */
enum waiter_source
waiter_search_source(void)
{
    if (gil_state_can_see_wants()) {
        return WAITERS_BY_REQUEST;
    }
    return thread_futex_is_known() ? WAITERS_BY_FUTEX : WAITERS_NAMELESS;
}

/* A thread may have several thread states, or a new one still the number of the thread that made
   it: then it can't be told which of them waits. */
static bool
is_the_only_state(const struct waiter_search *search, const struct thread_state *thread)
{
    size_t states = 0;
    for (size_t i = 0; i < search->count; i++) {
        states += search->candidates[i].thread.native_id == thread->thread.native_id;
    }
    return states == 1;
}

static void
add(struct thread_list *list, const struct thread_state *thread)
{
    if (list->count < MAX_FOUND) {
        list->items[list->count++] = *thread;
    }
}

static void
ask_for_futex(struct waiter_search *search, const struct gil *gil,
              const struct thread_state *thread)
{
    uintptr_t address;
    enum thread_block block = thread_futex(thread->thread.native_id, &address);
    if (block == THREAD_RUNS) {
        add(&search->running, thread);
    }
    else if (block == THREAD_BLOCK_ON_FUTEX && gil_state_is_waited_at(gil, address) &&
             is_the_only_state(search, thread)) {
        add(&search->found, thread);
    }
}

static void
ask(struct waiter_search *search, const struct gil *gil, gil_holder holder,
    const struct thread_state *thread)
{
    if (thread->state == holder || own_requests_has(search->own, thread->state)) {
        return;
    }
    if (search->source == WAITERS_BY_FUTEX) {
        ask_for_futex(search, gil, thread);
    }
    else if (gil_state_wants(thread->state)) {
        add(&search->found, thread);
    }
}

static void
swap(struct waiter_search *search, size_t i, size_t j)
{
    struct thread_state moved = search->candidates[i];
    search->candidates[i] = search->candidates[j];
    search->candidates[j] = moved;
}

/* Those that were found last go to the front. Returns how many they are. */
static size_t
put_last_found_first(struct waiter_search *search)
{
    size_t front = 0;
    for (size_t found = 0; found < search->found.count; found++) {
        for (size_t i = front; i < search->count; i++) {
            if (search->candidates[i].state == search->found.items[found].state) {
                swap(search, i, front++);
                break;
            }
        }
    }
    return front;
}

/* If as many run, or could, as are missing, and all were asked, those that run are the missing. */
static void
conclude(struct waiter_search *search, size_t asked, size_t wanted)
{
    search->certain = search->found.count;
    if (asked < search->count || search->found.count + search->running.count != wanted) {
        return;
    }
    for (size_t i = 0; i < search->running.count; i++) {
        if (is_the_only_state(search, &search->running.items[i])) {
            add(&search->found, &search->running.items[i]);
        }
    }
}

void
waiter_search_run(struct waiter_search *search, const struct gil *gil, gil_holder holder,
                  size_t wanted)
{
    search->count = thread_states_list(gil, search->candidates, MAX_CANDIDATES);
    size_t front = put_last_found_first(search), others = search->count - front, asked = 0;
    size_t most = search->count < MAX_ASKED ? search->count : MAX_ASKED;
    wanted = wanted < MAX_FOUND ? wanted : MAX_FOUND;
    search->found.count = search->running.count = 0;
    for (; asked < front && search->found.count < wanted; asked++) {
        ask(search, gil, holder, &search->candidates[asked]);
    }
    for (; asked < most && search->found.count < wanted; asked++) {
        ask(search, gil, holder, &search->candidates[front + search->next++ % others]);
    }
    conclude(search, asked, wanted);
}
