/* The line table, each form of entry in it, and tables that are damaged. */

#include "check.h"
#include "cpython/line_table.h"

#define ENTRY(form, units) (uint8_t)(0x80 | (form) << 3 | ((units) - 1))

enum {
    SHORT_FORM = 3,
    ONE_LINE_0 = 10,
    ONE_LINE_1,
    ONE_LINE_2,
    NO_COLUMNS,
    LONG_FORM,
    NO_LOCATION
};

static const uint8_t table[] = {
    ENTRY(ONE_LINE_0, 1),  4,    9,                /* addresses 0 to 1: line 10 */
    ENTRY(ONE_LINE_1, 2),  0,    0,                /* 2 to 5: line 11 */
    ENTRY(SHORT_FORM, 8),  0x21,                   /* 6 to 21: line 11 */
    ENTRY(ONE_LINE_2, 1),  1,    2,                /* 22 to 23: line 13 */
    ENTRY(NO_LOCATION, 1),                         /* 24 to 25: none */
    ENTRY(NO_COLUMNS, 1),  3,                      /* 26 to 27: line 13 - 1 */
    ENTRY(LONG_FORM, 1),   0x48, 4, 2, 6, 0x47, 1, /* 28 to 29: line 12 + (4 << 6 | 8) / 2 */
};

static void
each_address_has_the_line_of_its_entry(void)
{
    static const int lines[] = {10, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 13, 0, 12, 144};
    for (int unit = 0; unit < 15; unit++) {
        CHECK(line_table_find(table, sizeof table, 10, 2 * unit).line == lines[unit]);
        CHECK(line_table_find(table, sizeof table, 10, 2 * unit + 1).line == lines[unit]);
    }
}

static bool
is_at(int unit, int end_line, int column, int end_column)
{
    struct code_location location = line_table_find(table, sizeof table, 10, 2 * unit);
    return location.end_line == end_line && location.column == column &&
           location.end_column == end_column;
}

static void
each_form_has_the_columns_that_it_tells(void)
{
    CHECK(is_at(0, 10, 4, 9));
    CHECK(is_at(3, 11, 3 * 8 + 2, 3 * 8 + 3));
    CHECK(is_at(11, 13, 1, 2));
    CHECK(is_at(12, 0, 0, 0) && is_at(13, 0, 0, 0));
    CHECK(is_at(14, 144 + 2, 5, 70));
}

static void
an_instruction_before_the_first_is_on_the_first_line(void)
{
    CHECK(line_table_find(table, sizeof table, 10, -2).line == 10);
}

static void
what_the_table_does_not_cover_has_no_line(void)
{
    CHECK(line_table_find(table, sizeof table, 10, 30).line == 0);
    CHECK(line_table_find(table, 0, 10, 0).line == 0);
}

/* Any bytes: every read stays inside, which AddressSanitizer sees. */
static void
a_damaged_table_is_survived(void)
{
    uint32_t random = 1;
    for (int i = 0; i < 20000; i++) {
        size_t size = (size_t)i % 40;
        uint8_t *damaged = malloc(size + (size == 0));
        for (size_t j = 0; j < size; j++) {
            random = random * 1664525u + 1013904223u;
            damaged[j] = (uint8_t)(random >> 24);
        }
        line_table_find(damaged, size, 1, i % 100);
        free(damaged);
    }
}

int
main(void)
{
    each_address_has_the_line_of_its_entry();
    each_form_has_the_columns_that_it_tells();
    an_instruction_before_the_first_is_on_the_first_line();
    what_the_table_does_not_cover_has_no_line();
    a_damaged_table_is_survived();
    return 0;
}
