/* Everything here reads fields that CPython may change in any feature release. A version that is
   not listed builds without them, and frame_state_is_known() says no. */

#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/frame_state.h"

#if !defined(PYPY_VERSION) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000

#include "internal/pycore_code.h"
#include "internal/pycore_frame.h"
#if PY_VERSION_HEX >= 0x030E0000
#include "internal/pycore_interpframe_structs.h"
#endif

#include "cpython/line_table.h"
#include "os/memory.h"

enum { MAX_TRIES = 8, MAX_TABLE_BYTES = 4 << 20, MAX_CHARACTERS = MAX_NAME_BYTES - 1 };

bool
frame_state_is_known(void)
{
    return memory_can_be_copied();
}

/* -- where they are ------------------------------------------------------------------------- */

static bool
find_innermost(gil_holder holder, const struct _PyInterpreterFrame **frame)
{
    const PyThreadState *state = (const PyThreadState *)holder;
#if PY_VERSION_HEX < 0x030D0000
    const _PyCFrame *c_frame;
    return memory_copy(&c_frame, &state->cframe, sizeof c_frame) &&
           memory_copy(frame, &c_frame->current_frame, sizeof *frame);
#else
    return memory_copy(frame, &state->current_frame, sizeof *frame);
#endif
}

static struct frame_address
frame_address(const struct _PyInterpreterFrame *frame)
{
#if PY_VERSION_HEX < 0x030D0000
    return (struct frame_address){frame->f_code, frame->prev_instr, 0};
#elif PY_VERSION_HEX < 0x030E0000
    return (struct frame_address){frame->f_executable, frame->instr_ptr, 0};
#else
    /* The lowest bits are tags; objects lie at multiples of eight. */
    const void *code = (const void *)(frame->f_executable.bits & ~(uintptr_t)7);
#ifdef Py_GIL_DISABLED
    return (struct frame_address){code, frame->instr_ptr, frame->tlbc_index};
#else
    return (struct frame_address){code, frame->instr_ptr, 0};
#endif
#endif
}

/* Where C code calls Python code, 3.12 puts a frame that has code, of the name "<shim>". Later
   versions have such frames too, without code. */
static bool
is_interpreters_own(const struct _PyInterpreterFrame *frame)
{
#if PY_VERSION_HEX >= 0x030C0000 && PY_VERSION_HEX < 0x030D0000
    return frame->owner == FRAME_OWNED_BY_CSTACK;
#else
    (void)frame;
    return false;
#endif
}

static bool
walk(const struct _PyInterpreterFrame *frame, struct frame_addresses *addresses)
{
    struct _PyInterpreterFrame copy;
    for (addresses->count = 0; frame != NULL && addresses->count < MAX_FRAMES;
         frame = copy.previous) {
        if (!memory_copy(&copy, frame, offsetof(struct _PyInterpreterFrame, localsplus))) {
            return false;
        }
        if (!is_interpreters_own(&copy)) {
            addresses->items[addresses->count++] = frame_address(&copy);
        }
    }
    addresses->is_truncated = frame != NULL;
    return true;
}

/* The innermost frame is the same before and after: then nobody was called and nobody returned,
   or as good as nobody. */
bool
frame_state_find(gil_holder holder, struct frame_addresses *addresses)
{
    const struct _PyInterpreterFrame *before, *after;
    for (int i = 0; i < MAX_TRIES; i++) {
        if (find_innermost(holder, &before) && walk(before, addresses) &&
            find_innermost(holder, &after) && before == after) {
            return true;
        }
    }
    return false;
}

/* -- what they are called ------------------------------------------------------------------- */

static size_t
append_utf8(char *text, size_t length, Py_UCS4 character)
{
    static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    if (length + size > MAX_CHARACTERS) {
        return MAX_CHARACTERS + 1;
    }
    for (size_t i = size; i-- > 1; character >>= 6) {
        text[length + i] = (char)(0x80 | (character & 0x3F));
    }
    text[length] = (char)(size == 1 ? character : first[size] | character);
    return length + size;
}

/* A frame's strings and its line table are read together, first their heads and then what follows
   those: three calls of the system a frame, where each piece by itself would take seven. */
struct code_parts {
    PyCodeObject code;
    PyASCIIObject file, function;
    PyBytesObject table;
};

/* Strings that name code are compact: their characters follow the head. */
static bool
is_name(const PyASCIIObject *head)
{
    unsigned kind = head->state.kind;
    return Py_TYPE((PyObject *)head) == &PyUnicode_Type && head->state.compact &&
           head->length >= 0 && (kind == 1 || kind == 2 || kind == 4);
}

static size_t
name_length(const PyASCIIObject *head)
{
    return head->length < MAX_CHARACTERS ? (size_t)head->length : MAX_CHARACTERS;
}

static struct memory_piece
name_characters(const PyASCIIObject *head, const PyObject *string, Py_UCS4 *characters)
{
    size_t offset = head->state.ascii ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject);
    return (struct memory_piece){characters, (const char *)string + offset,
                                 name_length(head) * head->state.kind};
}

static void
write_name(const PyASCIIObject *head, const Py_UCS4 *characters, char text[MAX_NAME_BYTES])
{
    size_t length = 0;
    for (Py_ssize_t i = 0; i < (Py_ssize_t)name_length(head); i++) {
        size_t longer =
            append_utf8(text, length, PyUnicode_READ((int)head->state.kind, characters, i));
        if (longer > MAX_CHARACTERS) {
            break;
        }
        length = longer;
    }
    text[length] = '\0';
}

static bool
read_heads(const void *code, struct code_parts *parts)
{
    if (code == NULL ||
        !memory_copy(&parts->code, code, offsetof(PyCodeObject, co_code_adaptive)) ||
        Py_TYPE((PyObject *)&parts->code) != &PyCode_Type) {
        return false;
    }
    const struct memory_piece heads[] = {
        {&parts->file, parts->code.co_filename, sizeof parts->file},
        {&parts->function, parts->code.co_qualname, sizeof parts->function},
        {&parts->table, parts->code.co_linetable, sizeof parts->table},
    };
    return memory_copy_pieces(heads, Py_ARRAY_LENGTH(heads)) && is_name(&parts->file) &&
           is_name(&parts->function) && Py_TYPE((PyObject *)&parts->table) == &PyBytes_Type;
}

/* Where the instructions of a frame start. In free-threaded builds since 3.14, threads have
   copies of their own. */
static const char *
first_instruction(const PyCodeObject *code, const struct frame_address *address)
{
#if defined(Py_GIL_DISABLED) && PY_VERSION_HEX >= 0x030E0000
    const char *start;
    const _PyCodeArray *copies = code->co_tlbc;
    if (address->tlbc_index > 0 &&
        memory_copy(&start, &copies->entries[address->tlbc_index], sizeof start)) {
        return start;
    }
#endif
    (void)code;
    return (const char *)address->code + offsetof(PyCodeObject, co_code_adaptive);
}

/* A code object that was freed after its frame was found may have become another one, or remains
   of one: it has no file, or no function. */
bool
frame_state_describe(const struct frame_address *address, struct frame_names *names)
{
    struct code_parts parts;
    Py_UCS4 file[MAX_NAME_BYTES], function[MAX_NAME_BYTES];
    if (!read_heads(address->code, &parts)) {
        return false;
    }
    const PyCodeObject *code = &parts.code;
    Py_ssize_t table_size = Py_SIZE(&parts.table);
    if (table_size < 0 || table_size > MAX_TABLE_BYTES) {
        table_size = 0; /* then there is no line */
    }
    uint8_t *table = malloc((size_t)table_size + 1);
    const struct memory_piece bodies[] = {
        name_characters(&parts.file, code->co_filename, file),
        name_characters(&parts.function, code->co_qualname, function),
        {table, ((const PyBytesObject *)code->co_linetable)->ob_sval, (size_t)table_size},
    };
    bool is_read = table != NULL && memory_copy_pieces(bodies, Py_ARRAY_LENGTH(bodies));
    if (is_read) {
        ptrdiff_t offset = (const char *)address->instruction - first_instruction(code, address);
        names->line = line_table_find(table, (size_t)table_size, code->co_firstlineno, offset);
        write_name(&parts.file, file, names->file);
        write_name(&parts.function, function, names->function);
    }
    free(table);
    return is_read && names->file[0] != '\0' && names->function[0] != '\0';
}

#else

bool
frame_state_is_known(void)
{
    return false;
}

bool
frame_state_find(gil_holder holder, struct frame_addresses *addresses)
{
    (void)holder;
    addresses->count = 0;
    addresses->is_truncated = false;
    return false;
}

bool
frame_state_describe(const struct frame_address *address, struct frame_names *names)
{
    (void)address;
    (void)names;
    return false;
}

#endif
