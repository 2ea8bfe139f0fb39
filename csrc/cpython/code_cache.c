#include "cpython/code_cache.h"

#include "cpython/code_object.h"

#ifdef GILEXT_KNOWS_FRAMES

#include "cpython/line_table.h"

enum {
    MAX_CODES = 2048, /* then all are forgotten */
    TABLE_SIZE = 8192,
    MAX_CACHE_BYTES = 8 << 20,
    KNOWN_LOCATIONS = 4, /* per code: what runs often is at the same few instructions */
    MAX_PIECES_PER_CODE = 1 + CODE_PARTS,
    BATCH = MAX_MEMORY_PIECES / MAX_PIECES_PER_CODE,
};

struct known_location {
    const void *instruction;
    struct code_location location;
};

struct cached_code {
    const void *address;
    uint64_t id;
    struct code_object object;
    struct known_location locations[KNOWN_LOCATIONS];
#ifdef GILEXT_KNOWS_CALLS
    struct known_site {
        const void *instruction;
        struct call_site site;
    } sites[KNOWN_LOCATIONS];
#endif
};

struct code_cache {
    const struct memory_source *source;
    struct cached_code codes[MAX_CODES + MAX_FRAMES]; /* a stack may go beyond the limit */
    int count;
    size_t bytes;
    uint64_t next_id;
    uint16_t table[TABLE_SIZE]; /* by address: a code's number plus 1; 0: free */
    PyCodeObject heads[BATCH];
};

struct code_cache *
code_cache_new(const struct memory_source *source)
{
    struct code_cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL) {
        cache->source = source;
    }
    return cache;
}

static void
forget_all(struct code_cache *cache)
{
    for (int i = 0; i < cache->count; i++) {
        code_object_clear(&cache->codes[i].object);
    }
    memset(cache->table, 0, sizeof cache->table);
    cache->count = 0;
    cache->bytes = 0;
}

void
code_cache_free(struct code_cache *cache)
{
    if (cache != NULL) {
        forget_all(cache);
        free(cache);
    }
}

/* -- by address ----------------------------------------------------------------------------- */

/* The place of an address in the table, or the free one that it should have. Fibonacci hashing. */
static uint16_t *
find_place(struct code_cache *cache, const void *address)
{
    uint64_t place = ((uint64_t)(uintptr_t)address * UINT64_C(0x9E3779B97F4A7C15)) >> 32;
    for (;; place++) {
        uint16_t *slot = &cache->table[place % TABLE_SIZE];
        if (*slot == 0 || cache->codes[*slot - 1].address == address) {
            return slot;
        }
    }
}

/* What was read before at that address; NULL if nothing was, or nothing that could be named. */
static struct cached_code *
find_known(struct code_cache *cache, const void *address)
{
    uint16_t slot = *find_place(cache, address);
    return slot == 0 || cache->codes[slot - 1].object.file == NULL ? NULL : &cache->codes[slot - 1];
}

static int
add(struct code_cache *cache, const void *address, const PyCodeObject *head)
{
    struct code_object object;
    if (!code_object_read(cache->source, &object, address, head)) {
        return CODE_UNKNOWN;
    }
    uint16_t *slot = find_place(cache, address);
    if (*slot == 0) {
        *slot = (uint16_t)++cache->count;
    }
    struct cached_code *code = &cache->codes[*slot - 1];
    cache->bytes += object.memory_size - code->object.memory_size;
    code_object_clear(&code->object);
    *code = (struct cached_code){.address = address, .id = cache->next_id++, .object = object};
    return *slot - 1;
}

static int
find_or_add(struct code_cache *cache, const void *address, const PyCodeObject *head)
{
    const struct cached_code *known = find_known(cache, address);
    if (known != NULL && code_object_is(cache->source, &known->object, head)) {
        return (int)(known - cache->codes);
    }
    return add(cache, address, head);
}

/* -- many at once --------------------------------------------------------------------------- */

/* How to copy a head, and what must be compared beside it. */
static size_t
pieces_of(struct code_cache *cache, const void *address, PyCodeObject *head,
          struct memory_piece *pieces)
{
    const struct cached_code *known = find_known(cache, address);
    pieces[0] = (struct memory_piece){head, address, CODE_HEAD_SIZE};
    if (known == NULL || code_version(&known->object.head) != 0) {
        return 1;
    }
    code_object_pieces(&known->object, pieces + 1);
    return 1 + CODE_PARTS;
}

static bool
copy_heads(struct code_cache *cache, const struct frame_address *frames, size_t count)
{
    struct memory_piece pieces[MAX_MEMORY_PIECES];
    size_t piece_count = 0;
    for (size_t i = 0; i < count; i++) {
        piece_count += pieces_of(cache, frames[i].code, &cache->heads[i], pieces + piece_count);
    }
    return memory_copy_pieces_from(cache->source, pieces, piece_count);
}

/* If one of them is gone, the others are read one by one. */
static void
find_batch(struct code_cache *cache, const struct frame_address *frames, size_t count, int *codes)
{
    bool is_copied = copy_heads(cache, frames, count);
    for (size_t i = 0; i < count; i++) {
        bool has_head = is_copied || (frames[i].code != NULL && copy_heads(cache, &frames[i], 1));
        const PyCodeObject *head = &cache->heads[is_copied ? i : 0];
        codes[i] = has_head ? find_or_add(cache, frames[i].code, head) : CODE_UNKNOWN;
    }
}

void
code_cache_find(struct code_cache *cache, const struct frame_walk *walk, int codes[MAX_FRAMES])
{
    if (cache->count > MAX_CODES || cache->bytes > MAX_CACHE_BYTES) {
        forget_all(cache);
    }
    for (size_t i = 0; i < walk->count; i += BATCH) {
        size_t rest = walk->count - i;
        find_batch(cache, &walk->items[i], rest < BATCH ? rest : BATCH, &codes[i]);
    }
}

/* -- locations ------------------------------------------------------------------------------ */

/* Where the instructions of a frame start. In free-threaded builds since 3.14, threads have
   copies of their own. */
static const char *
first_instruction(const struct memory_source *source, const PyCodeObject *head,
                  const struct frame_address *address)
{
#if defined(Py_GIL_DISABLED) && PY_VERSION_HEX >= 0x030E0000
    const char *start;
    const _PyCodeArray *copies = head->co_tlbc;
    if (address->tlbc_index > 0 &&
        memory_copy_from(source, &start, &copies->entries[address->tlbc_index], sizeof start)) {
        return start;
    }
#endif
    (void)source, (void)head;
    return (const char *)address->code + CODE_HEAD_SIZE;
}

/* An instruction without a line is shown at the line of the def. */
static struct code_location
find_location(const struct memory_source *source, const struct code_object *code,
              const struct frame_address *address)
{
    size_t size;
    const uint8_t *table = code_object_line_table(code, &size);
    int first_line = code->head.co_firstlineno;
    ptrdiff_t offset =
        (const char *)address->instruction - first_instruction(source, &code->head, address);
    struct code_location location = line_table_find(table, size, first_line, offset);
    return location.line > 0 ? location : (struct code_location){.line = first_line};
}

void
code_cache_name(struct code_cache *cache, int number, const struct frame_address *address,
                struct named_frame *frame)
{
    struct cached_code *code = &cache->codes[number];
    size_t place = ((uintptr_t)address->instruction / sizeof(_Py_CODEUNIT)) % KNOWN_LOCATIONS;
    struct known_location *known = &code->locations[place];
    if (known->instruction != address->instruction || known->instruction == NULL) {
        *known = (struct known_location){address->instruction,
                                         find_location(cache->source, &code->object, address)};
    }
    *frame = (struct named_frame){
        .frame = (uintptr_t)address->frame,
        .file = code->object.file,
        .function = code->object.function,
        .location = known->location,
        .code = code->id,
    };
}

/* -- calls ---------------------------------------------------------------------------------- */

#ifdef GILEXT_KNOWS_CALLS

enum { MAX_CODE_BYTES = 1 << 18 };

static struct call_site
find_site(const struct memory_source *source, const PyCodeObject *head,
          const struct frame_address *address)
{
    PyBytesObject table;
    struct call_site site = {.callee = -1};
    const char *start = first_instruction(source, head, address);
    size_t offset = (size_t)((const char *)address->instruction - start);
    size_t code_size = (size_t)Py_SIZE((PyObject *)head) * sizeof(_Py_CODEUNIT);
    if (offset >= code_size || code_size > MAX_CODE_BYTES ||
        !memory_copy_from(source, &table, head->co_exceptiontable, sizeof table) ||
        !is_exactly_of(source, &table, &PyBytes_Type) || Py_SIZE((PyObject *)&table) < 0 ||
        Py_SIZE((PyObject *)&table) > MAX_CODE_BYTES) {
        return site;
    }
    size_t table_size = (size_t)Py_SIZE((PyObject *)&table);
    char *bytes = malloc(code_size + table_size);
    const struct memory_piece pieces[] = {
        {bytes, start, code_size},
        {bytes + code_size, ((const PyBytesObject *)head->co_exceptiontable)->ob_sval, table_size},
    };
    if (bytes != NULL && memory_copy_pieces_from(source, pieces, Py_ARRAY_LENGTH(pieces))) {
        site = call_site_find((const _Py_CODEUNIT *)bytes, code_size / sizeof(_Py_CODEUNIT),
                              offset / sizeof(_Py_CODEUNIT), (const uint8_t *)bytes + code_size,
                              table_size);
    }
    free(bytes);
    return site;
}

struct call_site
code_cache_call_site(struct code_cache *cache, int number, const struct frame_address *address,
                     int *locals)
{
    struct cached_code *code = &cache->codes[number];
    size_t place = ((uintptr_t)address->instruction / sizeof(_Py_CODEUNIT)) % KNOWN_LOCATIONS;
    struct known_site *known = &code->sites[place];
    if (known->instruction != address->instruction || known->instruction == NULL) {
        *known = (struct known_site){address->instruction,
                                     find_site(cache->source, &code->object.head, address)};
    }
    *locals = code->object.head.co_nlocalsplus;
    return known->site;
}

#endif

#endif
