/* protobuf.h - writes messages of protocol buffers, field by field, into memory.
 *
 * A message within a message is made first and then added, for its length stands in front of
 * it.  Clearing a message keeps its memory for the next one.
 *
 * Source: Protocol Buffers Documentation, "Encoding" (protobuf.dev). */
#ifndef PLOTS_PROTOBUF_H
#define PLOTS_PROTOBUF_H

#include "sim/base.h"

/* Zeroed is empty. */
struct proto {
    unsigned char *data;
    size_t len, room;
};

void proto_release(struct proto *p);
void proto_clear(struct proto *p);

/* Each adds one field.  A negative number takes ten bytes, as the encoding has it. */
void proto_number(struct proto *p, uint32_t field, int64_t value);
void proto_fixed64(struct proto *p, uint32_t field, uint64_t value);
void proto_text(struct proto *p, uint32_t field, const char *text);
void proto_message(struct proto *p, uint32_t field, const struct proto *message);

#endif
