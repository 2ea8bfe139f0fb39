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
    return true;
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
place_of(const struct _PyInterpreterFrame *frame)
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

static bool
walk(const struct _PyInterpreterFrame *frame, struct frame_addresses *places)
{
    struct _PyInterpreterFrame copy;
    for (places->count = 0; frame != NULL && places->count < MAX_FRAMES; frame = copy.previous) {
        if (!memory_copy(&copy, frame, offsetof(struct _PyInterpreterFrame, localsplus))) {
            return false;
        }
        places->places[places->count++] = place_of(&copy);
    }
    return true;
}

/* The innermost frame is the same before and after: then nobody was called and nobody returned,
   or as good as nobody. */
bool
frame_state_find(gil_holder holder, struct frame_addresses *places)
{
    const struct _PyInterpreterFrame *before, *after;
    for (int i = 0; i < MAX_TRIES; i++) {
        if (find_innermost(holder, &before) && walk(before, places) &&
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

/* Strings that name code are compact: their characters follow the head. */
static bool
describe_string(const PyObject *string, char text[MAX_NAME_BYTES])
{
    PyASCIIObject head;
    Py_UCS4 characters[MAX_NAME_BYTES];
    if (!memory_copy(&head, string, sizeof head) || Py_TYPE((PyObject *)&head) != &PyUnicode_Type ||
        !head.state.compact || head.length < 0) {
        return false;
    }
    size_t width = head.state.kind;
    size_t count = head.length < MAX_CHARACTERS ? (size_t)head.length : MAX_CHARACTERS;
    const char *data = (const char *)string;
    data += head.state.ascii ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject);
    if ((width != 1 && width != 2 && width != 4) ||
        (count > 0 && !memory_copy(characters, data, count * width))) {
        return false;
    }
    size_t length = 0;
    for (Py_ssize_t i = 0; i < (Py_ssize_t)count; i++) {
        size_t longer = append_utf8(text, length, PyUnicode_READ((int)width, characters, i));
        if (longer > MAX_CHARACTERS) {
            break;
        }
        length = longer;
    }
    text[length] = '\0';
    return true;
}

/* Where the instructions of a frame start. In free-threaded builds since 3.14, threads have
   copies of their own. */
static const char *
first_instruction(const PyCodeObject *code, const struct frame_address *place)
{
#if defined(Py_GIL_DISABLED) && PY_VERSION_HEX >= 0x030E0000
    const char *start;
    const _PyCodeArray *copies = code->co_tlbc;
    if (place->copy > 0 && memory_copy(&start, &copies->entries[place->copy], sizeof start)) {
        return start;
    }
#endif
    (void)code;
    return (const char *)place->code + offsetof(PyCodeObject, co_code_adaptive);
}

static int
line_of(const PyCodeObject *code, const struct frame_address *place)
{
    PyBytesObject head;
    const PyObject *table = code->co_linetable;
    if (!memory_copy(&head, table, sizeof head) || Py_TYPE((PyObject *)&head) != &PyBytes_Type) {
        return 0;
    }
    Py_ssize_t size = Py_SIZE(&head);
    uint8_t *owned_copy = size > 0 && size < MAX_TABLE_BYTES ? malloc((size_t)size) : NULL;
    int line = 0;
    if (owned_copy != NULL &&
        memory_copy(owned_copy, ((const PyBytesObject *)table)->ob_sval, (size_t)size)) {
        ptrdiff_t address = (const char *)place->instruction - first_instruction(code, place);
        line = line_table_find(owned_copy, (size_t)size, code->co_firstlineno, address);
    }
    free(owned_copy);
    return line;
}

bool
frame_state_describe(const struct frame_address *place, struct frame_names *words)
{
    PyCodeObject code;
    if (place->code == NULL ||
        !memory_copy(&code, place->code, offsetof(PyCodeObject, co_code_adaptive)) ||
        Py_TYPE((PyObject *)&code) != &PyCode_Type) {
        return false;
    }
    words->line = line_of(&code, place);
    return describe_string(code.co_filename, words->file) &&
           describe_string(code.co_qualname, words->function);
}

#else

bool
frame_state_is_known(void)
{
    return false;
}

bool
frame_state_find(gil_holder holder, struct frame_addresses *places)
{
    (void)holder;
    places->count = 0;
    return false;
}

bool
frame_state_describe(const struct frame_address *place, struct frame_names *words)
{
    (void)place;
    (void)words;
    return false;
}

#endif
