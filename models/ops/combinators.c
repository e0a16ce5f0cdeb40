/* combinators.c - all, allSettled, any, race: one promise of several. */
#include "models/ops/op_loop.h"

struct gather_args {
    struct name_list names;
    const char *as;
};

static void compile_gather(struct compiler *c, const struct gather_args *a, enum loop_verb verb)
{
    static const struct op_list none;
    struct loop_op *op = loop_op_new(c, verb, a->as);

    op->call.names = a->names.names;
    op->call.nnames = a->names.n;
    emit_loop_op(c, op, none, none);
}

#define GATHER(word, verb, section, help_)                                                   \
    static const struct param word##_params[] = {                                            \
        PARAM_AS(#word, NAMES, struct gather_args, names, "the promises", .required = true), \
        PARAM(NAME, struct gather_args, as, "the name of the promise that this gives",       \
              .deflt = NULL),                                                                \
        PARAM_END,                                                                           \
    };                                                                                       \
    static void compile_##word(struct compiler *c, const void *args)                         \
    {                                                                                        \
        compile_gather(c, args, verb);                                                       \
    }                                                                                        \
    const struct op_def op_##word = {                                                        \
        .help = help_,                                                                       \
        .source = "Source: ECMA-262 " section ", Promise." #word,                            \
        .params = word##_params,                                                             \
        .args_size = sizeof(struct gather_args),                                             \
        .compile = compile_##word,                                                           \
        .needs_loop = loop_op_needs_loop,                                                    \
        .names = "promise",                                                                  \
        .declares = 1U << 1,                                                                 \
        .uses = 1U << 0,                                                                     \
    }

GATHER(
    all, LOOP_ALL, "27.2.4.1",
    "a promise that is fulfilled when all of these are, and rejected with the first of them");
GATHER(allSettled, LOOP_ALL_SETTLED, "27.2.4.2",
       "a promise that is fulfilled when all of these are settled");
GATHER(any, LOOP_ANY, "27.2.4.3",
       "a promise that is fulfilled with the first of these, and rejected when all are");
GATHER(race, LOOP_RACE, "27.2.4.5", "a promise that is settled as the first of these is");
