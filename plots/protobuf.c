#include "plots/protobuf.h"

#include <stdlib.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_LENGTH = 2 };

void proto_release(struct proto *p)
{
    free(p->data);
    memset(p, 0, sizeof(*p));
}

void proto_clear(struct proto *p)
{
    p->len = 0;
}

static void add_bytes(struct proto *p, const void *bytes, size_t n)
{
    if (n > p->room - p->len) {
        p->room = 2 * p->room + n + 64;
        p->data = sim_realloc(p->data, p->room);
    }
    if (n > 0)
        memcpy(p->data + p->len, bytes, n);
    p->len += n;
}

/* Seven bits a byte, the lowest first; the eighth says that more follow. */
static void add_varint(struct proto *p, uint64_t value)
{
    unsigned char bytes[10];
    size_t n = 0;

    do {
        bytes[n] = (unsigned char)(value & 127);
        value >>= 7;
        if (value > 0)
            bytes[n] |= 128;
        n++;
    } while (value > 0);
    add_bytes(p, bytes, n);
}

static void add_tag(struct proto *p, uint32_t field, unsigned wire)
{
    add_varint(p, (uint64_t)field << 3 | wire);
}

void proto_number(struct proto *p, uint32_t field, int64_t value)
{
    add_tag(p, field, WIRE_VARINT);
    add_varint(p, (uint64_t)value);
}

void proto_fixed64(struct proto *p, uint32_t field, uint64_t value)
{
    unsigned char bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(value >> (8 * i) & 255);
    add_tag(p, field, WIRE_FIXED64);
    add_bytes(p, bytes, sizeof(bytes));
}

static void add_length(struct proto *p, uint32_t field, const void *bytes, size_t n)
{
    add_tag(p, field, WIRE_LENGTH);
    add_varint(p, n);
    add_bytes(p, bytes, n);
}

void proto_text(struct proto *p, uint32_t field, const char *text)
{
    add_length(p, field, text, strlen(text));
}

void proto_message(struct proto *p, uint32_t field, const struct proto *message)
{
    add_length(p, field, message->data, message->len);
}
