#include "recording/pauses.h"

#include <string.h>

#include "recording/pool.h"
#include "recording/recorder.h"

void
pauses_init(struct pauses *pauses)
{
    memset(pauses, 0, sizeof *pauses);
}

/* -- those that are over --------------------------------------------------------------------- */

static uint64_t
length_ns(const struct pause *pause)
{
    uint64_t until_ns =
        pause->stopped_until_ns == 0 ? pause->stopping_until_ns : pause->stopped_until_ns;
    return until_ns - pause->start_ns;
}

static struct pause *
find_shortest(struct pauses *pauses)
{
    struct pause *shortest = &pauses->kept[0];
    for (size_t i = 1; i < pauses->count; i++) {
        if (length_ns(&pauses->kept[i]) < length_ns(shortest)) {
            shortest = &pauses->kept[i];
        }
    }
    return shortest;
}

void
pauses_finish(struct pauses *pauses)
{
    if (!pauses->is_open) {
        return;
    }
    pauses->is_open = false;
    if (pauses->count < MAX_PAUSES) {
        pauses->kept[pauses->count++] = pauses->open;
        return;
    }
    struct pause *shortest = find_shortest(pauses);
    if (length_ns(&pauses->open) > length_ns(shortest)) {
        *shortest = pauses->open;
    }
}

/* -- the one that goes on -------------------------------------------------------------------- */

/* Within one stop, ever fewer threads are waited for, and what stands still is asked for no more.
 */
static bool
goes_on(const struct pauses *pauses, const struct world_sample *world)
{
    const struct world_sample *last = &pauses->last;
    if (!pauses->is_open || world->requester != last->requester) {
        return false;
    }
    return world->is_stopped || (!last->is_stopped && world->countdown <= last->countdown);
}

static void
begin(struct pauses *pauses, uint64_t now_ns)
{
    pauses_finish(pauses);
    pauses->is_open = true;
    pauses->seen++;
    pauses->open = (struct pause){
        .start_ns = now_ns,
        .stopping_until_ns = now_ns,
        .asker = RECORDER_NOBODY,
        .row = POOL_NONE,
    };
}

void
pauses_note(struct pauses *pauses, uint64_t now_ns, const struct world_sample *world, int32_t asker)
{
    struct pause *open = &pauses->open;
    if (!world->is_requested && !world->is_stopped) {
        pauses_finish(pauses);
        return;
    }
    if (!goes_on(pauses, world)) {
        begin(pauses, now_ns);
    }
    open->asker = open->asker == RECORDER_NOBODY ? asker : open->asker;
    if (open->stopped_until_ns == 0) {
        open->stopping_until_ns = now_ns;
    }
    if (world->is_stopped) {
        open->stopped_until_ns = now_ns;
    }
    pauses->last = *world;
}

static struct waited_for *
find_waited_for(struct pause *pause, int32_t number)
{
    for (uint32_t i = 0; i < pause->waited_count; i++) {
        if (pause->waited_for[i].number == number) {
            return &pause->waited_for[i];
        }
    }
    return NULL;
}

/* A place for one more: in a full list, that of one that it has long not waited for. */
static struct waited_for *
make_place(struct pause *pause)
{
    if (pause->waited_count < MAX_WAITED_FOR) {
        return &pause->waited_for[pause->waited_count++];
    }
    struct waited_for *oldest = &pause->waited_for[0];
    for (uint32_t i = 1; i < MAX_WAITED_FOR; i++) {
        if (pause->waited_for[i].until_ns < oldest->until_ns) {
            oldest = &pause->waited_for[i];
        }
    }
    return oldest;
}

void
pauses_note_attached(struct pauses *pauses, uint64_t now_ns, int32_t number)
{
    struct waited_for *found = find_waited_for(&pauses->open, number);
    if (found == NULL) {
        found = make_place(&pauses->open);
        *found = (struct waited_for){.number = number, .row = POOL_NONE};
    }
    found->until_ns = now_ns;
}

bool
pauses_want_row(struct pauses *pauses, int32_t number)
{
    const struct waited_for *found = find_waited_for(&pauses->open, number);
    return found != NULL && found->row == POOL_NONE;
}

static bool
is_still(const struct pauses *pauses, uint64_t seen)
{
    return pauses->is_open && pauses->seen == seen;
}

void
pauses_set_asker_row(struct pauses *pauses, uint64_t seen, uint32_t row)
{
    if (is_still(pauses, seen)) {
        pauses->open.row = row;
    }
}

void
pauses_set_attached_row(struct pauses *pauses, uint64_t seen, int32_t number, uint32_t row)
{
    struct waited_for *found = find_waited_for(&pauses->open, number);
    if (found != NULL && is_still(pauses, seen)) {
        found->row = row;
    }
}
