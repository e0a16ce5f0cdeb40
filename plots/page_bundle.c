/* page_bundle.c - the page's style and program, as `make page` has made them. */
#include <stddef.h>

#include "plots/page_parts.h"

/* clang-format off */
#include "plots/page_bundle.inc"
/* clang-format on */
