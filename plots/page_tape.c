/* page_tape.c - keeps the records of a run, small. */
#include "plots/page.h"

#include <stdlib.h>
#include <string.h>

#include "plots/page_story.h"

#define TAPE_KINDS \
    (TRACE_ALL & ~(TRACE_BIT(LOOP) | TRACE_BIT(TURN) | TRACE_BIT(SERVES) | TRACE_BIT(TRY)))

enum { RECORD_MAX = 7 * 10, TEXTS_FIRST = 256 };

/* ---- texts ------------------------------------------------------------------------------ */

/* Source: G. Fowler, L. C. Noll, K.-P. Vo, FNV-1a, 64 bits. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

/* Where it stands in the table, or would. */
static size_t find_text(const struct tape *tape, const char *text)
{
    size_t at = (size_t)hash_of(text) & (tape->hash_room - 1);

    while (tape->by_hash[at] && strcmp(tape->texts[tape->by_hash[at] - 1], text) != 0)
        at = (at + 1) & (tape->hash_room - 1);
    return at;
}

static void grow_texts(struct tape *tape)
{
    tape->texts_room = tape->texts_room ? 2 * tape->texts_room : TEXTS_FIRST;
    tape->texts = sim_realloc(tape->texts, tape->texts_room * sizeof(char *));
    tape->hash_room = 2 * tape->texts_room;
    free(tape->by_hash);
    tape->by_hash = sim_calloc(tape->hash_room, sizeof(*tape->by_hash));
    for (size_t i = 0; i < tape->ntexts; i++)
        tape->by_hash[find_text(tape, tape->texts[i])] = (uint32_t)i + 1;
}

static uint64_t number_of_text(struct tape *tape, const char *text)
{
    size_t at;

    if (tape->ntexts == tape->texts_room)
        grow_texts(tape);
    at = find_text(tape, text);
    if (!tape->by_hash[at]) {
        tape->texts[tape->ntexts++] = sim_strdup(text);
        tape->by_hash[at] = (uint32_t)tape->ntexts;
    }
    return tape->by_hash[at] - 1;
}

/* ---- records ---------------------------------------------------------------------------- */

static unsigned char *put(unsigned char *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    *to++ = (unsigned char)value;
    return to;
}

/* Small numbers of either sign become small ones without: 0, -1, 1, -2 ... are 0, 1, 2, 3. */
static uint64_t zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static void keep(struct tape *tape, const unsigned char *bytes, size_t len)
{
    tape->bytes += len;
    while (len > 0) {
        size_t n;

        if (!tape->last || tape->last->len == TAPE_PIECE) {
            struct tape_piece *piece = sim_malloc(sizeof(*piece));

            piece->next = NULL;
            piece->len = 0;
            *(tape->last ? &tape->last->next : &tape->first) = piece;
            tape->last = piece;
        }
        n = TAPE_PIECE - tape->last->len < len ? TAPE_PIECE - tape->last->len : len;
        memcpy(tape->last->bytes + tape->last->len, bytes, n);
        tape->last->len += n;
        bytes += n;
        len -= n;
    }
}

static void record_tape(struct tape *tape, const struct trace_rec *rec)
{
    struct trace_rec *before = &tape->before[rec->kind];
    unsigned char bytes[RECORD_MAX], *to = bytes;
    unsigned flags =
        (rec->at != tape->at ? TAPE_TIME : 0U) |
        (rec->place != before->place ? TAPE_PLACE : 0U) |
        (rec->task != tape->task ? TAPE_TASK : 0U) | (rec->arg != before->arg ? TAPE_ARG : 0U) |
        (rec->extra != before->extra ? TAPE_EXTRA : 0U) | (rec->text ? TAPE_TEXT : 0U);

    to = put(to, (uint64_t)rec->kind << TAPE_FLAG_BITS | flags);
    if (flags & TAPE_TIME)
        to = put(to, (uint64_t)(rec->at - tape->at));
    if (flags & TAPE_PLACE)
        to = put(to, zigzag(rec->place));
    if (flags & TAPE_TASK)
        to = put(to, zigzag((int64_t)rec->task - tape->task));
    if (flags & TAPE_ARG)
        to = put(to, zigzag(rec->arg));
    if (flags & TAPE_EXTRA)
        to = put(to, zigzag(rec->extra));
    if (flags & TAPE_TEXT)
        to = put(to, number_of_text(tape, rec->text));
    keep(tape, bytes, (size_t)(to - bytes));
    *before = *rec;
    before->text = NULL;
    tape->at = rec->at;
    tape->task = rec->task;
    tape->records++;
}

static void record(struct trace_sink *sink, const struct trace_rec *rec)
{
    struct tape *tape = container_of(sink, struct tape, sink);

    if (!tape->story || TAPE_KINDS >> rec->kind & 1)
        record_tape(tape, rec);
    if (tape->story && STORY_KINDS >> rec->kind & 1)
        page_story_record(tape->story, rec, tape->records);
}

static void finish(struct trace_sink *sink, sim_time end)
{
    container_of(sink, struct tape, sink)->end = end;
}

struct tape *tape_new(const struct scenario *sc)
{
    struct tape *tape = sim_calloc(1, sizeof(*tape));

    tape->sink.kinds = TAPE_KINDS;
    tape->sink.record = record;
    tape->sink.finish = finish;
    tape->sc = sc;
    return tape;
}

void tape_tell(struct tape *tape)
{
    tape->sink.kinds |= STORY_KINDS;
    tape->story = page_story_new(tape->sc);
}

void tape_free(struct tape *tape)
{
    if (!tape)
        return;
    while (tape->first) {
        struct tape_piece *piece = tape->first;

        tape->first = piece->next;
        free(piece);
    }
    for (size_t i = 0; i < tape->ntexts; i++)
        free(tape->texts[i]);
    free(tape->texts);
    free(tape->by_hash);
    page_story_free(tape->story);
    free(tape);
}
