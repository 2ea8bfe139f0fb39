#include "cpython/code_object.h"

#ifdef GILEXT_KNOWS_FRAMES

#include "cpython/frame_state.h"
#include "cpython/text_object.h"

enum { MAX_TABLE_BYTES = 4 << 20 };

/* -- reading one ---------------------------------------------------------------------------- */

struct part_heads {
    PyASCIIObject names[2];
    PyBytesObject table;
};

static bool
read_heads(const struct memory_source *source, const PyCodeObject *head, struct part_heads *heads)
{
    const struct memory_piece pieces[CODE_PARTS] = {
        {&heads->names[0], head->co_filename, sizeof heads->names[0]},
        {&heads->names[1], head->co_qualname, sizeof heads->names[1]},
        {&heads->table, head->co_linetable, sizeof heads->table},
    };
    return memory_copy_pieces_from(source, pieces, CODE_PARTS) &&
           text_object_is_text(source, &heads->names[0]) &&
           text_object_is_text(source, &heads->names[1]) &&
           is_exactly_of(source, &heads->table, &PyBytes_Type);
}

static size_t
table_size(const PyBytesObject *head)
{
    Py_ssize_t size = Py_SIZE((PyObject *)head);
    bool is_likely = size >= 0 && size <= MAX_TABLE_BYTES; /* otherwise there are no lines */
    return offsetof(PyBytesObject, ob_sval) + (is_likely ? (size_t)size : 0);
}

/* Objects lie at multiples of sixteen, and so do their copies. */
static size_t
aligned(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

static bool
allocate(struct code_object *code, const struct part_heads *heads)
{
    const size_t sizes[CODE_PARTS] = {text_object_size(&heads->names[0]),
                                      text_object_size(&heads->names[1]),
                                      table_size(&heads->table)};
    const void *from[CODE_PARTS] = {code->head.co_filename, code->head.co_qualname,
                                    code->head.co_linetable};
    size_t copies = code_version(&code->head) == 0 ? 2 : 1, size = 2 * MAX_NAME_BYTES;
    for (int i = 0; i < CODE_PARTS; i++) {
        size += copies * aligned(sizes[i]);
    }
    char *memory = malloc(size);
    if (memory == NULL) {
        return false;
    }
    code->memory_size = size;
    code->file = memory;
    code->function = memory + MAX_NAME_BYTES;
    memory += 2 * MAX_NAME_BYTES;
    for (int i = 0; i < CODE_PARTS; i++) {
        char *again = copies == 2 ? memory + aligned(sizes[i]) : NULL;
        code->parts[i] = (struct raw_object){from[i], memory, again, sizes[i]};
        memory += copies * aligned(sizes[i]);
    }
    return true;
}

static bool
is_same_name(const struct memory_source *source, const struct raw_object *raw, const char *copy)
{
    const PyASCIIObject *head = (const PyASCIIObject *)raw->bytes;
    const PyASCIIObject *other = (const PyASCIIObject *)copy;
    size_t offset = text_object_offset(head);
    return text_object_is_text(source, other) && other->length == head->length &&
           other->state.kind == head->state.kind && other->state.ascii == head->state.ascii &&
           memcmp(copy + offset, raw->bytes + offset, raw->size - offset) == 0;
}

static bool
is_same_table(const struct raw_object *raw, const char *copy)
{
    size_t offset = offsetof(PyBytesObject, ob_sval);
    return Py_SIZE((PyObject *)copy) == Py_SIZE((PyObject *)raw->bytes) &&
           memcmp(copy + offset, raw->bytes + offset, raw->size - offset) == 0;
}

/* What was copied is still of the sizes that its heads said. */
static bool
is_of_heads(const struct memory_source *source, const struct code_object *code,
            const struct part_heads *heads)
{
    const struct raw_object *parts = code->parts;
    const PyASCIIObject *file = (const PyASCIIObject *)parts[CODE_FILE].bytes;
    const PyASCIIObject *function = (const PyASCIIObject *)parts[CODE_FUNCTION].bytes;
    return text_object_is_text(source, file) &&
           text_object_size(file) == text_object_size(&heads->names[0]) &&
           text_object_is_text(source, function) &&
           text_object_size(function) == text_object_size(&heads->names[1]) &&
           Py_SIZE((PyObject *)parts[CODE_TABLE].bytes) == Py_SIZE((PyObject *)&heads->table);
}

/* Then the head once more: if it is the same, all that was copied before is of this code. */
static bool
copy_parts(const struct memory_source *source, struct code_object *code, const void *address,
           const struct part_heads *heads)
{
    PyCodeObject after;
    struct memory_piece pieces[2 * CODE_PARTS + 1];
    size_t count = CODE_PARTS;
    for (int i = 0; i < CODE_PARTS; i++) {
        const struct raw_object *part = &code->parts[i];
        pieces[i] = (struct memory_piece){part->bytes, part->from, part->size};
    }
    if (code_version(&code->head) == 0) {
        code_object_pieces(code, pieces + CODE_PARTS);
        count = 2 * CODE_PARTS;
    }
    pieces[count++] = (struct memory_piece){&after, address, CODE_HEAD_SIZE};
    return memory_copy_pieces_from(source, pieces, count) && is_of_heads(source, code, heads) &&
           code_object_is(source, code, &after);
}

/* A code object that was freed after its frame was found may have become another one, or remains
   of one: it has no file, or no function. */
bool
code_object_read(const struct memory_source *source, struct code_object *code, const void *address,
                 const PyCodeObject *head)
{
    struct part_heads heads;
    *code = (struct code_object){.file = NULL};
    memcpy(&code->head, head, CODE_HEAD_SIZE);
    if (!is_exactly_of(source, head, &PyCode_Type) || !read_heads(source, head, &heads) ||
        !allocate(code, &heads)) {
        return false;
    }
    if (copy_parts(source, code, address, &heads)) {
        text_object_write(code->parts[CODE_FILE].bytes, code->file);
        text_object_write(code->parts[CODE_FUNCTION].bytes, code->function);
        if (code->file[0] != '\0' && code->function[0] != '\0') {
            return true;
        }
    }
    code_object_clear(code);
    return false;
}

void
code_object_clear(struct code_object *code)
{
    free(code->file);
    *code = (struct code_object){.file = NULL};
}

/* -- finding it again ----------------------------------------------------------------------- */

void
code_object_pieces(const struct code_object *code, struct memory_piece *pieces)
{
    for (int i = 0; i < CODE_PARTS; i++) {
        const struct raw_object *part = &code->parts[i];
        pieces[i] = (struct memory_piece){part->again, part->from, part->size};
    }
}

bool
code_object_is(const struct memory_source *source, const struct code_object *code,
               const PyCodeObject *head)
{
    const PyCodeObject *known = &code->head;
    const struct raw_object *parts = code->parts;
    if (!is_exactly_of(source, head, &PyCode_Type) || code_version(head) != code_version(known) ||
        head->co_firstlineno != known->co_firstlineno || head->co_filename != known->co_filename ||
        head->co_qualname != known->co_qualname || head->co_linetable != known->co_linetable) {
        return false;
    }
    return code_version(known) != 0 ||
           (is_same_name(source, &parts[CODE_FILE], parts[CODE_FILE].again) &&
            is_same_name(source, &parts[CODE_FUNCTION], parts[CODE_FUNCTION].again) &&
            is_same_table(&parts[CODE_TABLE], parts[CODE_TABLE].again));
}

const uint8_t *
code_object_line_table(const struct code_object *code, size_t *size)
{
    const struct raw_object *table = &code->parts[CODE_TABLE];
    *size = table->size - offsetof(PyBytesObject, ob_sval);
    return (const uint8_t *)table->bytes + offsetof(PyBytesObject, ob_sval);
}

#endif
