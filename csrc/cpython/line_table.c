#include "cpython/line_table.h"

enum {
    CODE_UNIT = 2, /* bytes */
    ONE_LINE_1 = 11,
    ONE_LINE_2 = 12,
    NO_COLUMNS = 13,
    LONG_FORM = 14,
    NO_LOCATION = 15,
};

/* Six bits a byte, the lowest first; the seventh says that more follow. */
static uint32_t
varint_at(const uint8_t *table, size_t size, size_t position)
{
    uint32_t value = 0;
    for (unsigned shift = 0; position < size && shift < 30; shift += 6) {
        uint8_t byte = table[position++];
        value |= (uint32_t)(byte & 63) << shift;
        if ((byte & 64) == 0) {
            break;
        }
    }
    return value;
}

/* The sign is the lowest bit. */
static int
signed_varint_at(const uint8_t *table, size_t size, size_t position)
{
    uint32_t value = varint_at(table, size, position);
    int magnitude = (int)(value >> 1);
    return (value & 1) != 0 ? -magnitude : magnitude;
}

static int
line_delta(const uint8_t *table, size_t size, size_t entry)
{
    switch (table[entry] >> 3 & 15) {
    case ONE_LINE_1:
        return 1;
    case ONE_LINE_2:
        return 2;
    case NO_COLUMNS:
    case LONG_FORM:
        return signed_varint_at(table, size, entry + 1);
    default:
        return 0;
    }
}

/* An entry's first byte has its highest bit set, the others' is clear. */
int
line_table_find(const uint8_t *table, size_t size, int first_line, ptrdiff_t address)
{
    int line = first_line;
    ptrdiff_t end = 0;
    if (address < 0) {
        return first_line;
    }
    for (size_t entry = 0; entry < size;) {
        line += line_delta(table, size, entry);
        end += CODE_UNIT * ((table[entry] & 7) + 1);
        if (address < end) {
            return (table[entry] >> 3 & 15) == NO_LOCATION ? 0 : line;
        }
        do {
            entry++;
        } while (entry < size && (table[entry] & 128) == 0);
    }
    return 0;
}
