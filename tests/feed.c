#include "tests/feed.h"

#include <check.h>
#include <string.h>

#include "sim/config.h"

void feed_init(struct feed *f, const char *config)
{
    struct diags diags;
    struct config *cfg;

    memset(f, 0, sizeof(*f));
    diags_init(&diags);
    cfg = config_parse("feed.json", config, strlen(config), &diags);
    f->sc = cfg ? config_scenario(cfg, 0, &diags) : NULL;
    ck_assert_msg(f->sc != NULL, "%s\n%s", diags_text(&diags), config);
    config_free(cfg);
    diags_release(&diags);
    trace_init(&f->trace);
}

void feed_release(struct feed *f)
{
    scenario_free(f->sc);
}

void feed(struct feed *f, enum trace_kind kind, int32_t place, int32_t task, int64_t arg,
          int64_t extra)
{
    trace_emit(&f->trace, f->now, kind, place, task, arg, extra);
}

void feed_arrive(struct feed *f, int32_t slot, int32_t spec, int64_t copy)
{
    feed(f, TR_ARRIVE, -1, slot, spec, copy);
}

void feed_spawn(struct feed *f, int32_t slot, int32_t parent, int64_t number, const char *name)
{
    struct trace_rec rec = {f->now, TR_ARRIVE, -1, slot, 0, 0, name};

    trace_tell(&f->trace, &rec);
    feed(f, TR_SPAWN, parent, slot, number, 0);
}

void feed_done(struct feed *f, int32_t slot)
{
    feed(f, TR_DONE, -1, slot, DONE_END, 0);
}
