/* CPython's line table: which source line an instruction belongs to. No Python.h here. */

#ifndef GILEXT_LINE_TABLE_H
#define GILEXT_LINE_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Where in its source an instruction is. Columns are bytes of UTF-8, from 0; the last is the one
   after the end. Unknown lines are 0, unknown columns come with an `end_line` of 0. */
struct code_location {
    int line;
    int end_line;
    int column;
    int end_column;
};

/* The location of the instruction at `address`, in bytes from the start of the code; `first_line`
   for one before it. There is none where the table says so, or where it is damaged.

   The table is `co_linetable` since 3.11, as CPython's documentation of code objects has it
   (InternalDocs/code_objects.md, "Format of the locations table"). */
struct code_location line_table_find(const uint8_t *table, size_t size, int first_line,
                                     ptrdiff_t address);

#endif
