/* The profile: equal texts, frames and stacks once, what they stand for added up, within its
   memory. */

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "recording/profile.h"

static uint32_t
frame(struct profile *profile, const char *file, const char *function, int32_t line, int32_t column)
{
    const struct profile_frame frame = {.file = profile_add_text(profile, file),
                                        .function = profile_add_text(profile, function),
                                        .line = line,
                                        .column = column};
    bool has_texts = frame.file != POOL_NONE && frame.function != POOL_NONE;
    return has_texts ? profile_add_frame(profile, &frame) : POOL_NONE;
}

static uint32_t
row(struct profile *profile, int32_t holder, int32_t line, int32_t column)
{
    const uint32_t frames[] = {frame(profile, "a.py", "inner", line, column),
                               frame(profile, "b.py", "outer", 7, 0)};
    const struct profile_stack stack = {
        .holder = holder,
        .callable = POOL_NONE,
        .frames = frames,
        .depth = 2,
    };
    return frames[0] == POOL_NONE || frames[1] == POOL_NONE ? POOL_NONE
                                                            : profile_add_row(profile, &stack);
}

static void
equal_stacks_are_kept_once(void)
{
    struct profile profile;
    profile_init(&profile, NULL, 1 << 20);
    for (uint32_t i = 0; i < 1000; i++) {
        CHECK(row(&profile, 0, (int32_t)(i % 3), 0) == i % 3);
    }
    CHECK(profile.text_count == 4 && profile.frame_count == 4 && profile.row_count == 3);
    CHECK(row(&profile, 1, 0, 0) == 3 && row(&profile, 0, 0, 5) == 4);
    const struct profile_row *last = &profile.rows[4];
    CHECK(last->depth == 2 && last->holder == 0 &&
          profile.frames[profile.frame_numbers[last->first]].column == 5);
    const struct profile_frame *outer = &profile.frames[profile.frame_numbers[last->first + 1]];
    CHECK(outer->line == 7 && strcmp(profile_text_at(&profile, outer->file), "b.py") == 0);
    CHECK(strcmp(profile_text_at(&profile, outer->function), "outer") == 0);
    profile_free(&profile);
}

static void
many_frames_are_told_apart(void)
{
    struct profile profile;
    profile_init(&profile, NULL, 1 << 20);
    for (int32_t line = 0; line < 5000; line++) {
        CHECK(frame(&profile, "a.py", line % 2 == 0 ? "even" : "odd", line, 0) == (uint32_t)line);
    }
    for (int32_t line = 0; line < 5000; line++) {
        CHECK(frame(&profile, "a.py", line % 2 == 0 ? "even" : "odd", line, 0) == (uint32_t)line);
    }
    CHECK(frame(&profile, "a.py", "odd", 0, 0) == 5000);
    profile_free(&profile);
}

static void
a_row_adds_up_what_it_stands_for(void)
{
    struct profile profile;
    profile_init(&profile, NULL, 1 << 20);
    uint32_t number = row(&profile, 0, 1, 0), other = row(&profile, 0, 2, 0);
    const struct profile_share shares[] = {
        {.held_ns = 100, .weight_ns = 80, .waiters = 2, .hold_ns = 5000, .seen_ns = 70},
        {.held_ns = 50, .weight_ns = 50, .waiters = 0, .hold_ns = 5000, .seen_ns = 120},
        {.held_ns = 30, .weight_ns = 30, .waiters = 1, .hold_ns = 9000, .seen_ns = 90},
    };
    for (size_t i = 0; i < 3; i++) {
        profile_add_share(&profile, number, &shares[i]);
    }
    const struct profile_row *found = &profile.rows[number];
    CHECK(found->held_ns == 180 && found->weight_ns == 160 && found->waiting_ns == 190);
    CHECK(found->holds == 2 && found->longest_ns == 120);
    CHECK(profile.rows[other].held_ns == 0 && profile.rows[other].holds == 0);
    profile_free(&profile);
}

static void
waits_are_added_up_by_stack_and_victim(void)
{
    struct profile profile;
    profile_init(&profile, NULL, 1 << 20);
    uint32_t number = row(&profile, 0, 1, 0), other = row(&profile, 0, 2, 0);
    for (int32_t i = 0; i < 300; i++) {
        CHECK(profile_add_wait(&profile, number, i % 3, 10));
        CHECK(profile_add_wait(&profile, other, i % 3, 1));
    }
    CHECK(profile.wait_count == 6);
    for (size_t i = 0; i < 6; i++) {
        CHECK(profile.waits[i].waited_ns == (profile.waits[i].row == number ? 1000u : 100u));
    }
    profile_free(&profile);
}

/* All that it has from malloc(), with the room that isn't used yet. */
static size_t
bytes_in_use(const struct profile *profile)
{
    const struct pool_index *indexes[] = {&profile->text_index, &profile->frame_index,
                                          &profile->row_index, &profile->wait_index};
    size_t bytes = profile->text_capacity + profile->texts_capacity * sizeof *profile->texts +
                   profile->frame_capacity * sizeof *profile->frames +
                   profile->number_capacity * sizeof *profile->frame_numbers +
                   profile->row_capacity * sizeof *profile->rows +
                   profile->moment_capacity * sizeof *profile->moments +
                   profile->wait_capacity * sizeof *profile->waits;
    for (size_t i = 0; i < 4; i++) {
        bytes += indexes[i]->slot_count * sizeof *indexes[i]->slots;
    }
    return bytes;
}

static void
memory_is_bounded(void)
{
    for (size_t limit = 0; limit < 60000; limit += 977) {
        struct profile profile;
        profile_init(&profile, NULL, limit);
        char text[32];
        for (int32_t i = 0; i < 2000; i++) {
            snprintf(text, sizeof text, "%d.py", (int)i);
            profile_add_text(&profile, text);
            uint32_t number = row(&profile, 0, i, 0);
            if (number != POOL_NONE) {
                profile_add_moment(&profile, &(struct profile_moment){1, number, POOL_NONE});
                profile_add_wait(&profile, number, i, 1);
            }
            CHECK(profile.pool.bytes <= limit && profile.pool.bytes == bytes_in_use(&profile));
        }
        profile_free(&profile);
    }
}

static void
what_is_there_goes_on_when_the_memory_is_used_up(void)
{
    struct profile profile;
    profile_init(&profile, NULL, 20000);
    uint32_t first = row(&profile, 0, 0, 0), last = first;
    for (int32_t line = 1; last != POOL_NONE; line++) {
        last = row(&profile, 0, line, 0);
    }
    CHECK(row(&profile, 0, 0, 0) == first);
    profile_add_share(&profile, first, &(struct profile_share){.held_ns = 10});
    CHECK(profile.rows[first].held_ns == 10);
    profile_note_full(&profile, 77);
    profile_note_full(&profile, 99);
    CHECK(profile.full_ns == 77);
    profile_free(&profile);
}

int
main(void)
{
    equal_stacks_are_kept_once();
    many_frames_are_told_apart();
    a_row_adds_up_what_it_stands_for();
    waits_are_added_up_by_stack_and_victim();
    memory_is_bounded();
    what_is_there_goes_on_when_the_memory_is_used_up();
    return 0;
}
