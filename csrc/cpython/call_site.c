#include "cpython/call_site.h"

#ifdef GILEXT_KNOWS_CALLS

#define NEED_OPCODE_METADATA
#include "internal/pycore_opcode_metadata.h"
#undef NEED_OPCODE_METADATA

#include <stdlib.h>
#include <string.h>

enum { UNKNOWN = -1, MAX_UNITS = 1 << 16 };

static const struct call_site NO_CALL = {.callee = UNKNOWN};

/* -- exception handlers --------------------------------------------------------------------- */

struct bytes_reader {
    const uint8_t *bytes;
    size_t size;
    size_t position;
};

/* Six bits a byte, the highest first; the seventh says that more follow. */
static size_t
read_varint(struct bytes_reader *reader)
{
    size_t value = 0;
    while (reader->position < reader->size) {
        uint8_t byte = reader->bytes[reader->position++];
        value = value << 6 | (byte & 63);
        if ((byte & 64) == 0) {
            break;
        }
    }
    return value;
}

/* A handler begins with what was on the stack, perhaps the place of the instruction that raised,
   and the exception. */
static void
note_handlers(int *depths, size_t count, const uint8_t *exceptions, size_t size)
{
    struct bytes_reader reader = {exceptions, size, 0};
    while (reader.position < size) {
        read_varint(&reader); /* where the instructions begin that it is for, */
        read_varint(&reader); /* and how many they are */
        size_t handler = read_varint(&reader), depth_and_place = read_varint(&reader);
        if (handler < count) {
            depths[handler] = (int)(depth_and_place >> 1) + (int)(depth_and_place & 1) + 1;
        }
    }
}

/* -- instructions --------------------------------------------------------------------------- */

struct instruction {
    int opcode; /* not specialised; UNKNOWN: replaced by a tool */
    int oparg;
    size_t next;
};

static struct instruction
read_instruction(const _Py_CODEUNIT *code, size_t count, size_t at, int extension)
{
    int raw = code[at].op.code;
    if (raw >= MIN_INSTRUMENTED_OPCODE) {
        return (struct instruction){.opcode = UNKNOWN};
    }
    int opcode = _PyOpcode_Deopt[raw];
    size_t next = at + 1 + _PyOpcode_Caches[opcode];
    return (struct instruction){opcode, extension << 8 | code[at].op.arg,
                                next < count ? next : count};
}

static bool
never_goes_on(int opcode)
{
    switch (opcode) {
    case JUMP_FORWARD:
    case JUMP_BACKWARD:
    case JUMP_BACKWARD_NO_INTERRUPT:
    case RETURN_VALUE:
    case RAISE_VARARGS:
    case RERAISE:
    case INTERPRETER_EXIT:
        return true;
    default:
        return false;
    }
}

static bool
is_forward_jump(int opcode)
{
    return OPCODE_HAS_JUMP(opcode) && opcode != JUMP_BACKWARD &&
           opcode != JUMP_BACKWARD_NO_INTERRUPT && opcode != END_ASYNC_FOR;
}

static bool
is_call(int opcode)
{
    return opcode == CALL || opcode == CALL_KW || opcode == CALL_FUNCTION_EX;
}

/* The depth after the instruction, noted for those that may come next; UNKNOWN if it can't be. */
static int
depth_after(const struct instruction *instruction, int depth, int *depths, size_t count)
{
    int popped = _PyOpcode_num_popped(instruction->opcode, instruction->oparg);
    int pushed = _PyOpcode_num_pushed(instruction->opcode, instruction->oparg);
    if (depth == UNKNOWN || popped < 0 || pushed < 0 || popped > depth) {
        return UNKNOWN;
    }
    depth += pushed - popped;
    size_t jump = instruction->next + (size_t)instruction->oparg;
    if (is_forward_jump(instruction->opcode) && jump < count) {
        depths[jump] = depth;
    }
    return never_goes_on(instruction->opcode) ? UNKNOWN : depth;
}

static struct call_site
site_of(const struct instruction *instruction, int depth)
{
    int popped = _PyOpcode_num_popped(instruction->opcode, instruction->oparg);
    if (!is_call(instruction->opcode) || depth == UNKNOWN || popped > depth) {
        return NO_CALL;
    }
    bool is_unpacking =
        instruction->opcode == CALL_FUNCTION_EX; /* the last are keywords, or none */
    return (struct call_site){
        .depth = depth,
        .callee = depth - popped,
        .witness = depth - (is_unpacking ? 2 : 1),
        .witness_is_tuple = is_unpacking,
    };
}

static struct call_site
follow(const _Py_CODEUNIT *code, size_t count, size_t target, int *depths)
{
    int depth = 0, extension = 0;
    for (size_t at = 0; at <= target;) {
        depth = depths[at] != UNKNOWN ? depths[at] : depth;
        struct instruction instruction = read_instruction(code, count, at, extension);
        if (instruction.opcode == UNKNOWN) {
            return NO_CALL;
        }
        if (at == target) {
            return site_of(&instruction, depth);
        }
        bool is_extension = instruction.opcode == EXTENDED_ARG;
        extension = is_extension ? instruction.oparg : 0;
        if (!is_extension) {
            depth = depth_after(&instruction, depth, depths, count);
        }
        at = instruction.next;
    }
    return NO_CALL; /* the target lies in an instruction's cache */
}

struct call_site
call_site_find(const _Py_CODEUNIT *code, size_t count, size_t target, const uint8_t *exceptions,
               size_t exceptions_size)
{
    if (count > MAX_UNITS || target >= count || !is_call(_PyOpcode_Deopt[code[target].op.code])) {
        return NO_CALL;
    }
    int *depths = malloc(count * sizeof *depths);
    if (depths == NULL) {
        return NO_CALL;
    }
    memset(depths, 0xFF, count * sizeof *depths); /* UNKNOWN */
    note_handlers(depths, count, exceptions, exceptions_size);
    struct call_site site = follow(code, count, target, depths);
    free(depths);
    return site;
}

#endif
