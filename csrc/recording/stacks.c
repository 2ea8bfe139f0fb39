#include "recording/stacks.h"

#include <string.h>

#include "os/clock.h"
#include "os/jitter.h"

enum {
    IDLE_SHARE = 50,       /* of one core's time, one part in that many is for stacks */
    COST_WEIGHT = 8,       /* a stack's cost counts for one part in eight of the average */
    MAX_PAUSES = 4,        /* samples further apart than that many pauses tell nothing */
    LONG_HOLD_STACKS = 16, /* in a long hold a stack is taken whenever it is so much longer */
};

void
stacks_init(struct stacks *stacks, struct arena *arena, bool is_on, uint64_t stall_ns,
            uint64_t budget_ns, size_t max_bytes)
{
    memset(stacks, 0, sizeof *stacks);
    stacks->is_on = is_on;
    stacks->stall_ns = stall_ns;
    stacks->budget_ns = budget_ns;
    stacks->random = clock_monotonic_ns() | 1;
    collection_init(&stacks->collection);
    os_mutex_init(&stacks->mutex);
    profile_init(&stacks->profile, arena, max_bytes);
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        stacks->holders[slot].number = RECORDER_NOBODY;
    }
}

void
stacks_free(struct stacks *stacks)
{
    profile_free(&stacks->profile);
    frame_reader_free(stacks->reader);
    os_mutex_destroy(&stacks->mutex);
}

/* -- taking one ----------------------------------------------------------------------------- */

/* Stands for the frames further out than those that are read. */
static const struct named_frame TRUNCATED = {.file = "<truncated>", .function = "<truncated>"};

static uint32_t
add_frame(struct profile *profile, const struct named_frame *named)
{
    const struct profile_frame frame = {
        .file = profile_add_text(profile, named->file),
        .function = profile_add_text(profile, named->function),
        .line = named->location.line,
        .end_line = named->location.end_line,
        .column = named->location.column,
        .end_column = named->location.end_column,
    };
    if (frame.file == POOL_NONE || frame.function == POOL_NONE) {
        return POOL_NONE;
    }
    return profile_add_frame(profile, &frame);
}

static bool
is_known(const struct known_frame *known, const struct named_frame *named)
{
    return known->frame != 0 && known->code == named->code &&
           memcmp(&known->location, &named->location, sizeof known->location) == 0;
}

static uint32_t
find_frame(struct stacks *stacks, const struct named_frame *named)
{
    uint64_t place = named->code * 31 + (uint64_t)named->location.line * 7;
    place += (uint64_t)named->location.end_column;
    struct known_frame *known = &stacks->known[place % KNOWN_FRAMES];
    if (!is_known(known, named)) {
        uint32_t frame = add_frame(&stacks->profile, named);
        *known = (struct known_frame){named->code, named->location, frame + 1};
    }
    return known->frame - 1; /* POOL_NONE plus 1 is 0 */
}

static uint32_t
add_collection(struct stacks *stacks)
{
    char name[COLLECTION_NAME_BYTES];
    const struct named_frame named = collection_frame(&stacks->collecting, name);
    return add_frame(&stacks->profile, &named);
}

/* `frames` has room for each twice, and for one more. */
static size_t
add_frames(struct stacks *stacks, const struct named_stack *named, uint32_t *frames)
{
    size_t depth = 0;
    for (size_t i = 0; i < named->count; i++) {
        if (stacks->collecting.sequence != 0 &&
            named->frames[i].frame == stacks->collecting.frame) {
            frames[depth++] = add_collection(stacks);
        }
        frames[depth++] = find_frame(stacks, &named->frames[i]);
    }
    if (named->is_truncated) {
        frames[depth++] = add_frame(&stacks->profile, &TRUNCATED);
    }
    return depth;
}

static uint32_t
add_stack(struct stacks *stacks, const struct named_stack *named, int32_t number)
{
    uint32_t frames[2 * MAX_FRAMES + 1];
    struct profile_stack stack = {.holder = number, .callable = POOL_NONE, .frames = frames};
    stack.depth = add_frames(stacks, named, frames);
    bool is_collecting = named->frames[0].frame == stacks->collecting.frame;
    if (named->callable != NULL && !is_collecting) {
        stack.callable = profile_add_text(&stacks->profile, named->callable);
    }
    for (size_t i = 0; i < stack.depth; i++) {
        if (frames[i] == POOL_NONE) {
            return POOL_NONE;
        }
    }
    return profile_add_row(&stacks->profile, &stack);
}

static bool
find_stack(struct stacks *stacks, gil_holder thread)
{
    if (stacks->reader == NULL) {
        stacks->reader = frame_reader_new();
    }
    struct collection_seen seen = collection_look(&stacks->collection, thread);
    if (stacks->reader == NULL || !frame_reader_find(stacks->reader, thread)) {
        return false;
    }
    bool is_collecting = collection_goes_on(&stacks->collection, &seen);
    stacks->collecting = is_collecting ? seen : (struct collection_seen){.sequence = 0};
    return true;
}

/* The row of the stack that was found; POOL_NONE if it has no Python frames, or there is no room
   for it. */
static uint32_t
name_stack(struct stacks *stacks, int32_t number, uint64_t now_ns)
{
    const struct named_stack *named = frame_reader_name(stacks->reader);
    if (named->count == 0) {
        return POOL_NONE;
    }
    uint32_t row = add_stack(stacks, named, number);
    if (row == POOL_NONE) {
        profile_note_full(&stacks->profile, now_ns);
    }
    return row;
}

uint32_t
stacks_take(struct stacks *stacks, gil_holder thread, int32_t number, uint64_t now_ns)
{
    if (!stacks->is_on || !find_stack(stacks, thread)) {
        return POOL_NONE;
    }
    return name_stack(stacks, number, now_ns);
}

static bool
is_still_held(const struct gil *gil, const struct gil_sample *before)
{
    struct gil_sample now = gil_state_sample(gil);
    return now.holder == before->holder && now.switches == before->switches;
}

/* False when the stack has moved or the GIL has changed hands: try again. `task` is asked for if it
   isn't NULL. */
static bool
take_stack(struct stacks *stacks, const struct gil *gil, const struct held_moment *moment,
           uint32_t *row, uint32_t *task)
{
    char name[MAX_NAME_BYTES];
    if (!find_stack(stacks, moment->sample.holder)) {
        return false;
    }
    bool has_task = task != NULL && frame_reader_task(stacks->reader, name);
    if (!is_still_held(gil, &moment->sample)) {
        return false;
    }
    *row = name_stack(stacks, moment->number, moment->now_ns);
    if (has_task) {
        *task = profile_add_text(&stacks->profile, name);
    }
    return true;
}

/* -- when ------------------------------------------------------------------------------------ */

uint64_t
stacks_quantum_ns(const struct stacks *stacks, bool all_cores_busy)
{
    uint64_t share_ns = NS_PER_SECOND / IDLE_SHARE;
    if (all_cores_busy && stacks->budget_ns > 0 && stacks->budget_ns / 2 < share_ns) {
        share_ns = stacks->budget_ns / 2;
    }
    return stacks->cost_ns * (NS_PER_SECOND / (share_ns > 0 ? share_ns : 1));
}

struct holder_stacks *
stacks_find_holder(struct stacks *stacks, int32_t slot, int32_t number)
{
    struct holder_stacks *holder = &stacks->holders[slot];
    if (holder->number != number) {
        *holder = (struct holder_stacks){.number = number};
    }
    return holder;
}

/* Of a hold that may become a stall the stacks are kept with their times: the first when it is half
   as long as one, then every so often, at longer intervals the longer it lasts. */
static bool
is_due_for_a_stall(struct stacks *stacks, const struct held_moment *moment)
{
    uint64_t step_ns = stacks->stall_ns / 2;
    uint64_t age_ns = moment->now_ns - moment->hold_start_ns;
    bool is_first = moment->hold_start_ns != stacks->stalled_ns;
    return step_ns > 0 && age_ns >= step_ns && (is_first || moment->now_ns >= stacks->stall_due_ns);
}

static void
keep_for_a_stall(struct stacks *stacks, const struct held_moment *moment, uint32_t row,
                 uint32_t task)
{
    const struct profile_moment taken = {.taken_ns = moment->now_ns, .row = row, .task = task};
    uint64_t step_ns = stacks->stall_ns / 2;
    uint64_t longer_ns = (moment->now_ns - moment->hold_start_ns) / LONG_HOLD_STACKS;
    stacks->stalled_ns = moment->hold_start_ns;
    stacks->stall_due_ns = moment->now_ns + (longer_ns > step_ns ? longer_ns : step_ns);
    if (!profile_add_moment(&stacks->profile, &taken)) {
        profile_note_full(&stacks->profile, moment->now_ns);
    }
}

void
stacks_count_cost(struct stacks *stacks, uint64_t cost_ns)
{
    uint64_t before_ns = stacks->cost_ns == 0 ? cost_ns : stacks->cost_ns;
    stacks->cost_ns = before_ns - before_ns / COST_WEIGHT + cost_ns / COST_WEIGHT;
}

/* What finds no row is nobody's: no other stack stands for it. More held time than there should be
   between two stacks comes from samples far apart, and would make one of them weigh too much. */
static void
stand_for(struct stacks *stacks, const struct held_moment *moment, uint32_t row)
{
    struct holder_stacks *holder = &stacks->holders[moment->slot];
    uint64_t mean_ns = stacks_quantum_ns(stacks, moment->all_cores_busy);
    uint64_t held_ns = moment->held_ns - holder->stacked_ns;
    uint64_t most_ns = 2 * mean_ns + MAX_PAUSES * moment->pause_ns;
    if (row != POOL_NONE) {
        const struct profile_share share = {
            .held_ns = held_ns,
            .weight_ns = held_ns < most_ns ? held_ns : most_ns,
            .waiters = moment->waiters,
            .hold_ns = moment->hold_start_ns,
            .seen_ns = moment->seen_ns,
        };
        profile_add_share(&stacks->profile, row, &share);
    }
    holder->stacked_ns = moment->held_ns;
    holder->due_ns = moment->held_ns + jitter(&stacks->random, mean_ns);
}

static void
look(struct stacks *stacks, const struct gil *gil, const struct held_moment *moment)
{
    const struct holder_stacks *holder = stacks_find_holder(stacks, moment->slot, moment->number);
    bool is_due = moment->held_ns >= holder->due_ns;
    bool is_stall_due = is_due_for_a_stall(stacks, moment);
    uint32_t row = POOL_NONE, task = POOL_NONE;
    if (!is_due && !is_stall_due) {
        return;
    }
    uint64_t start_ns = clock_thread_cpu_ns();
    bool is_taken = take_stack(stacks, gil, moment, &row, is_stall_due ? &task : NULL);
    stacks_count_cost(stacks, clock_thread_cpu_ns() - start_ns);
    if (is_taken && is_due) {
        stand_for(stacks, moment, row);
    }
    if (row != POOL_NONE && is_stall_due) {
        keep_for_a_stall(stacks, moment, row, task);
    }
}

void
stacks_look(struct stacks *stacks, const struct gil *gil, const struct held_moment *moment)
{
    if (!stacks->is_on) {
        return;
    }
    os_mutex_lock(&stacks->mutex);
    look(stacks, gil, moment);
    os_mutex_unlock(&stacks->mutex);
}
