/* translator_c.h - what the files of the translator to C share.
 *
 *   pthreads.c          the program as a whole: its head, functions
 *   pthreads_objects.c  variables, sync objects, devices
 *   pthreads_tasks.c    tasks: their policies, how they come, main()
 *   pthreads_ops.c      the table of ops
 *   pthreads_base.c     what every program has, in C
 *   pthreads_runtime.c  helpers in C, written where something uses them
 *
 * A task is a thread; a program is a function of the task that runs it.  Locals are members of
 * struct task; variables are _Atomic, so that a load and a store are steps of their own, as `set`
 * has them.
 */
#ifndef MODELS_TRANSLATORS_TRANSLATOR_C_H
#define MODELS_TRANSLATORS_TRANSLATOR_C_H

#include "models/translators/translator.h"

/* X(enumerator): of pthreads_runtime.c, in the order in which they are written. */
/* clang-format off */
#define C_HELPERS(X) \
    X(LOG) X(UNTIL) X(SLEEP) X(CPU) X(FAULT) X(MUST) X(CHECK) X(NONZERO) X(TIMES) \
    X(ATOMIC) X(DEVICE) X(CHANNEL) X(RANDOM) X(UNIFORM) X(EXPONENTIAL) X(CHOICE) \
    X(SPAWN) X(GROUP) X(LATER)
/* clang-format on */

enum c_helper {
#define X(name) C_##name,
    C_HELPERS(X)
#undef X
        C_HELPER_COUNT
};

enum c_kind { NAME_PROGRAM, NAME_VAR, NAME_DEVICE, NAME_SYNC, NAME_LOCAL, NAME_GROUP };

struct c_writing {
    struct translation *tr;
    struct text *out;
    int indent;
    struct idents globals, members;
    bool helps[C_HELPER_COUNT];
    bool *vars, *devices, *syncs; /* by number: the program uses it */
    bool *called;                 /* programs to be written as functions */
    bool *by;                     /* [task * programs + program]: may run it */
    int32_t program;              /* whose ops are being written */
    int depth;                    /* of loops */
    bool uses_me;                 /* the function being written does */
};

void c_line(struct c_writing *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
void c_open(struct c_writing *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
void c_close(struct c_writing *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
void c_use(struct c_writing *c, enum c_helper helper);
const char *c_quote(struct c_writing *c, const char *text);
const char *c_program(struct c_writing *c, int32_t program); /* its function; now called */
const char *c_ns(struct c_writing *c, const struct op *op, const struct dist *d);
const char *c_sync(struct c_writing *c, int32_t number);

const char *c_task_function(struct c_writing *c, const struct task_spec *t);

/* ---- pthreads_objects.c, pthreads_tasks.c ------------------------------------------------ */

void c_declare_objects(struct c_writing *c);
void c_make_objects(struct c_writing *c);
void c_check_task(struct c_writing *c, const struct task_spec *t);
int64_t c_ceiling(const struct c_writing *c,
                  int64_t priority); /* of a mutex, as the kernel's */
bool c_has_affinity(const struct c_writing *c);
bool c_has_pools(const struct c_writing *c);
void c_pools(struct c_writing *c);
void c_kinds(struct c_writing *c);
void c_main(struct c_writing *c);

void c_ops(struct c_writing *c, struct op_list ops);

/* What may run what; false: an op cannot be expressed. */
void c_find_programs(struct c_writing *c);

void c_runtime(const struct c_writing *c, struct text *out);
extern const char *const c_reserved[];
/* What every program has. */
void c_base(const struct c_writing *c, struct text *out);

#endif
