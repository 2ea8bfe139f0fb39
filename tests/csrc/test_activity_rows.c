/* Rows of what threads did, with made-up threads and times. */

#include "check.h"
#include "recording/activity_rows.h"

enum { BUCKET = 100 };

static struct activity_rows rows;

static bool
add(int32_t thread, uint64_t time_ns, uint64_t cpu_ns)
{
    struct activity_row *row = activity_rows_find(&rows, thread, thread, time_ns);
    if (row != NULL) {
        row->cpu_ns += cpu_ns;
    }
    return row != NULL;
}

static uint64_t
sum_up(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < rows.count; i++) {
        sum += rows.items[i].cpu_ns;
    }
    return sum;
}

/* The order of threads whose numbers are 0, 1 and so on. */
static struct holder_order
order_of(int32_t count)
{
    struct holder_order order = {.count = count};
    for (int32_t i = 0; i < count; i++) {
        order.slots[i] = order.numbers[i] = i;
    }
    return order;
}

static bool
row_is(size_t index, uint32_t bucket, int32_t thread, uint64_t cpu_ns)
{
    const struct activity_row *row = &rows.items[index];
    return row->bucket == bucket && row->number == thread && row->cpu_ns == cpu_ns;
}

static void
each_thread_has_one_row_in_a_bucket(void)
{
    struct holder_order order = order_of(2);
    activity_rows_init(&rows, NULL, BUCKET, 1000);
    add(1, 0, 5);
    add(0, 50, 1);
    add(1, 99, 5);
    add(1, 100, 7);
    add(0, 250, 9);
    CHECK(rows.count == 4);
    add(1, 120, 1); /* the time goes back: a row of its own, until the end */
    CHECK(rows.count == 5);
    activity_rows_number(&rows, &order);
    CHECK(rows.count == 4 && rows.bucket_ns == BUCKET);
    CHECK(row_is(0, 0, 0, 1) && row_is(1, 0, 1, 10));
    CHECK(row_is(2, 1, 1, 8) && row_is(3, 2, 0, 9));
    activity_rows_free(&rows);
}

static void
nothing_is_nothing(void)
{
    struct holder_order order = order_of(0);
    activity_rows_init(&rows, NULL, BUCKET, 1000);
    activity_rows_number(&rows, &order);
    CHECK(rows.count == 0);
    activity_rows_free(&rows);
}

/* Three threads in 1000 buckets, and room for 64 rows. */
static void
without_room_buckets_become_larger_and_nothing_is_lost(void)
{
    struct holder_order order = order_of(3);
    activity_rows_init(&rows, NULL, BUCKET, 64);
    for (uint64_t bucket = 0; bucket < 1000; bucket++) {
        for (int32_t thread = 0; thread < 3; thread++) {
            CHECK(add(thread, bucket * BUCKET, 1 + (uint64_t)thread));
            CHECK(rows.count <= 64);
        }
    }
    activity_rows_number(&rows, &order);
    CHECK(rows.bucket_ns > BUCKET && rows.bucket_ns % BUCKET == 0);
    CHECK(sum_up() == 1000 * (1 + 2 + 3));
    uint64_t buckets = rows.bucket_ns / BUCKET;
    CHECK(row_is(0, 0, 0, buckets) && row_is(1, 0, 1, 2 * buckets) && row_is(5, 1, 2, 3 * buckets));
    activity_rows_free(&rows);
}

static void
more_threads_than_rows_are_left_out(void)
{
    activity_rows_init(&rows, NULL, BUCKET, 4);
    for (int32_t thread = 0; thread < 4; thread++) {
        CHECK(add(thread, 0, 1));
    }
    CHECK(!add(4, 0, 1));
    CHECK(sum_up() == 4);
    activity_rows_free(&rows);

    activity_rows_init(&rows, NULL, BUCKET, 0);
    CHECK(!add(0, 0, 1));
    activity_rows_free(&rows);
}

/* A thousand threads, one after another, in one slot: those that are gone share a row. */
static void
threads_that_had_to_make_room_are_together(void)
{
    struct holder_order order = {.count = 1, .numbers = {999}};
    activity_rows_init(&rows, NULL, BUCKET, 16);
    for (int32_t number = 0; number < 1000; number++) {
        activity_rows_find(&rows, 0, number, (uint64_t)number * BUCKET)->cpu_ns += 2;
    }
    activity_rows_number(&rows, &order);
    CHECK(rows.count <= 16 && sum_up() == 2000);
    const struct activity_row *last = &rows.items[rows.count - 1];
    const struct activity_row *own = last->number == 0 ? last : last - 1;
    CHECK(own->number == 0 && own->cpu_ns == 2 && rows.items[0].number == 1);
    activity_rows_free(&rows);
}

int
main(void)
{
    each_thread_has_one_row_in_a_bucket();
    nothing_is_nothing();
    without_room_buckets_become_larger_and_nothing_is_lost();
    more_threads_than_rows_are_left_out();
    threads_that_had_to_make_room_are_together();
    return 0;
}
