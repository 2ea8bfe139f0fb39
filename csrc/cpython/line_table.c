#include "cpython/line_table.h"

enum {
    CODE_UNIT = 2,   /* bytes */
    ONE_LINE_0 = 10, /* below it: the short form */
    ONE_LINE_1 = 11,
    ONE_LINE_2 = 12,
    NO_COLUMNS = 13,
    LONG_FORM = 14,
    NO_LOCATION = 15,
};

struct reader {
    const uint8_t *table;
    size_t size;
    size_t position;
};

static unsigned
read_byte(struct reader *reader)
{
    return reader->position < reader->size ? reader->table[reader->position++] : 0;
}

/* Six bits a byte, the lowest first; the seventh says that more follow. */
static uint32_t
read_varint(struct reader *reader)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 30; shift += 6) {
        unsigned byte = read_byte(reader);
        value |= (uint32_t)(byte & 63) << shift;
        if ((byte & 64) == 0) {
            break;
        }
    }
    return value;
}

/* The sign is the lowest bit. */
static int
read_signed_varint(struct reader *reader)
{
    uint32_t value = read_varint(reader);
    int magnitude = (int)(value >> 1);
    return (value & 1) != 0 ? -magnitude : magnitude;
}

static int
read_line_delta(struct reader *reader, unsigned form)
{
    switch (form) {
    case ONE_LINE_1:
        return 1;
    case ONE_LINE_2:
        return 2;
    case NO_COLUMNS:
    case LONG_FORM:
        return read_signed_varint(reader);
    default:
        return 0;
    }
}

static struct code_location
read_short_form(struct reader *reader, unsigned form, int line)
{
    unsigned byte = read_byte(reader);
    int column = (int)(form << 3 | (byte >> 4 & 7));
    return (struct code_location){line, line, column, column + (int)(byte & 15)};
}

static struct code_location
read_long_form(struct reader *reader, int line)
{
    int end_line = line + (int)read_varint(reader);
    int column = (int)read_varint(reader) - 1; /* -1: unknown */
    int end_column = (int)read_varint(reader) - 1;
    if (column < 0 || end_column < 0) {
        return (struct code_location){.line = line};
    }
    return (struct code_location){line, end_line, column, end_column};
}

/* What follows of an entry after the line. */
static struct code_location
read_location(struct reader *reader, unsigned form, int line)
{
    if (form == NO_LOCATION) {
        return (struct code_location){0};
    }
    if (form == NO_COLUMNS) {
        return (struct code_location){.line = line};
    }
    if (form == LONG_FORM) {
        return read_long_form(reader, line);
    }
    if (form < ONE_LINE_0) {
        return read_short_form(reader, form, line);
    }
    int column = (int)read_byte(reader);
    return (struct code_location){line, line, column, (int)read_byte(reader)};
}

/* An entry's first byte has its highest bit set, the others' is clear. */
struct code_location
line_table_find(const uint8_t *table, size_t size, int first_line, ptrdiff_t address)
{
    struct reader reader = {table, size, 0};
    struct code_location location = {.line = first_line};
    int line = first_line;
    for (ptrdiff_t end = 0; address >= 0;) {
        if (reader.position == size) {
            return (struct code_location){0};
        }
        unsigned first = read_byte(&reader), form = first >> 3 & 15;
        line += read_line_delta(&reader, form);
        end += CODE_UNIT * (ptrdiff_t)((first & 7) + 1);
        if (address < end) {
            return read_location(&reader, form, line);
        }
        while (reader.position < size && (table[reader.position] & 128) == 0) {
            reader.position++;
        }
    }
    return location;
}
