#include "tests/loop_workload.h"

#include <stdlib.h>
#include <string.h>

#include "sim/rng.h"

static void random_ops(struct text *t, struct rng *rng, int depth);

/* `text` with `n` where it has a #. */
static void add_numbered(struct text *t, const char *text, int n)
{
    for (; *text; text++) {
        if (*text == '#')
            text_addf(t, "%d", n);
        else
            text_addf(t, "%c", *text);
    }
}

static void random_op(struct text *t, struct rng *rng, int depth)
{
    static const char *const plain[] = {
        "{\"cpu\":\"#us\"}",
        "{\"sleep\":#}",
        "{\"io\":\"net\"}",
        "{\"io\":\"file\"}",
        "{\"await\":{\"work\":\"#us\"}}",
        "{\"yield\":true}",
        "{\"await\":null}",
        "{\"call\":\"outer\"}",
        "{\"await\":{\"call\":\"inner\"}}",
        "{\"io\":\"file\",\"sync\":true}",
        "{\"clear\":\"t\"}",
        "{\"assert\":\"x != #\"}", /* a fault now and then, in whatever state */
        "{\"atomic\":\"x = #\"}",
        "{\"reject\":\"p\"}",
        "{\"await\":\"p\"}",
        "{\"resolve\":\"p\"}",
        "{\"promise\":\"p\"}",
        "{\"allocate\":\"#kB\"}",
        "{\"allocate\":\"#kB\",\"leak\":true}",
        "{\"free\":\"#B\"}",
        "{\"io\":\"name\"}",
        "{\"io\":\"api\",\"at\":#}",
        "{\"all\":[\"p\",\"q\"],\"as\":\"p\"}",
        "{\"allSettled\":[\"q\"],\"as\":\"q\"}",
        "{\"any\":[\"q\",\"p\"],\"as\":\"q\"}",
        "{\"race\":[\"p\",\"q\"],\"as\":\"p\"}",
        "{\"resolve\":\"q\",\"with\":\"p\"}",
        "{\"ref\":\"t\"}",
        "{\"unref\":\"t\"}",
        "{\"try\":[{\"cpu\":\"#us\"},{\"throw\":\"t#\"}],\"catch\":[{\"await\":null}]}",
        ("{\"worker\":\"echo\",\"as\":\"w\"},{\"postMessage\":\"w\",\"text\":\"m#\"},"
         "{\"postMessage\":\"w\",\"text\":\"n\"},{\"sleep\":#},{\"terminate\":\"w\"}"),
        /* Nothing in it that is waited for: it could keep its task alive for ever. */
        "{\"setInterval\":#,\"unref\":true,\"do\":[{\"cpu\":\"#us\"},{\"clear\":\"t\"}]}",
    };
    static const char *const nested[] = {
        "{\"setTimeout\":#,\"id\":\"t\",\"do\":",
        "{\"setTimeout\":#,\"unref\":true,\"do\":",
        "{\"setImmediate\":",
        "{\"nextTick\":",
        "{\"microtask\":",
        "{\"async\":",
        "{\"io\":\"net\",\"then\":",
        "{\"io\":\"file\",\"then\":",
        "{\"work\":\"#us\",\"then\":",
        "{\"close\":",
        "{\"then\":\"p\",\"catch\":",
        "{\"await\":{\"async\":",
    };
    uint64_t k =
        rng_below(rng, depth > 0 ? ARRAY_LEN(plain) + ARRAY_LEN(nested) : ARRAY_LEN(plain));
    int n = (int)rng_below(rng, 40);

    if (k < ARRAY_LEN(plain)) {
        add_numbered(t, plain[k], n);
        return;
    }
    k -= ARRAY_LEN(plain);
    add_numbered(t, nested[k], n);
    random_ops(t, rng, depth - 1);
    text_add(t, k == ARRAY_LEN(nested) - 1 ? "}}" : "}");
}

static void random_ops(struct text *t, struct rng *rng, int depth)
{
    uint64_t n = rng_below(rng, 5);

    text_add(t, "[");
    for (uint64_t i = 0; i < n; i++) {
        if (i > 0)
            text_add(t, ",");
        random_op(t, rng, depth);
    }
    text_add(t, "]");
}

char *loop_workload(uint64_t seed)
{
    static const char *const policies[] = {
        "\"fifo\"",
        "\"scan\"",
        "\"sjf\"",
        "\"srtf\"",
        "\"hrrn\"",
        "\"priority\"",
        "\"cfs\"",
        "\"eevdf\"",
        "\"linux\"",
        "{\"policy\":\"rr\",\"quantum\":\"50us\"}",
        "{\"policy\":\"lottery\",\"quantum\":\"50us\"}",
        "{\"policy\":\"stride\",\"quantum\":\"50us\"}",
        "{\"policy\":\"mlfq\",\"levels\":3,\"quanta\":\"50us\",\"boost\":\"1ms\"}",
        "\"edf\"",
    };
    static const char *const heaps[] = {
        "",
        ",\"heap\":{},\"turn\":\"9us\",\"poll\":\"4us\",\"dispatch\":\"3us\"",
        ",\"microtask\":\"2us\",\"handover\":\"7us\",\"poll\":\"1us\"",
        (",\"turn\":\"600ns\",\"poll\":\"110ns\",\"dispatch\":\"200ns\",\"microtask\":"
         "\"100ns\","
         "\"handover\":\"2us\",\"worker_start\":\"300us\",\"message\":\"15us\""),
        ",\"heap\":{\"limit\":\"60kB\",\"young\":\"20kB\",\"mark_sweep\":\"70us\"}",
        ",\"heap\":{\"limit\":\"600kB\",\"young\":\"50kB\",\"scavenge\":0}",
    };
    struct rng rng = rng_stream(seed, "test/loop");
    struct text t = {0};
    uint64_t ntasks = 1 + rng_below(&rng, 5);

    text_addf(
        &t,
        "{\"vars\":{\"x\":0},\"programs\":{\"outer\":[{\"cpu\":\"20us\"},{\"call\":\"inner\"}],"
        "\"inner\":[{\"sleep\":1},{\"cpu\":\"30us\"}],"
        "\"echo\":[{\"cpu\":\"40us\"},{\"onMessage\":[{\"cpu\":\"10us\"},{\"nextTick\":[]},"
        "{\"postMessage\":\"parent\",\"text\":\"back\"}]}]},\"machine\":{\"cores\":%d,"
        "\"context_"
        "switch\":\"2us\","
        "\"scheduler\":%s},"
        "\"devices\":{\"net\":{\"service\":\"700us\"},"
        "\"file\":{\"service\":\"300us\",\"channels\":2,\"mode\":\"pool\"},"
        "\"name\":{\"preset\":\"dns\",\"latency\":\"500us\"},"
        "\"api\":{\"preset\":\"tcp\",\"rtt\":\"400us\",\"discipline\":\"scan\"}},"
        "\"executors\":{\"default\":{\"kind\":\"event-loop\",\"pool\":%d,\"loops\":%d,"
        "\"flavor\":\"%s\"%s,\"main\":[{\"setTimeout\":1,\"id\":\"t\",\"do\":[]},{"
        "\"promise\":\"p\"},{\"promise\":\"q\"}]},"
        "\"os\":{\"kind\":\"thread-per-task\"}},\"tasks\":[",
        (int)rng_below(&rng, 3) + 1, policies[seed % ARRAY_LEN(policies)],
        (int)rng_below(&rng, 4), (int)rng_below(&rng, 3) + 1,
        rng_below(&rng, 2) ? "node" : "node18", heaps[rng_below(&rng, ARRAY_LEN(heaps))]);
    for (uint64_t i = 0; i < ntasks; i++) {
        text_addf(&t,
                  "%s{\"name\":\"T%d\",\"priority\":%d,\"nice\":%d,\"count\":%d,\"every\":\"%"
                  "dus\",\"do\":",
                  i ? "," : "", (int)i, (int)rng_below(&rng, 3), (int)rng_below(&rng, 9) - 4,
                  (int)rng_below(&rng, 4) + 1, (int)rng_below(&rng, 900));
        random_ops(&t, &rng, 3);
        text_add(&t, "}");
    }
    text_add(&t, ",{\"name\":\"thread\",\"on\":\"os\",\"count\":2,\"do\":[{\"cpu\":\"400us\"},{"
                 "\"sleep\":1},"
                 "{\"cpu\":\"300us\"}]}]}");
    return text_take(&t);
}
