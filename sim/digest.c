/* digest.c - MurmurHash64A over the records, a word at a time. */
#include "sim/digest.h"

/* Source: A. Appleby, MurmurHash2.cpp, MurmurHash64A (public domain).  Differs: the length,
 * not known in advance, is mixed in at the end. */
#define MULTIPLIER UINT64_C(0xc6a4a7935bd1e995)

static inline uint64_t add_word(uint64_t hash, uint64_t word)
{
    word *= MULTIPLIER;
    word ^= word >> 47;
    word *= MULTIPLIER;
    return (hash ^ word) * MULTIPLIER;
}

/* Its bytes, eight to a word, the first one lowest, then its length plus one. */
static uint64_t add_text(struct digest *d, uint64_t hash, const char *text)
{
    uint64_t word = 0, words = 1, len = 0;

    for (; text[len]; len++) {
        word |= (uint64_t)(unsigned char)text[len] << (len % 8 * 8);
        if (len % 8 == 7) {
            hash = add_word(hash, word);
            word = 0;
            words++;
        }
    }
    d->words += words + 1;
    return add_word(add_word(hash, word), len + 1);
}

static void digest_record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct digest *d = container_of(sink, struct digest, sink);
    uint64_t hash = d->hash;

    hash = add_word(hash, (uint64_t)rec->at);
    hash = add_word(hash, (uint64_t)(uint32_t)rec->place << 32 | (uint32_t)rec->task);
    hash = add_word(hash, (uint64_t)rec->arg);
    hash = add_word(hash, (uint64_t)rec->extra);
    hash = add_word(hash, (uint64_t)rec->kind << 1 | (rec->text ? 1 : 0));
    d->words += 5;
    if (rec->text)
        hash = add_text(d, hash, rec->text);
    d->hash = hash;
}

static void digest_finish(struct trace_sink *sink, sim_time end)
{
    struct digest *d = container_of(sink, struct digest, sink);

    d->hash = add_word(d->hash, (uint64_t)end);
    d->words++;
}

void digest_init(struct digest *d)
{
    d->sink.kinds = TRACE_COURSE;
    d->sink.record = digest_record;
    d->sink.finish = digest_finish;
    d->sink.next = NULL;
    d->hash = UINT64_C(0x9e3779b97f4a7c15); /* any would do */
    d->words = 0;
}

uint64_t digest_value(const struct digest *d)
{
    uint64_t hash = add_word(d->hash, d->words);

    hash ^= hash >> 47;
    hash *= MULTIPLIER;
    return hash ^ hash >> 47;
}
