/* page_story.h - the story of a run for its page. */
#ifndef PLOTS_PAGE_STORY_H
#define PLOTS_PAGE_STORY_H

#include "sim/scenario.h"
#include "sim/trace.h"

enum { STORY_RECORDS = 8192 }; /* told up to this record */
#define STORY_KINDS (TRACE_COURSE | TRACE_LOOPS)

struct page_story;

struct page_story *page_story_new(const struct scenario *sc);
void page_story_free(struct page_story *s); /* NULL is fine */

/* A record of STORY_KINDS; `records` of the tape have happened, it included. */
void page_story_record(struct page_story *s, const struct trace_rec *rec, uint64_t records);

/* Its lines: "[records, level, text, numbers...],...", valid until the next record.  Records are
 * counted from the line before; `text` has 0 for each of the numbers, and is the number of the
 * text where it has been there before. */
const char *page_story_json(const struct page_story *s);

#endif
