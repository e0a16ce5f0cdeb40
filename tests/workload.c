#include "tests/workload.h"

#include <inttypes.h>
#include <string.h>

#include "sim/rng.h"

struct making {
    struct text t;
    struct rng rng;
    unsigned flags;
    int ncores, ndevices, nprograms, npools;
    int64_t cpu, copies; /* of what is written now */
    int due;             /* the deadline of a periodic task */
};

static int below(struct making *m, int n)
{
    return (int)rng_below(&m->rng, (uint64_t)n);
}

static bool chance(struct making *m, int percent)
{
    return below(m, 100) < percent;
}

static const char *pick(struct making *m, const char *const *names, int n)
{
    return names[below(m, n)];
}

static const char *prefix(const struct making *m)
{
    return m->flags & WORKLOAD_RENAMED ? "another_" : "";
}

/* A duration; small numbers, so that much happens at the same instant. */
static void add_time(struct making *m, bool counts)
{
    static const char *const random[] = {"{\"exp\":4}",          "{\"uniform\":[1,9]}",
                                         "{\"normal\":[5,3]}",   "{\"lognormal\":[3,0.5]}",
                                         "{\"pareto\":[1,1.5]}", "{\"choice\":[1,7]}",
                                         "{\"list\":[2,0,5]}"};
    int time = below(m, 12);
    bool drawn = chance(m, 25);
    const char *name = pick(m, random, ARRAY_LEN(random));

    if (drawn && !(m->flags & WORKLOAD_PLAIN))
        text_add(&m->t, name);
    else
        text_addf(&m->t, "%d", time);
    if (counts)
        m->cpu += time * m->copies;
}

static void add_op(struct making *m, int depth);
static void add_ops(struct making *m, int depth);

static void add_loop(struct making *m, int depth)
{
    int n = below(m, 4);
    int64_t copies = m->copies;

    m->copies *= n;
    text_addf(&m->t, "{\"repeat\":%d,\"do\":", n);
    add_ops(m, depth + 1);
    text_add(&m->t, "}");
    m->copies = copies;
}

static void add_expression(struct making *m)
{
    static const char *const ops[] = {
        "{\"set\":\"x = x + 1\"}",
        "{\"set\":\"y = x * 2 - y % 7\",\"cost\":1}",
        "{\"atomic\":\"x = x - y / 3\"}",
        "{\"assert\":\"x == x\"}",
        "{\"log\":\"x is ${x}\"}",
        "{\"if\":\"x % 2 == 0\",\"then\":[{\"cpu\":1}],\"else\":[{\"sleep\":1}]}",
    };

    text_add(&m->t, pick(m, ops, ARRAY_LEN(ops)));
}

/* Some time with a lock held; not always given back. */
static void add_section(struct making *m, int depth)
{
    static const char *const locks[] = {"none", "inherit", "ceiling", "spin", "rw", "none"};
    const char *lock = pick(m, locks, ARRAY_LEN(locks));
    bool reads = lock[0] == 'r' && chance(m, 60), keeps = chance(m, 4);

    text_addf(&m->t, "{\"lock\":\"%s%s\"%s},", prefix(m), lock,
              reads ? ",\"mode\":\"read\"" : "");
    if (lock[0] == 'n' && chance(m, 20))
        text_addf(&m->t, "{\"%s\":\"%scond\"},", chance(m, 50) ? "signal" : "broadcast",
                  prefix(m));
    else if (lock[0] == 'n' && chance(m, 10))
        text_addf(&m->t, "{\"wait\":\"%scond\",\"with\":\"%snone\"},", prefix(m), prefix(m));
    if (depth < 2 && chance(m, 40))
        add_op(m, depth + 1);
    else
        text_addf(&m->t, "{\"cpu\":%d}", below(m, 5));
    if (!keeps)
        text_addf(&m->t, ",{\"unlock\":\"%s%s\"}", prefix(m), lock);
}

static void add_sync_op(struct making *m, int depth)
{
    int kind = below(m, 12);

    if (kind < 7) {
        add_section(m, depth);
    } else if (kind == 7) {
        text_addf(&m->t, "{\"wait\":\"%ssem\"},{\"cpu\":%d},{\"post\":\"%ssem\"}", prefix(m),
                  below(m, 4), prefix(m));
    } else if (kind == 8) {
        text_addf(&m->t, "{\"barrier\":\"%sbar\"}", prefix(m));
    } else if (kind == 9) {
        int value = below(m, 9);

        text_addf(&m->t, "{\"send\":\"%s%s\",\"value\":%d}", prefix(m),
                  chance(m, 50) ? "ch" : "meet", value);
    } else if (kind == 10) {
        bool into = chance(m, 50);

        text_addf(&m->t, "{\"recv\":\"%s%s\"%s}", prefix(m), chance(m, 50) ? "ch" : "meet",
                  into ? ",\"into\":\"got\"" : "");
    } else {
        text_addf(
            &m->t,
            "{\"trylock\":\"%snone\",\"into\":\"got\"},{\"if\":\"got\",\"then\":[{\"cpu\":"
            "%d},{\"unlock\":\"%snone\"}]}",
            prefix(m), below(m, 4), prefix(m));
    }
}

static void add_syncs(struct making *m)
{
    static const char *const objects[] = {
        "none\":{\"mutex\":{}}",
        "inherit\":{\"mutex\":{\"protocol\":\"inherit\"}}",
        "ceiling\":{\"mutex\":{\"protocol\":\"ceiling\",\"ceiling\":2}}",
        "spin\":{\"spinlock\":{}}",
        "rw\":{\"rwlock\":{}}",
        "cond\":{\"condvar\":{}}",
        "sem\":{\"semaphore\":1}",
        "bar\":{\"barrier\":2}",
        "ch\":{\"channel\":2}",
        "meet\":{\"channel\":0}",
    };

    text_add(&m->t, "\"sync\":{");
    for (size_t i = 0; i < ARRAY_LEN(objects); i++)
        text_addf(&m->t, "%s\"%s%s", i ? "," : "", prefix(m), objects[i]);
    text_add(&m->t, "},");
}

static void add_op(struct making *m, int depth)
{
    int kind;

    if (m->flags & WORKLOAD_SYNC && chance(m, 55)) {
        add_sync_op(m, depth);
        return;
    }
    kind = below(m, depth < 2 ? 12 : 9);

    if (m->flags & WORKLOAD_PLAIN && kind >= 7 && kind < 9)
        kind = 0;
    if (kind < 3) {
        text_add(&m->t, "{\"cpu\":");
        add_time(m, true);
        text_add(&m->t, chance(m, 20) ? ",\"kernel\":true}" : "}");
    } else if (kind < 5) {
        text_addf(&m->t, "{\"io\":\"%sd%d\"", prefix(m), below(m, m->ndevices));
        if (chance(m, 50)) {
            text_add(&m->t, ",\"time\":");
            add_time(m, false);
        }
        if (chance(m, 30))
            text_addf(&m->t, ",\"at\":%d", below(m, 9));
        text_add(&m->t, chance(m, 20) ? ",\"bytes\":4096}" : "}");
    } else if (kind == 5) {
        text_add(&m->t, "{\"sleep\":");
        add_time(m, false);
        text_add(&m->t, "}");
    } else if (kind == 6) {
        text_add(&m->t, "{\"yield\":true}");
    } else if (kind == 7) {
        add_expression(m);
    } else if (kind == 8) {
        text_addf(&m->t, "{\"spawn\":\"p%d\",\"as\":\"c\"},{\"join\":\"c\"}",
                  below(m, m->nprograms));
    } else {
        add_loop(m, depth);
    }
}

static void add_ops(struct making *m, int depth)
{
    int n = below(m, 4) + 1;

    text_add(&m->t, "[");
    for (int i = 0; i < n; i++) {
        if (i > 0)
            text_add(&m->t, ",");
        add_op(m, depth);
    }
    text_add(&m->t, "]");
}

/* A policy, and numbers for its parameters, q from 1 to 5: "%d" stands for each. */
static const char *const policies[] = {
    "{\"policy\":\"fifo\"",
    "{\"policy\":\"rr\",\"quantum\":%d",
    "{\"policy\":\"rr\",\"quantum\":%d,\"align\":true",
    "{\"policy\":\"scan\"",
    "{\"policy\":\"priority\"",
    "{\"policy\":\"priority\",\"quantum\":%d,\"aging\":%d",
    "{\"policy\":\"priority\",\"preemptive\":false,\"aging\":%d",
    "{\"policy\":\"sjf\"",
    "{\"policy\":\"sjf\",\"predict\":0.5,\"first\":%d",
    "{\"policy\":\"srtf\"",
    "{\"policy\":\"hrrn\"",
    "{\"policy\":\"lottery\",\"quantum\":%d",
    "{\"policy\":\"stride\",\"quantum\":%d",
    "{\"policy\":\"edf\"",
    "{\"policy\":\"rm\"",
    "{\"policy\":\"mlfq\",\"quanta\":[1,2,4],\"boost\":%d%d",
    "{\"policy\":\"mlfq\",\"levels\":2,\"quanta\":%d,\"allotments\":[%d,1],\"io_bump\":true",
    "{\"policy\":\"mlfq\",\"quanta\":%d,\"demote\":\"if-waiting\",\"stay\":true",
    "{\"policy\":\"mlfq\",\"quanta\":%d,\"io_bump\":true,\"boost\":%d,\"allotments\":2",
    ("{\"policy\":\"mlq\",\"queues\":[{\"priority\":0,\"policy\":\"rr\","
     "\"quantum\":%d},{\"priority\":1,\"policy\":\"srtf\"},{\"priority\":-1,"
     "\"policy\":\"lottery\",\"quantum\":%d}]"),
    ("{\"policy\":\"mlq\",\"queues\":[{\"priority\":1,\"policy\":\"mlfq\","
     "\"quanta\":%d,\"boost\":%d},{\"priority\":0,\"policy\":\"stride\","
     "\"quantum\":%d},{\"priority\":2,\"policy\":\"priority\",\"aging\":%d},"
     "{\"priority\":-1,\"policy\":\"hrrn\"}]"),
    "{\"policy\":\"cfs\"",
    "{\"policy\":\"cfs\",\"latency\":%d,\"min_granularity\":1,\"wakeup_granularity\":%d",
    "{\"policy\":\"eevdf\"",
    "{\"policy\":\"eevdf\",\"slice\":%d,\"delay_dequeue\":false",
    "{\"policy\":\"eevdf\",\"slice\":%d",
    ("{\"policy\":\"linux\",\"slice\":%d,\"rr_timeslice\":%d,\"fair_runtime\":%d,"
     "\"fair_period\":%d"),
    ("{\"policy\":\"linux\",\"slice\":%d,\"rr_timeslice\":%d,\"tick\":%d,"
     "\"tick_phase\":%d,\"fair_runtime\":0"),
};

static void add_policy(struct making *m, const char *text)
{
    for (const char *d; (d = strstr(text, "%d")) != NULL; text = d + 2) {
        text_add_len(&m->t, text, (size_t)(d - text));
        text_addf(&m->t, "%d", below(m, 5) + 1);
    }
    text_add(&m->t, text);
}

static void add_scheduler(struct making *m)
{
    const char *policy = pick(m, policies, ARRAY_LEN(policies));
    bool late = chance(m, 30), preempt = chance(m, 25);

    if (m->flags & WORKLOAD_RR)
        policy = "{\"policy\":\"rr\",\"quantum\":\"4611686018427387904ns\"";
    else if (m->flags & WORKLOAD_FIFO)
        policy = "{\"policy\":\"fifo\"";
    add_policy(m, policy);
    if (late)
        text_add(&m->t, ",\"ties\":\"expired-first\"");
    if (preempt)
        text_add(&m->t, ",\"on_wake\":\"preempt\"");
    text_add(&m->t, "}");
}

static void add_machine(struct making *m)
{
    static const char *const balances[] = {"none", "steal", "periodic"};
    bool per_core = chance(m, 40), switches = chance(m, 50), hold = chance(m, 15);
    const char *balance = pick(m, balances, ARRAY_LEN(balances));

    text_addf(&m->t, "\"machine\":{\"cores\":%d,\"scheduler\":", m->ncores);
    add_scheduler(m);
    if (per_core)
        text_addf(&m->t, ",\"queues\":\"per-core\",\"balance\":\"%s\",\"balance_interval\":%d",
                  balance, below(m, 9) + 1);
    if (chance(m, 30))
        text_add(&m->t, ",\"placement\":\"first\"");
    if (switches) {
        int migration = below(m, 2);

        text_addf(&m->t, ",\"context_switch\":%d,\"migration\":%d", below(m, 3), migration);
    }
    if (chance(m, 30))
        text_addf(&m->t, ",\"syscall\":%d", below(m, 2));
    if (chance(m, 20))
        text_addf(&m->t, ",\"thread_create\":%d", below(m, 3));
    if (hold)
        text_add(&m->t, ",\"on_block\":\"hold\"");
    text_add(&m->t, "},");
}

static void add_devices(struct making *m)
{
    static const char *const kinds[] = {
        "",
        "",
        ",\"discipline\":\"priority\"",
        ",\"discipline\":\"sstf\",\"seek\":1",
        ",\"discipline\":\"sstf\"",
        ",\"discipline\":\"scan\",\"seek\":1",
        ",\"discipline\":\"scan\",\"direction\":\"down\",\"seek\":2,\"cylinders\":9",
        ",\"discipline\":\"cscan\",\"seek\":1,\"cylinders\":9,\"head\":4",
        ",\"discipline\":\"cscan\",\"direction\":\"down\"",
        ",\"preset\":\"tcp\",\"rtt\":2",
        ",\"preset\":\"tcp\",\"rtt\":3,\"keep_alive\":false,\"handshake\":2",
    };

    text_add(&m->t, "\"devices\":{");
    for (int i = 0; i < m->ndevices; i++) {
        text_addf(&m->t, "%s\"%sd%d\":{\"service\":", i ? "," : "", prefix(m), i);
        add_time(m, false);
        if (chance(m, 40)) {
            text_add(&m->t, ",\"latency\":");
            add_time(m, false);
        }
        if (chance(m, 30))
            text_addf(&m->t, ",\"channels\":%d", below(m, 3) + 1);
        else if (chance(m, 20))
            text_add(&m->t, ",\"channels\":\"unlimited\"");
        if (chance(m, 15))
            text_addf(&m->t, ",\"interrupt\":%d", below(m, 3));
        text_add(&m->t, pick(m, kinds, ARRAY_LEN(kinds)));
        text_add(&m->t, "}");
    }
    text_add(&m->t, "},");
}

static void add_executors(struct making *m)
{
    text_add(&m->t, "\"executors\":{");
    for (int i = 0; i < m->npools; i++) {
        text_addf(&m->t, "%s\"pool%d\":{\"threads\":%d", i ? "," : "", i, below(m, 3) + 1);
        if (chance(m, 50))
            text_addf(&m->t, ",\"kind\":\"green\",\"switch\":%d}", below(m, 3));
        else
            text_addf(&m->t, ",\"kind\":\"pool\"%s}", chance(m, 20) ? ",\"backlog\":2" : "");
    }
    text_add(&m->t, "},");
}

static void add_programs(struct making *m)
{
    text_add(&m->t, "\"programs\":{");
    for (int i = 0; i < m->nprograms; i++) {
        text_addf(&m->t, "%s\"p%d\":[{\"cpu\":%d}", i ? "," : "", i, below(m, 4));
        if (chance(m, 50))
            text_addf(&m->t, ",{\"sleep\":%d}", below(m, 4));
        text_add(&m->t, "]");
    }
    text_add(&m->t, "},");
}

/* True: it has a period. */
static bool add_arrivals(struct making *m, int i)
{
    int kind = below(m, m->flags & WORKLOAD_PLAIN ? 4 : 8), n = below(m, 3) + 1;

    m->copies = 1;
    if (kind == 0) {
        text_addf(&m->t, ",\"count\":%d", n);
        m->copies = n;
    } else if (kind == 1) {
        text_addf(&m->t, ",\"arrive\":%d", below(m, 10));
    } else if (kind == 2) {
        text_addf(&m->t, ",\"count\":%d,\"every\":%d", n, below(m, 5));
        m->copies = n;
    } else if (kind == 3 && i > 0) {
        text_addf(&m->t, ",\"after\":[\"%st%d\"]", prefix(m), below(m, i));
    } else if (kind == 4) {
        text_addf(&m->t, ",\"count\":%d,\"rate\":\"200/ms\"", n);
    } else if (kind == 5) {
        text_addf(&m->t, ",\"clients\":%d,\"requests\":%d,\"think\":", n, below(m, 3) + 1);
        add_time(m, false);
    } else if (kind == 6) {
        int period = below(m, 9) + 1;

        m->due = below(m, 9) + 1;
        text_addf(&m->t, ",\"period\":%d,\"jobs\":%d,\"deadline\":%d", period, n, m->due);
    }
    return kind == 6;
}

/* How the policies of Linux see it; periodic tasks may be of class deadline, with a budget that
 * fits or without.  Linux has priorities from 1 on for those of real time. */
static void add_class(struct making *m, bool periodic, int priority)
{
    static const char *const classes[] = {"other", "batch", "idle", "fifo", "rr", "rr"};
    const char *name =
        periodic && chance(m, 50) ? "deadline" : pick(m, classes, ARRAY_LEN(classes));
    int nice = below(m, 40) - 20, slice = below(m, 5) + 1, runtime = below(m, 5) + 1;

    if (chance(m, 60)) {
        text_addf(&m->t, ",\"class\":\"%s\"", name);
        if (strstr(m->t.data, "\"policy\":\"linux\""))
            priority += 3;
    }
    text_addf(&m->t, ",\"priority\":%d", priority);
    if (periodic && chance(m, 50))
        text_addf(&m->t, ",\"runtime\":%d", runtime < m->due ? runtime : m->due);
    if (chance(m, 40))
        text_addf(&m->t, ",\"nice\":%d", nice);
    if (chance(m, 20))
        text_addf(&m->t, ",\"slice\":%d", slice);
}

static void add_task(struct making *m, int i)
{
    bool periodic;

    text_addf(&m->t, "%s{\"name\":\"%st%d\"", i ? "," : "", prefix(m), i);
    periodic = add_arrivals(m, i);
    if (m->npools > 0 && chance(m, 30) && !(m->flags & WORKLOAD_PLAIN))
        text_addf(&m->t, ",\"on\":\"pool%d\"", below(m, m->npools));
    if (chance(m, 20))
        text_addf(&m->t, ",\"affinity\":[%d]", below(m, m->ncores));
    text_addf(&m->t, ",\"tickets\":%d", 25 << below(m, 4));
    add_class(m, periodic, below(m, 5) - 2);
    if (m->flags & WORKLOAD_SYNC)
        text_add(&m->t, ",\"locals\":{\"got\":0}");
    text_add(&m->t, ",\"do\":");
    add_ops(m, 0);
    text_add(&m->t, "}");
}

char *workload(uint64_t seed, unsigned flags, int64_t *cpu)
{
    struct making m = {.flags = flags};
    int ntasks;

    m.rng = rng_stream(seed, "workload");
    m.ncores = below(&m, 3) ? below(&m, 4) + 1 : 1;
    m.ndevices = below(&m, 3) + 1;
    m.nprograms = 2;
    m.npools = below(&m, 3);
    ntasks = below(&m, 6) + 1;
    text_addf(&m.t, "{\"unit\":\"%s\",\"seed\":%" PRIu64 ",",
              flags & WORKLOAD_SLOW ? "ms" : "us", seed);
    if (!(flags & WORKLOAD_PLAIN))
        text_add(&m.t, "\"vars\":{\"x\":0,\"y\":3},");
    if (flags & WORKLOAD_SYNC)
        add_syncs(&m);
    add_machine(&m);
    add_devices(&m);
    add_executors(&m);
    add_programs(&m);
    text_add(&m.t, "\"tasks\":[");
    for (int i = 0; i < ntasks; i++)
        add_task(&m, i);
    if (flags & WORKLOAD_LATE)
        text_add(&m.t, ",{\"name\":\"late\",\"arrive\":\"200ms\",\"do\":[{\"cpu\":1}]}");
    text_add(&m.t, "]}");
    if (cpu)
        *cpu = m.cpu;
    return text_take(&m.t);
}
