/* base.h - what every room stands on: simulated time, checked arithmetic,
 * lists, assertions.  Includes nothing of ours.
 *
 * Time is int64_t nanoseconds, everywhere.  A `sim_time` named `at` is an
 * instant, one named `delay`, `ran` or `cost` is a duration.  Instants stay
 * below SIM_TIME_MAX (2^62 ns, 146 years), so the sum of two of them cannot
 * overflow; SIM_NEVER lies above all of them.
 */
#ifndef SIM_BASE_H
#define SIM_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t sim_time; /* ns */

#define SIM_NEVER INT64_MAX
#define SIM_TIME_MAX (INT64_C(1) << 62)
#define NS(x) ((sim_time)(x))
#define US(x) ((sim_time)(x)*1000)
#define MS(x) ((sim_time)(x)*1000000)
#define SEC(x) ((sim_time)(x)*1000000000)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#if defined(__GNUC__)
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define NOINLINE __attribute__((noinline))
/* Of what happens at every decision, where a call costs more than what is called. */
#define HOT_INLINE inline __attribute__((always_inline))
#define WEAK __attribute__((weak))
#define PREFETCH(p) __builtin_prefetch((p), 1)
#else
#define LIKELY(x) (x)
#define UNLIKELY(x) (x)
#define PRINTF_LIKE(fmt, args)
#define NORETURN
#define NOINLINE
#define HOT_INLINE inline
#define WEAK
#define PREFETCH(p) ((void)(p))
#endif
enum { CACHE_LINE = 64 };

/* Ours, not the user's: a broken invariant.  Stays on in every build.  Says
 * on standard error where, and what should have held, and aborts. */
#define sim_assert(cond) \
    (LIKELY(cond) ? (void)0 : sim_assert_failed(__FILE__, __LINE__, __func__, #cond))
/* A place that nothing leads to, and what was met there. */
#define sim_unreachable(what) sim_assert_failed(__FILE__, __LINE__, __func__, what)
NORETURN void sim_assert_failed(const char *file, int line, const char *func, const char *cond);

/* Out of memory: says so and aborts.  The one place. */
/* A program may have a function of this name of its own, which ends it as it likes. */
NORETURN void sim_out_of_memory(size_t bytes);
void *sim_malloc(size_t bytes);             /* never NULL */
void *sim_calloc(size_t n, size_t bytes);   /* never NULL, zeroed */
void *sim_realloc(void *ptr, size_t bytes); /* never NULL */
/* The array `list` of *n elements, grown so that it has element `i`; new ones are zeroed. */
void *array_reach(void *list, size_t *n, size_t i, size_t bytes);
char *sim_strdup(const char *text); /* never NULL */
char *sim_strndup(const char *text, size_t len);

/* ---- checked arithmetic -------------------------------------------------- */

/* Each stores the result and returns true, or returns false on overflow. */
bool add_i64(int64_t a, int64_t b, int64_t *sum);
bool sub_i64(int64_t a, int64_t b, int64_t *difference);
bool mul_i64(int64_t a, int64_t b, int64_t *product);

/* An instant after `at` by `delay`, both >= 0; SIM_TIME_MAX is the last one. */
static inline sim_time time_add(sim_time at, sim_time delay)
{
    return delay >= SIM_TIME_MAX - at ? SIM_TIME_MAX : at + delay;
}

/* a * b / c, rounded down or up; a, b >= 0, c > 0; at most INT64_MAX. */
int64_t mul_div_floor(int64_t a, int64_t b, int64_t c);
int64_t mul_div_ceil(int64_t a, int64_t b, int64_t c);

/* The number of the lowest and of the highest bit that is set; x is not 0. */
static inline unsigned bit_lowest(uint64_t x)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(x);
#else
    unsigned n = 0;

    while (!(x >> n & 1))
        n++;
    return n;
#endif
}

static inline unsigned bit_highest(uint64_t x)
{
#if defined(__GNUC__)
    return 63 - (unsigned)__builtin_clzll(x);
#else
    unsigned n = 63;

    while (!(x >> n & 1))
        n--;
    return n;
#endif
}

/* An unsigned 128-bit sum: areas (threads x ns) and squares pass 64 bits. */
struct wide {
    uint64_t hi, lo;
};

static inline void wide_add(struct wide *sum, uint64_t x)
{
    sum->lo += x;
    sum->hi += sum->lo < x;
}
struct wide wide_mul_halves(uint64_t a, uint64_t b); /* for machines of 32 bits */

static inline struct wide wide_mul(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    __extension__ const unsigned __int128 product = (unsigned __int128)a * b;

    return (struct wide){(uint64_t)(product >> 64), (uint64_t)product};
#else
    return wide_mul_halves(a, b);
#endif
}

static inline void wide_add_mul(struct wide *sum, uint64_t a, uint64_t b) /* sum += a * b */
{
    struct wide w = wide_mul(a, b);

    wide_add(sum, w.lo);
    sum->hi += w.hi;
}
int wide_compare(struct wide a, struct wide b); /* <0, 0, >0 */
uint64_t wide_div(struct wide a, uint64_t b);   /* rounded to nearest, saturating */

/* num / den as a multiple of 10^-9, rounded to nearest: the ratios of reports,
 * exact on every platform.  0 where den is 0. */
int64_t ratio_e9(struct wide num, struct wide den);

/* ---- lists ----------------------------------------------------------------- */

/* Doubly linked, circular, embedded in what they hold; an initialised head or a
 * removed node points to itself. */
struct list {
    struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}
static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}
static inline void list_insert_before(struct list *where, struct list *node)
{
    node->prev = where->prev;
    node->next = where;
    where->prev->next = node;
    where->prev = node;
}
static inline void list_push_back(struct list *head, struct list *node)
{
    list_insert_before(head, node);
}
static inline void list_push_front(struct list *head, struct list *node)
{
    list_insert_before(head->next, node);
}
static inline void list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = node->prev = node;
}
static inline struct list *list_pop_front(struct list *head) /* NULL: empty */
{
    struct list *node = head->next;

    if (node == head)
        return NULL;
    list_remove(node);
    return node;
}

/* ---- text ------------------------------------------------------------------- */

/* A growing text, always NUL-terminated once something was added.  Zeroed is
 * empty; text_release() frees it; text_take() hands `data` to the caller. */
struct text {
    char *data;
    size_t len, room;
};
void text_add(struct text *t, const char *s);
void text_add_len(struct text *t, const char *s, size_t len);
void text_addf(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void text_pad(struct text *t, char c, size_t n); /* n times c */
void text_quote(struct text *t, const char *s);  /* as a string of JSON */
char *text_take(struct text *t);                 /* malloc'd, "" when empty; t is empty again */
void text_release(struct text *t);

/* The edit distance (insert, delete, change, swap neighbours) of two names,
 * and the closest of `n` names to `word`, or NULL where none is close. */
int name_distance(const char *a, const char *b);
const char *name_closest(const char *word, const char *const *names, size_t n);

/* `ns` as people write it: the largest unit that leaves no more than six
 * decimals ("24 ms", "52.6 ms", "8.01759 ms", "400 us", "0"), into `buf`, which it returns.
 * SIM_NEVER is "never". */
enum { TIME_TEXT_SIZE = 32 };
const char *time_text(sim_time ns, char buf[TIME_TEXT_SIZE]);

#endif
