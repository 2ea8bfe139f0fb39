/* CPython's line table: which source line an instruction belongs to. No Python.h here. */

#ifndef GILEXT_LINE_TABLE_H
#define GILEXT_LINE_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* The line of the instruction at `address`, in bytes from the start of the code; `first_line`
   for one before it, 0 where the table says that there is none, or where it is damaged.

   The table is `co_linetable` since 3.11, as CPython's documentation of code objects has it
   (InternalDocs/code_objects.md, "Format of the locations table"). */
int line_table_find(const uint8_t *table, size_t size, int first_line, ptrdiff_t address);

#endif
