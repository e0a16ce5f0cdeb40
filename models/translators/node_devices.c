/* node_devices.c - devices in JavaScript, and what asks them.
 *
 * One that is polled is a thread's affair, which answers by messages: they come in the poll phase,
 * as from sockets.  One of the pool is a call that blocks a thread of it: fs.stat() where it takes
 * next to no time, crypto.pbkdf2() of as many rounds as take that long otherwise.  Where it serves
 * only some at once, others stand in a queue before the pool, and so do look-ups of names, which
 * have half its threads; if several threads ask, or the order is its own, that queue is on the
 * thread of the devices.
 *
 * Source: Node 20 documentation, "Worker threads" (MessagePort), "Crypto" (pbkdf2), "File system"
 * (stat), "DNS" (lookup); libuv 1.46 src/threadpool.c (slow_work_thread_threshold). */
#include "models/translators/translator_js.h"

#include <inttypes.h>
#include <string.h>

#include "models/devices/device.h"

/* ---- what an op asks for ------------------------------------------------------------------------ */

static bool is_slow(const struct device_spec *d)
{
    return d->preset && d->preset->slow && d->mode == DEVICE_POOL;
}

static bool is_ordered(const struct device_spec *d)
{
    return d->model != device_models[0];
}

/* Does it stand before the pool, with a queue of its own? */
static bool is_limited(const struct device_spec *d)
{
    return is_slow(d) || (d->mode == DEVICE_POOL && (d->channels >= 0 || d->seek > 0));
}

/* Is that queue the affair of the devices' thread, which is everybody's, but is asked by messages,
 * so that what goes straight to the pool may be faster? */
static bool is_handed_over(const struct js *js, const struct device_spec *d)
{
    return is_limited(d) && (js->threads || is_ordered(d) || d->seek > 0);
}

static bool is_urgent(const struct device_spec *d)
{
    return is_ordered(d) && !d->model->positions;
}

bool js_device_knows_me(const struct js *js, const struct op *op)
{
    const struct device_spec *d = &js->tr->sc->devices[op_number(op, "io")];

    return (d->rtt && d->keep_alive && d->handshake > 0) || (js->urgent && is_urgent(d));
}

/* "8 + 3": what is drawn once each, constants in one. */
struct sum {
    struct js *js;
    sim_time constant;
    struct text rest;
};

static void add_dist(struct sum *s, const struct dist *d, uint32_t list)
{
    if (d->kind == DIST_CONST)
        s->constant += d->a;
    else
        text_addf(&s->rest, "%s%s", s->rest.len ? " + " : "", js_time(s->js, d, list));
}

static const char *sum_text(struct sum *s)
{
    char buf[DECIMAL_SIZE];
    const char *text;

    if (s->rest.len == 0)
        text = arena_strdup(&s->js->tr->mem, decimal_ms(s->constant, buf));
    else if (s->constant > 0)
        text = arena_printf(&s->js->tr->mem, "%s + %s", s->rest.data,
                            decimal_ms(s->constant, buf));
    else
        text = arena_strdup(&s->js->tr->mem, s->rest.data);
    text_release(&s->rest);
    return text;
}

static const char *handshake_of(struct js *js, const struct device_spec *d)
{
    struct sum s = {.js = js};

    for (int64_t i = 0; i < d->handshake; i++)
        add_dist(&s, d->rtt, 0);
    return sum_text(&s);
}

static const char *latency_of(struct js *js, const struct device_spec *d)
{
    struct sum s = {.js = js};

    add_dist(&s, d->latency, 0);
    if (d->rtt)
        add_dist(&s, d->rtt, 0);
    return sum_text(&s);
}

/* What a request costs: its service, with what its bytes take; a thread of the pool is blocked
 * for all of it. */
static const char *service_of(struct js *js, const struct op *op, const struct device_spec *d)
{
    const struct dist *own = op_time(op, "time");
    int64_t bytes = op_int(op, "bytes");
    struct sum s = {.js = js};

    add_dist(&s, own ? own : d->service, own ? op->place : 0);
    if (bytes > 0 && d->bandwidth > 0)
        s.constant += mul_div_ceil(bytes, SEC(1), d->bandwidth);
    if (d->mode == DEVICE_POOL) {
        add_dist(&s, d->latency, 0);
        if (d->rtt)
            add_dist(&s, d->rtt, 0);
        for (int64_t i = 0; d->rtt && !d->keep_alive && i < d->handshake; i++)
            add_dist(&s, d->rtt, 0);
    }
    return sum_text(&s);
}

/* Next to nothing: what a call of the file system takes anyway. */
static bool is_instant(const struct op *op, const struct device_spec *d)
{
    const struct dist *time = op_time(op, "time") ? op_time(op, "time") : d->service;

    return time->kind == DIST_CONST && d->latency->kind == DIST_CONST &&
           time->a + d->latency->a < MS(1) && !d->rtt && !is_ordered(d);
}

/* The wait before a connection is there, or NULL. */
static const char *connecting(struct js *js, const struct device_spec *d)
{
    if (!d->rtt || d->handshake == 0)
        return NULL;
    if (!d->keep_alive)
        return d->mode == DEVICE_POOL ? NULL : handshake_of(js, d);
    js_use(js, JS_CONNECT);
    return arena_printf(&js->tr->mem, "connect(me, %s, () => %s)", js_quote(js, d->name),
                        handshake_of(js, d));
}

/* The first argument of a device's function: the service, or an object with what else counts. */
static const char *asking(struct js *js, const struct op *op, const struct device_spec *d)
{
    const char *service = service_of(js, op, d), *wait = connecting(js, d), *asked;
    bool at = d->seek > 0 || d->model->positions, pool = d->mode == DEVICE_POOL && wait;
    bool urgency = is_urgent(d);
    struct text t = {0};

    if (pool && !at && !urgency) /* its thread is blocked meanwhile */
        return arena_printf(&js->tr->mem, "%s + %s", wait, service);
    if (!at && !urgency && !wait)
        return service;
    text_addf(&t, "{ service: %s", service);
    if (wait)
        text_addf(&t, ", wait: %s", wait);
    if (at)
        text_addf(&t, ", at: %" PRId64, op_int(op, "at"));
    if (urgency)
        text_addf(&t, ", priority: %s", js->urgent ? "me.priority" : "0");
    text_add(&t, " }");
    asked = arena_strdup(&js->tr->mem, t.data);
    text_release(&t);
    return asked;
}

static void check_device(struct js *js, const struct op *op, const struct device_spec *d)
{
    if (!js->target->browser)
        return;
    if (d->rtt)
        cannot_op(js->tr, op, "a device without \"rtt\", with its time as \"latency\"",
                  "the handshakes of \"%s\" cannot be expressed in a page", d->name);
    else if (is_ordered(d) || d->seek > 0)
        cannot_op(js->tr, op, "\"discipline\": \"fifo\", without \"seek\"",
                  "\"%s\" serves by \"%s\": devices of a page serve in order", d->name,
                  d->model->name);
}

/* A call, up to the callback, which is its last argument. */
static const char *request(struct js *js, const struct op *op)
{
    int32_t number = op_number(op, "io");
    const struct device_spec *d = &js->tr->sc->devices[number];
    const char *name = ident(js->tr, &js->globals, NAME_DEVICE, d->name);

    check_device(js, op, d);
    if (is_slow(d) && is_instant(op, d)) {
        js_use(js, JS_LOOKUP);
        return "lookup('localhost', ";
    }
    if (d->mode == DEVICE_POOL && is_instant(op, d)) {
        js_use(js, JS_STAT);
        return "stat('.', ";
    }
    js->asked[number] = true;
    if (is_slow(d)) {
        js_use(js, js->threads ? JS_DEVICES : JS_LIMITED);
        js_use(js, JS_LOOKUPS);
        name = "lookUp";
    } else {
        if (d->mode == DEVICE_POOL)
            js_use(js, JS_POOL);
        if (d->mode != DEVICE_POOL || is_handed_over(js, d))
            js_use(js, JS_DEVICES);
        else if (is_limited(d))
            js_use(js, JS_LIMITED);
    }
    return arena_printf(&js->tr->mem, "%s(%s, ", name, asking(js, op, d));
}

static void write_io(struct js *js, const struct op *op)
{
    struct op_list then = op_ops(op, "then");

    if (op_flag(op, "sync")) {
        js_use(js, JS_BLOCK);
        js_line(js, "block(%s); // a synchronous call",
                service_of(js, op, &js->tr->sc->devices[op_number(op, "io")]));
    } else if (then.ops) {
        js_callback(js, request(js, op), NULL, then, ");", true);
    } else {
        js_await_start(js, request(js, op));
    }
}

const struct js_writer js_op_io = {.op = "io", .write = write_io};

/* ---- the devices -------------------------------------------------------------------------------- */

static int64_t number_of(const struct device_spec *d, const char *key)
{
    const int32_t *n = param_field(d->model->params, d->params, key);

    return n ? *n : 0;
}

/* What else there is to say of it: ", { ... }", or nothing. */
static const char *settings_of(struct js *js, const struct device_spec *d)
{
    char buf[DECIMAL_SIZE];
    struct text t = {0};
    const char *all;

    if (d->mode == DEVICE_POOL)
        text_add(&t, ", pool: true");
    if (is_ordered(d)) {
        js_use(js, JS_DISCIPLINES);
        text_addf(&t, ", discipline: '%s'", d->model->name);
    }
    if (d->seek > 0 || d->model->positions) {
        js_use(js, JS_DISCIPLINES);
        text_addf(&t, ", seek: %s", decimal_ms(d->seek, buf));
        if (d->head > 0)
            text_addf(&t, ", head: %" PRId64, d->head);
        if (d->cylinders > 0)
            text_addf(&t, ", cylinders: %" PRId64, d->cylinders);
        if (number_of(d, "direction") > 0)
            text_add(&t, ", down: true");
    }
    if (t.len == 0)
        return "";
    all = arena_printf(&js->tr->mem, ", { %s }", t.data + 2);
    text_release(&t);
    return all;
}

static void write_device(struct js *js, const struct device_spec *d)
{
    const char *name = ident(js->tr, &js->globals, NAME_DEVICE, d->name);
    const char *latency = latency_of(js, d);

    if (d->mode == DEVICE_POOL && !is_handed_over(js, d)) {
        if (is_limited(d))
            js_line(js, "const %s = limited(%" PRId64 ");", name, d->channels);
        else
            js_line(js, "const %s = work;", name);
        return;
    }
    js_line(js, "const %s = device(%s, () => %s%s);", name,
            d->channels < 0 ? "Infinity" : arena_printf(&js->tr->mem, "%" PRId64, d->channels),
            d->mode == DEVICE_POOL ? "0" : latency, settings_of(js, d));
}

void js_devices(struct js *js)
{
    const struct scenario *sc = js->tr->sc;

    for (int32_t i = 0; i < sc->ndevices; i++)
        if (js->asked[i] && !is_slow(&sc->devices[i]))
            write_device(js, &sc->devices[i]);
    if (js->helps[JS_LOOKUPS])
        js_line(js, "const lookUp = %s(%" PRId64 "%s); // on half the pool's threads",
                js->threads ? "device" : "limited", (js->pool + 1) / 2,
                js->threads ? ", () => 0, { pool: true }" : "");
}

/* ---- disciplines ---------------------------------------------------------------------------------- */

static const char seeks[] =
    "// The nearest of a queue in one direction; -1: there is none.\n"
    "function ahead(queue, head, down) {\n"
    "  const way = r => (down ? head - r.at : r.at - head);\n"
    "  return queue.reduce(\n"
    "    (best, r, i) => (way(r) >= 0 && (best < 0 || way(r) < way(queue[best])) ? i : best),\n"
    "    -1,\n"
    "  );\n"
    "}\n";
static const char takes[] =
    "// Takes out of a queue what a device serves next; its head goes there.\n"
    "function take(device) {\n"
    "  const { queue, discipline = 'fifo', head = 0, seek = 0 } = device;\n"
    "  device.head = head;\n"
    "  device.travel = undefined;\n"
    "  const [request] = queue.splice(choose[discipline](queue, device), 1);\n"
    "  if (seek > 0) request.service += seek * (device.travel ?\?= Math.abs(request.at - "
    "head));\n"
    "  device.head = request.at;\n"
    "  return request;\n"
    "}\n";
static const struct discipline {
    const char *name, *text; /* gives the place of the next in the queue, as they came */
} disciplines[] = {
    {"priority",
     "function priority(queue) {\n"
     "  return queue.reduce((best, r, i) => (r.priority > queue[best].priority ? i : best), "
     "0);\n"
     "}\n"},
    {"sstf", "function sstf(queue, { head }) {\n"
             "  const up = ahead(queue, head, false), down = ahead(queue, head, true);\n"
             "  if (up < 0 || down < 0) return Math.max(up, down);\n"
             "  return queue[up].at - head < head - queue[down].at ? up : down;\n"
             "}\n"},
    {"scan",
     "function scan(queue, device) {\n"
     "  const { head, down, cylinders } = device, next = ahead(queue, head, down);\n"
     "  if (next >= 0) return next;\n"
     "  device.down = !down;\n"
     "  const back = ahead(queue, head, !down), { at } = queue[back];\n"
     "  if (cylinders) device.travel = down ? head + at : 2 * (cylinders - 1) - head - at;\n"
     "  return back;\n"
     "}\n"},
    {"cscan",
     "function cscan(queue, device) {\n"
     "  const { head, down, cylinders } = device, next = ahead(queue, head, down);\n"
     "  if (next >= 0) return next;\n"
     "  const first = ahead(queue, down ? Infinity : 0, down), { at } = queue[first];\n"
     "  const end = cylinders - 1;\n"
     "  if (cylinders) device.travel = end + (down ? head + end - at : end - head + at);\n"
     "  return first;\n"
     "}\n"},
};

static bool is_served_by(const struct js *js, const char *discipline)
{
    const struct scenario *sc = js->tr->sc;

    for (int32_t i = 0; i < sc->ndevices; i++)
        if (js->asked[i] && strcmp(sc->devices[i].model->name, discipline) == 0)
            return true;
    return false;
}

static bool is_positioned(const struct js *js)
{
    return is_served_by(js, "sstf") || is_served_by(js, "scan") || is_served_by(js, "cscan");
}

void js_disciplines_text(const struct js *js, struct text *out)
{
    if (is_positioned(js))
        text_add(out, seeks);
    for (size_t i = 0; i < ARRAY_LEN(disciplines); i++)
        if (is_served_by(js, disciplines[i].name))
            text_add(out, disciplines[i].text);
    text_add(out, takes);
}

/* The same functions on the thread of the devices. */
static void disciplines_there(const struct js *js, struct text *out)
{
    if (is_positioned(js))
        text_add(out, "  ${ahead}\n");
    for (size_t i = 0; i < ARRAY_LEN(disciplines); i++)
        if (is_served_by(js, disciplines[i].name))
            text_addf(out, "  ${%s}\n", disciplines[i].name);
    text_add(out, "  ${take}\n  const choose = { fifo: () => 0");
    for (size_t i = 0; i < ARRAY_LEN(disciplines); i++)
        if (is_served_by(js, disciplines[i].name))
            text_addf(out, ", %s", disciplines[i].name);
    text_add(out, " };\n");
}

/* ---- the thread of the devices -------------------------------------------------------------------- */

static const char thread_begins[] =
    "// The devices: a thread of their own, so that they go on while this one computes.  "
    "Their answers\n"
    "// are messages, which come in the poll phase of the loop, as from sockets.\n"
    "const deviceThread = `\n"
    "  const { parentPort, workerData } = require('node:worker_threads');\n";
static const char thread_goes_on[] =
    "  const devices = [], plans = []; // what is to be done, by its time\n"
    "  const now = () => Number(process.hrtime.bigint()) / 1e6; // on all threads alike\n"
    "  let runs = false, timer;\n"
    "  function at(time, callback) {\n"
    "    const before = plans.findLastIndex(plan => plan.time <= time);\n"
    "    plans.splice(before + 1, 0, { time, callback });\n"
    "    if (!runs) run();\n"
    "  }\n"
    "  function run() {\n"
    "    clearTimeout(timer);\n"
    "    runs = true;\n"
    "    while (plans.length > 0 && plans[0].time < now() + 1) plans.shift().callback();\n"
    "    runs = false;\n"
    "    if (plans.length > 0) timer = setTimeout(run, Math.ceil(plans[0].time - now() - "
    "0.01));\n"
    "  }\n";
/* What a device does from the instant on at which a channel is free. */
static const char thread_serves[] = "  function serve(device, from) {\n"
                                    "    while (device.free > 0 && device.queue.length > 0) {\n"
                                    "      const request = %s, end = from + request.service;\n"
                                    "      device.free--;\n"
                                    "%s"
                                    "    }\n"
                                    "  }\n";
static const char thread_waits[] = "      at(end, () => served(device, request, end));\n";
static const char thread_works[] =
    "      if (device.pool) work(request.service, () => served(device, request, "
    "now()));\n"
    "      else at(end, () => served(device, request, end));\n";
static const char thread_answers[] =
    "  function served(device, request, end) {\n"
    "    const { id, port, latency } = request;\n"
    "    device.free++;\n"
    "    at(end + latency, () => port.postMessage({ id, at: 1e6 * now() }));\n"
    "    serve(device, end);\n"
    "  }\n"
    "  function listen(port) {\n"
    "    port.on('message', message => {\n"
    "%s"
    "      const { number, settings, asked, wait } = message;\n"
    "      const device = (devices[number] ?\?= { ...settings, free: settings.channels, queue: "
    "[] });\n"
    "      at(asked + wait, () => {\n"
    "        device.queue.push({ ...message, port });\n"
    "        serve(device, asked + wait);\n"
    "      });\n"
    "    });\n"
    "  }\n"
    "  listen(parentPort);\n"
    "  Atomics.store(workerData, 0, 1);\n"
    "  Atomics.notify(workerData, 0);`;\n";
static const char thread_listens[] = "      if (message.port) {\n"
                                     "        listen(message.port);\n"
                                     "        return;\n"
                                     "      }\n";
static const char starts[] =
    "const devices = new Worker(deviceThread, { eval: true, workerData: cell });\n"
    "Atomics.wait(cell, 0, 0);\n"
    "Atomics.store(cell, 0, 0);\n";
static const char starts_once[] =
    "const devices = isMainThread\n"
    "  ? new Worker(deviceThread, { eval: true, workerData: cell })\n"
    "  : workerData.devices;\n"
    "if (isMainThread) {\n"
    "  Atomics.wait(cell, 0, 0);\n"
    "  Atomics.store(cell, 0, 0);\n"
    "}\n"
    "// For another thread: a way of its own to the devices.\n"
    "function wayToDevices() {\n"
    "  const { port1, port2 } = new MessageChannel();\n"
    "  devices.postMessage({ port: port1 }, [port1]);\n"
    "  return port2;\n"
    "}\n";
static const char asks[] =
    "const replies = new Map();\n"
    "function replied(id) {\n"
    "  const reply = replies.get(id);\n"
    "  replies.delete(id);\n"
    "  if (replies.size === 0) devices.unref();\n"
    "  reply();\n"
    "}\n"
    "devices.on('message', ({ id, at }) => {\n"
    "  if (inTurn(at)) replied(id);\n"
    "  else setImmediate(() => polled(() => replied(id)));\n"
    "});\n"
    "devices.unref();\n"
    "let requests = 0, made = 0;\n"
    "function device(channels, latency, settings) {\n"
    "  const about = { number: made++, settings: { channels, ...settings } };\n"
    "  return (what, reply) => {\n"
    "    const id = requests++, more = typeof what === 'number' ? { service: what } : what;\n"
    "    const request = { id, asked: clock() / 1e6, wait: 0, latency: latency(), ...more };\n"
    "    replies.set(id, reply);\n"
    "    devices.ref();\n"
    "    devices.postMessage({ ...about, ...request });\n"
    "  };\n"
    "}\n";

/* Does a device hand its requests to the pool? */
static bool hands_over(const struct js *js)
{
    const struct scenario *sc = js->tr->sc;

    for (int32_t i = 0; i < sc->ndevices; i++)
        if (js->asked[i] && is_handed_over(js, &sc->devices[i]))
            return true;
    return false;
}

void js_devices_text(const struct js *js, struct text *out)
{
    bool pool = hands_over(js), ordered = js->helps[JS_DISCIPLINES];

    text_add(out, thread_begins);
    if (pool)
        text_add(out, "  const { pbkdf2 } = require('node:crypto');\n");
    text_add(out, thread_goes_on);
    if (pool)
        text_add(out, "  const rounds = ${rounds};\n  ${work}\n");
    if (ordered)
        disciplines_there(js, out);
    text_addf(out, thread_serves, ordered ? "take(device)" : "device.queue.shift()",
              pool ? thread_works : thread_waits);
    text_addf(out, thread_answers, js->threads ? thread_listens : "");
    text_add(out, js->threads ? starts_once : starts);
    text_add(out, asks);
}
