#include "cpython/layouts.h"

#ifdef GILEXT_KNOWS_FRAMES

#include "cpython/dict_object.h"
#include "cpython/text_object.h"
#ifdef __GNUC__ /* 3.13 has a function there that doesn't use its argument */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#endif
#include "internal/pycore_dict.h"
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif
#if PY_VERSION_HEX >= 0x030D0000 && PY_VERSION_HEX < 0x030E0000
#include "internal/pycore_pyhash.h"
#endif
#include "os/memory.h"

enum { MAX_PROBES = 64, PERTURB_SHIFT = 5, MAX_LOG2_WIDTH = 3, MAX_LOG2_BYTES = 30 };

struct table {
    size_t mask;
    int index_width;
    const char *indices;
    size_t entry_count;
    const char *entries;
    size_t entry_size;
    size_t key_offset;
};

struct entry {
    const void *key;
    const void *value; /* NULL: it was deleted */
};

static const size_t INDICES_OFFSET = offsetof(PyDictKeysObject, dk_indices);

/* Values that lie apart are those of objects' attributes. */
static bool
read_head(const void *dict, PyDictObject *head)
{
    return memory_copy(head, dict, sizeof *head) && head->ma_values == NULL && head->ma_used >= 0;
}

static bool
read_table(const void *dict, struct table *table)
{
    PyDictObject head;
    PyDictKeysObject keys; /* without its indices and entries */
    if (!read_head(dict, &head) || !memory_copy(&keys, head.ma_keys, INDICES_OFFSET) ||
        keys.dk_log2_size > keys.dk_log2_index_bytes || keys.dk_log2_index_bytes > MAX_LOG2_BYTES ||
        keys.dk_log2_index_bytes - keys.dk_log2_size > MAX_LOG2_WIDTH || keys.dk_nentries < 0) {
        return false;
    }
    bool is_general = keys.dk_kind == DICT_KEYS_GENERAL;
    table->mask = ((size_t)1 << keys.dk_log2_size) - 1;
    table->index_width = 1 << (keys.dk_log2_index_bytes - keys.dk_log2_size);
    table->indices = (const char *)head.ma_keys + INDICES_OFFSET;
    table->entry_count = (size_t)keys.dk_nentries;
    table->entries = table->indices + ((size_t)1 << keys.dk_log2_index_bytes);
    table->entry_size = is_general ? sizeof(PyDictKeyEntry) : sizeof(PyDictUnicodeEntry);
    table->key_offset = is_general ? offsetof(PyDictKeyEntry, me_key) : 0;
    return true;
}

static bool
read_entry(const struct table *table, size_t number, struct entry *entry)
{
    const char *from = table->entries + number * table->entry_size + table->key_offset;
    return memory_copy(entry, from, sizeof *entry);
}

/* The number of an entry, or less than 0. */
static bool
read_index(const struct table *table, size_t slot, int64_t *index)
{
    int width = table->index_width;
    const char *from = table->indices + slot * (size_t)width;
    union {
        int8_t one;
        int16_t two;
        int32_t four;
        int64_t eight;
    } raw;
    if (!memory_copy(&raw, from, (size_t)width)) {
        return false;
    }
    *index = width == 1 ? raw.one : width == 2 ? raw.two : width == 4 ? raw.four : raw.eight;
    return true;
}

static size_t
hash_of(const char *key)
{
#if PY_VERSION_HEX >= 0x030E0000
    return (size_t)Py_HashBuffer(key, (Py_ssize_t)strlen(key));
#else
    return (size_t)_Py_HashBytes(key, (Py_ssize_t)strlen(key));
#endif
}

static bool
is_key(const void *object, const char *key)
{
    char text[MAX_NAME_BYTES];
    return text_object_read(object, text) && strcmp(text, key) == 0;
}

bool
dict_object_count(const void *dict, size_t *count)
{
    PyDictObject head;
    if (!read_head(dict, &head)) {
        return false;
    }
    *count = (size_t)head.ma_used;
    return true;
}

const void *
dict_object_find(const void *dict, const char *key)
{
    struct table table;
    if (!read_table(dict, &table)) {
        return NULL;
    }
    size_t perturb = hash_of(key), slot = perturb & table.mask;
    for (int i = 0; i < MAX_PROBES; i++) {
        struct entry entry;
        int64_t index;
        if (!read_index(&table, slot, &index) || index == DKIX_EMPTY) {
            return NULL;
        }
        if (index >= 0 && read_entry(&table, (size_t)index, &entry) && is_key(entry.key, key)) {
            return entry.value;
        }
        perturb >>= PERTURB_SHIFT;
        slot = (slot * 5 + perturb + 1) & table.mask;
    }
    return NULL;
}

size_t
dict_object_values(const void *dict, const void **values, size_t max)
{
    struct table table;
    struct entry entry;
    size_t found = 0;
    if (!read_table(dict, &table)) {
        return 0;
    }
    for (size_t i = 0; i < table.entry_count && found < max; i++) {
        if (!read_entry(&table, i, &entry)) {
            break;
        }
        if (entry.value != NULL) {
            values[found++] = entry.value;
        }
    }
    return found;
}

#endif
