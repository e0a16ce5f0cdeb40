#include "sim/findings.h"

void findings_attach(struct findings *f, const struct scenario *sc, struct trace *trace)
{
    if (sc->nvars > 0) {
        f->races = races_new(sc);
        trace_attach(trace, &f->races->sink);
    }
    if (sc->nsyncs > 0) {
        f->lockorder = lockorder_new(sc);
        trace_attach(trace, &f->lockorder->sink);
    }
    f->urgency = urgency_new(sc);
    if (f->urgency)
        trace_attach(trace, &f->urgency->sink);
    f->starved = starved_new(sc);
    if (f->starved)
        trace_attach(trace, &f->starved->sink);
}

void findings_release(struct findings *f)
{
    races_free(f->races);
    lockorder_free(f->lockorder);
    urgency_free(f->urgency);
    starved_free(f->starved);
    *f = (struct findings){NULL, NULL, NULL, NULL};
}
