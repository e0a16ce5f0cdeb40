/* page.h - runs as one page to explore in a browser: one file, no server, no network.
 *
 *   tape (a sink a run) --page_write--> template + bundle of plots/page/ + facts + tapes
 *
 * The tape keeps all records of a run, in some four bytes each; the page plays them back.
 * What it shows of a state, it makes from them alone; what it cites of the models (a
 * policy's name and rule) and of the results comes with the facts.
 *
 * The format, for who reads plots/page/codec.js: a record is
 *
 *     head    kind << 6 | flags           flags say which of the others follow
 *     time    ns since the record before            (TAPE_TIME)
 *     place   zigzag; else as in the last record of this kind (TAPE_PLACE)
 *     task    zigzag difference to the record before          (TAPE_TASK)
 *     arg     zigzag; else as in the last of this kind        (TAPE_ARG)
 *     extra   the same                                        (TAPE_EXTRA)
 *     text    number in the table of texts                    (TAPE_TEXT)
 *
 * each a varint, the low seven bits first, as in protocol buffers; all that is not told is 0
 * at the beginning.  In the page the bytes stand in base64 (RFC 4648).
 */
#ifndef PLOTS_PAGE_H
#define PLOTS_PAGE_H

#include "sim/base.h"
#include "sim/quanta.h"
#include "sim/report.h"
#include "sim/scenario.h"
#include "sim/trace.h"

enum tape_flag {
    TAPE_TIME = 1,
    TAPE_PLACE = 2,
    TAPE_TASK = 4,
    TAPE_ARG = 8,
    TAPE_EXTRA = 16,
    TAPE_TEXT = 32,
    TAPE_FLAG_BITS = 6
};

/* The page cuts tapes at a multiple of three bytes: base64 of the pieces is that of the whole. */
enum { TAPE_PIECE = 3 * 16384 };

struct tape_piece {
    struct tape_piece *next;
    size_t len;
    unsigned char bytes[TAPE_PIECE];
};

struct page_story; /* page_story.h */

struct tape {
    struct trace_sink sink;
    const struct scenario *sc; /* the caller's */
    struct tape_piece *first, *last;
    uint64_t records, bytes;
    sim_time end; /* after trace_finish() */
    struct trace_rec before[TR_COUNT];
    sim_time at;
    int32_t task;
    char **texts; /* each once, in the order met */
    size_t ntexts, texts_room;
    uint32_t *by_hash;        /* number of the text plus one; 0: free */
    size_t hash_room;         /* a power of two */
    struct page_story *story; /* NULL: none */
};

struct tape *tape_new(const struct scenario *sc);
void tape_tell(struct tape *tape); /* with the story, before anything happens */
void tape_free(struct tape *tape); /* NULL is fine */

/* One run of the page. */
struct page_run {
    const struct tape *tape;
    struct report report;
};

/* Writes the whole page, piece by piece.  False: the writer failed, and was not called again. */
bool page_write(const struct page_run *runs, size_t n, struct quanta_writer *writer);

#endif
