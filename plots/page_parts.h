/* page_parts.h - between page.c, which puts a page together, and what it is made of. */
#ifndef PLOTS_PAGE_PARTS_H
#define PLOTS_PAGE_PARTS_H

#include "plots/page.h"

/* Made by `make page` from plots/page/; lines, NULL ends each. */
extern const char *const page_style[];
extern const char *const page_script[];

/* A JSON string with its quotes that may stand within a <script>: what could end it, or
 * begin a comment there, is escaped; bytes that are no UTF-8 become U+FFFD. */
void json_text(struct text *t, const char *s);

/* What does not come with the records: names, rules, numbers.  One JSON object. */
void page_facts(struct text *t, const struct page_run *run);

/* Names of kinds and reasons by their number in the records: members of a JSON object. */
void page_words(struct text *t);

#endif
