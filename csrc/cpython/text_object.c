#include "cpython/text_object.h"

#ifdef GILEXT_KNOWS_FRAMES

#include "os/memory.h"

enum { MAX_CHARACTERS = MAX_NAME_BYTES - 1 };

bool
text_object_is_text(const struct memory_source *source, const PyASCIIObject *head)
{
    unsigned kind = head->state.kind;
    return is_exactly_of(source, head, &PyUnicode_Type) && head->state.compact &&
           head->length >= 0 && (kind == 1 || kind == 2 || kind == 4);
}

static size_t
name_length(const PyASCIIObject *head)
{
    return head->length < MAX_CHARACTERS ? (size_t)head->length : MAX_CHARACTERS;
}

size_t
text_object_offset(const PyASCIIObject *head)
{
    return head->state.ascii ? sizeof(PyASCIIObject) : sizeof(PyCompactUnicodeObject);
}

size_t
text_object_size(const PyASCIIObject *head)
{
    return text_object_offset(head) + name_length(head) * head->state.kind;
}

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

void
text_object_write(const char *copy, char text[MAX_NAME_BYTES])
{
    const PyASCIIObject *head = (const PyASCIIObject *)copy;
    const char *characters = copy + text_object_offset(head);
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

/* Between the two copies it may have become another one. */
bool
text_object_read(const void *object, char text[MAX_NAME_BYTES])
{
    PyASCIIObject head;
    union {
        PyASCIIObject head;
        char bytes[sizeof(PyCompactUnicodeObject) + MAX_CHARACTERS * sizeof(Py_UCS4)];
    } copy;
    if (!memory_copy(&head, object, sizeof head) || !text_object_is_text(NULL, &head)) {
        return false;
    }
    size_t size = text_object_size(&head);
    if (!memory_copy(copy.bytes, object, size) || !text_object_is_text(NULL, &copy.head) ||
        text_object_size(&copy.head) != size) {
        return false;
    }
    text_object_write(copy.bytes, text);
    return true;
}

#endif
