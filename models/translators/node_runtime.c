/* node_runtime.c - helpers in JavaScript, each written where something uses it.
 *
 * Source: Node 20 documentation: "Worker threads", "Crypto", "Timers"; L. Devroye, Non-Uniform
 * Random Variate Generation (1986), inversion and Box-Muller. */
#include "models/translators/translator_js.h"

#include <string.h>

/* Words of the language, and what the program uses. */
/* clang-format off */
const char *const js_reserved[] = {
    "arguments", "async", "await", "break", "case", "catch", "class", "const", "continue",
    "debugger", "default", "delete", "do", "else", "enum", "eval", "export", "extends",
    "false", "finally", "for", "function", "if", "implements", "import", "in", "instanceof",
    "interface", "let", "new", "null", "package", "private", "protected", "public", "return",
    "static", "super", "switch", "this", "throw", "true", "try", "typeof", "undefined", "var",
    "void", "while", "with", "yield", "Atomics", "Error", "Infinity", "Int32Array", "Map",
    "Math", "NaN", "Number", "Object", "Promise", "SharedArrayBuffer", "Worker",
    "MessageChannel", "module", "exports", "require", "global", "globalThis", "process",
    "console", "performance", "clearImmediate", "clearInterval", "clearTimeout",
    "setImmediate", "setInterval", "setTimeout", "queueMicrotask", "structuredClone", "i",
    "j", "k", "me", "job", "limited", "done", "fired", "released", "after", "alive", "arrivals",
    "arrive", "arrived", "asleep", "assert", "bell", "block", "busy", "cell", "choice",
    "clearNamed", "clients", "closeHandle", "device", "divide", "door", "ends", "exact",
    "exponential", "join", "log", "lognormal", "lookup", "named", "newPromise",
    "next", "normal", "pareto", "pbkdf2", "pbkdf2Sync", "pending", "periods", "polled",
    "random", "remainder", "replies", "request", "rounds", "connect", "lookUp", "deviceThread",
    "wayToDevices", "ahead", "take", "priority", "sstf", "scan", "cscan", "scheduler", "showTimes", "sleep",
    "spawn", "stat", "times", "uniform", "work", "writeSync", "inTurn", "clock", "turn",
    "ring", "rung", "replied", "devices", "requests", "made", "seed", "accept", "zero",
    "isMainThread", "parentPort", "workerData", "message", "error", "receive", "number",
    "receiveMessageOnPort", "inbox", "startWorker", "leave", "owned", "said", "startThread", "cells",
    "Shared", "atomically", "gate", "atGate", "open", "opened", "allLoops", "waiting", "dealt",
    "startLoops", "deal", "served", "openGate", "passGate", "serve", "EventEmitter", "workers", "allocate",
    "release", "findNamed", "words", "advance", "waitUntilPast", "Mutex", "QueuedMutex", "Spinlock",
    "Semaphore", "ReadWriteLock", "Condition", "Barrier", "Channel", "Float64Array", "elsewhere", "ended",
    "born", "spawnElsewhere", "hasEnded", "heapOf", "heaps", "leaked", "__dirname", "__filename", NULL
};
/* clang-format on */

#define NONE JS_HELPER_COUNT

static const struct js_helper_text for_node[JS_HELPER_COUNT] = {
    [JS_LOG] =
        {{NONE, NONE},
         "// A line; with --times, what the clock says, too.\n"
         "let zero = performance.now(); // when the first task began\n"
         "const showTimes = process.argv.includes('--times');\n"
         "function log(label) {\n"
         "  const time = showTimes ? `${(performance.now() - zero).toFixed(1)} ms  ` : '';\n"
         "  writeSync(1, `${time}${label}\\n`);\n"
         "}\n"},
    [JS_SLEEPS] = {{NONE, NONE}, "const cell = new Int32Array(new SharedArrayBuffer(4));\n"},
    [JS_BUSY] =
        {{JS_SLEEPS, NONE},
         "// Computes for so many ms; with --asleep it only blocks, and leaves its core to "
         "others.\n"
         "const asleep = process.argv.includes('--asleep');\n"
         "function busy(ms) {\n"
         "  const end = performance.now() + ms;\n"
         "  if (asleep) Atomics.wait(cell, 0, 0, ms);\n"
         "  while (performance.now() < end);\n"
         "}\n"},
    [JS_BLOCK] = {{JS_SLEEPS, NONE},
                  "// Blocks the loop for so many ms.\n"
                  "function block(ms) {\n"
                  "  Atomics.wait(cell, 0, 0, ms);\n"
                  "}\n"},
    [JS_EXACT] = {{NONE, NONE},
                  "function exact(product) {\n"
                  "  if (!Number.isSafeInteger(product)) throw new RangeError('overflow');\n"
                  "  return product;\n"
                  "}\n"},
    [JS_DIVIDE] = {{NONE, NONE},
                   "// Towards zero; -0 is 0.\n"
                   "function divide(a, b) {\n"
                   "  if (b === 0) throw new RangeError('division by zero');\n"
                   "  return Math.trunc(a / b) + 0;\n"
                   "}\n"
                   "function remainder(a, b) {\n"
                   "  if (b === 0) throw new RangeError('division by zero');\n"
                   "  return (a % b) + 0;\n"
                   "}\n"},
    [JS_TIMES] = {{NONE, NONE},
                  "function times(n) {\n"
                  "  if (n < 0) throw new RangeError(`repeat ${n} times`);\n"
                  "  return n;\n"
                  "}\n"},
    [JS_ASSERT] = {{NONE, NONE}, ""},
    [JS_PROMISE] = {{NONE, NONE},
                    "// A promise that is settled from outside.\n"
                    "function newPromise() {\n"
                    "  let settle;\n"
                    "  const promise = new Promise((resolve, reject) => {\n"
                    "    settle = { resolve, reject };\n"
                    "  });\n"
                    "  return Object.assign(promise, settle);\n"
                    "}\n"},
    [JS_NAMED] =
        {{NONE, NONE},
         "// Timers whose name is given more than once: clear takes the latest of the "
         "task's own that\n"
         "// is pending, else one of another task.\n"
         "const pending = [];\n"
         "function named(name, me, start) {\n"
         "  const entry = { name, me };\n"
         "  const forget = () => {\n"
         "    if (pending.includes(entry)) pending.splice(pending.indexOf(entry), 1);\n"
         "  };\n"
         "  entry.handle = start(forget);\n"
         "  pending.push(entry);\n"
         "}\n"
         "function findNamed(name, me) {\n"
         "  const all = pending.filter(entry => entry.name === name);\n"
         "  const own = all.filter(entry => entry.me === me);\n"
         "  return own.at(-1) ?? all.findLast(other => other.me === all[0].me);\n"
         "}\n"
         "function clearNamed(name, me) {\n"
         "  const entry = findNamed(name, me);\n"
         "  if (!entry) return;\n"
         "  pending.splice(pending.indexOf(entry), 1);\n"
         "  if ('_onImmediate' in entry.handle) clearImmediate(entry.handle);\n"
         "  else clearTimeout(entry.handle);\n"
         "}\n"},
    [JS_HEAP] = {{NONE, NONE}, js_heap_text},
    [JS_CLOSE] =
        {{NONE, NONE},
         "// A handle that is closed at once: its callback runs in the closing phase.\n"
         "function closeHandle(callback) {\n"
         "  new MessageChannel().port1.close(callback);\n"
         "}\n"},
    [JS_RANDOM] =
        {{NONE, NONE},
         "// Draws that every run repeats, though they are not those of the simulator: "
         "mulberry32.\n"
         "let seed = 1;\n"
         "function random() {\n"
         "  seed = (seed + 0x6d2b79f5) | 0;\n"
         "  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);\n"
         "  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;\n"
         "  return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;\n"
         "}\n"},
    [JS_EXPONENTIAL] = {{JS_RANDOM, NONE},
                        "const exponential = mean => -mean * Math.log(random());\n"},
    [JS_UNIFORM] = {{JS_RANDOM, NONE},
                    "const uniform = (from, to) => from + (to - from) * random();\n"},
    [JS_NORMAL] =
        {{JS_RANDOM, NONE},
         "const normal = (mean, deviation) => {\n"
         "  const z = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());\n"
         "  return Math.max(0, mean + deviation * z);\n"
         "};\n"},
    [JS_LOGNORMAL] = {{JS_RANDOM, NONE},
                      "const lognormal = (median, sigma) => {\n"
                      "  const z = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * "
                      "random());\n"
                      "  return median * Math.exp(sigma * z);\n"
                      "};\n"},
    [JS_PARETO] = {{JS_RANDOM, NONE},
                   "const pareto = (scale, alpha) => scale / random() ** (1 / alpha);\n"},
    [JS_CHOICE] = {{JS_RANDOM, NONE},
                   "const choice = values => values[Math.floor(random() * values.length)];\n"},
    [JS_NEXT] = {{NONE, NONE},
                 "// The next of a list, which each task goes through for itself.\n"
                 "function next(me, list, values) {\n"
                 "  const at = me.lists[list] ?? 0;\n"
                 "  me.lists[list] = (at + 1) % values.length;\n"
                 "  return values[at];\n"
                 "}\n"},
    [JS_DISCIPLINES] = {{NONE, NONE}, NULL},
    [JS_DEVICES] = {{JS_SLEEPS, JS_POLLED}, NULL},
    [JS_LOOKUPS] = {{JS_POOL, NONE}, ""},
    [JS_CONNECT] =
        {{NONE, NONE},
         "// A task's connection to a device: who asks before it is there waits for the "
         "handshake.\n"
         "function connect(me, device, handshake) {\n"
         "  const connections = (me.connections ?\?= {}), now = performance.now();\n"
         "  connections[device] ?\?= now + handshake();\n"
         "  return Math.max(0, connections[device] - now);\n"
         "}\n"},
    [JS_POOL] =
        {{NONE, NONE},
         "// Computes for so many ms on a thread of the pool: as many rounds of a hash as "
         "take that long.\n"
         "const rounds = [1, 2, 3].reduce(best => {\n"
         "  const start = performance.now();\n"
         "  pbkdf2Sync('', '', 10000, 64, 'sha512');\n"
         "  return Math.max(best, 10000 / (performance.now() - start));\n"
         "}, 1);\n"
         "function work(ms, callback) {\n"
         "  pbkdf2('', '', Math.max(1, Math.round(ms * rounds)), 64, 'sha512', callback);\n"
         "}\n"},
    [JS_LIMITED] =
        {{JS_POOL, NONE},
         "// What the pool does so many of at once; the others stand in a queue before it.\n"
         "function limited(channels) {\n"
         "  const queue = [];\n"
         "  const begin = (service, reply) => {\n"
         "    channels--;\n"
         "    work(service, () => {\n"
         "      channels++;\n"
         "      if (queue.length > 0) begin(...queue.shift());\n"
         "      return reply();\n"
         "    });\n"
         "  };\n"
         "  return (service, reply) => {\n"
         "    if (channels > 0) begin(service, reply);\n"
         "    else queue.push([service, reply]);\n"
         "  };\n"
         "}\n"},
    [JS_STAT] = {{NONE, NONE}, ""},
    [JS_LOOKUP] = {{NONE, NONE}, ""},
    [JS_SLEEP] = {{NONE, NONE}, ""},
    [JS_SCHEDULER] = {{NONE, NONE}, ""},
    [JS_TURN] = {{NONE, NONE},
                 "// What becomes ready while the poll phase runs is for the next one, as with "
                 "sockets; a port\n"
                 "// by itself would hand it over at once.\n"
                 "const clock = () => Number(process.hrtime.bigint());\n"
                 "let turn = 0; // when this poll phase began; 0: none runs\n"
                 "function inTurn(at) {\n"
                 "  if (turn === 0) {\n"
                 "    turn = clock();\n"
                 "    setImmediate(() => (turn = 0));\n"
                 "  }\n"
                 "  return at <= turn;\n"
                 "}\n"},
    [JS_POLLED] = {{JS_TURN, NONE},
                   "// Calls back in the next poll phase.\n"
                   "const ring = new MessageChannel(), rung = [];\n"
                   "ring.port2.on('message', at => {\n"
                   "  if (!inTurn(at)) {\n"
                   "    setImmediate(() => ring.port1.postMessage(clock()));\n"
                   "    return;\n"
                   "  }\n"
                   "  const callback = rung.shift();\n"
                   "  if (rung.length === 0) ring.port2.unref();\n"
                   "  callback();\n"
                   "});\n"
                   "ring.port2.unref();\n"
                   "function polled(callback) {\n"
                   "  rung.push(callback);\n"
                   "  ring.port2.ref();\n"
                   "  ring.port1.postMessage(clock());\n"
                   "}\n"},
    [JS_ARRIVE] = {{JS_POLLED, NONE}, NULL},
    [JS_LATER] =
        {{JS_DEVICES, JS_ARRIVE},
         "// Calls back so many ms later, in the poll phase, however busy the loop is; a "
         "task that comes then.\n"
         "const later = device(Infinity, () => 0);\n"
         "const arriveLater = (ms, begin) => later(ms, () => comes(begin));\n"},
    [JS_ARRIVALS] =
        {{JS_LATER, NONE},
         "// Tasks that come one after the other.\n"
         "function arrivals({ from, count, every }, begin) {\n"
         "  const me = { lists: {} }, first = performance.now();\n"
         "  let at = from;\n"
         "  const come = () => {\n"
         "    if (--count > 0) later((at += every(me)) + first - performance.now(), come);\n"
         "    comes(begin);\n"
         "  };\n"
         "  later(at, come);\n"
         "}\n"},
    [JS_CLIENTS] =
        {{JS_LATER, NONE},
         "// Clients: each thinks, sends a request, waits until it is served, and again.\n"
         "function clients({ from, clients, think, requests }, begin) {\n"
         "  const one = (me, left, wait) => {\n"
         "    if (left === 0) return;\n"
         "    arriveLater(wait + think(me), () =>\n"
         "      Promise.resolve(begin()).then(() => one(me, left - 1, 0)),\n"
         "    );\n"
         "  };\n"
         "  for (let i = 0; i < clients; i++) one({ lists: {} }, requests, from);\n"
         "}\n"},
    [JS_ENDS] = {{NONE, NONE},
                 "// When all copies of a task have ended, who comes after it may begin.\n"
                 "function ends(copies) {\n"
                 "  let all;\n"
                 "  const ended = new Promise(resolve => (all = resolve));\n"
                 "  const one = () => {\n"
                 "    if (--copies === 0) all();\n"
                 "  };\n"
                 "  return { ended, count: result => Promise.resolve(result).then(one) };\n"
                 "}\n"
                 "const after = (tasks, begin) => Promise.all(tasks.map(task => "
                 "task.ended)).then(begin);\n"},
    [JS_SPAWN] =
        {{JS_ARRIVE, NONE},
         "// Children are tasks; who joins them goes on in the poll phase after the last "
         "has ended.\n"
         "function spawn(me, name, begin) {\n"
         "  const children = (me.children[name] ?\?= { alive: 0 });\n"
         "  children.alive++;\n"
         "  arrive(() =>\n"
         "    Promise.resolve(begin()).then(() => {\n"
         "      if (--children.alive === 0 && children.joined) polled(children.joined);\n"
         "    }),\n"
         "  );\n"
         "}\n"
         "function alive(me, name) {\n"
         "  if (!me.children[name]) throw new Error(`has spawned no \"${name}\" to join`);\n"
         "  return me.children[name].alive > 0;\n"
         "}\n"
         "const join = (me, name) => new Promise(done => (me.children[name].joined = "
         "done));\n"},
    [JS_LEAVE] = {{NONE, NONE},
                  "// A task that exits takes along what it has started.\n"
                  "function leave(me) {\n"
                  "  me.gone = true;\n"
                  "  for (const one of me.owned ?\?= [])\n"
                  "    if ('terminate' in one) one.terminate(); // a worker\n"
                  "    else if ('close' in one) one.close(); // a timer, a port\n"
                  "    else clearImmediate(one);\n"
                  "}\n"
                  "function owned(me, one) {\n"
                  "  (me.owned ?\?= []).push(one);\n"
                  "  return one;\n"
                  "}\n"},
    [JS_PERIODS] =
        {{JS_SLEEP, NONE},
         "// Waits for the next release of a periodic task, which comes whether the job "
         "before is done or not.\n"
         "function periods(period) {\n"
         "  let release = performance.now() - period;\n"
         "  return async () => {\n"
         "    release += period;\n"
         "    const ahead = release - performance.now();\n"
         "    if (ahead >= 1) await sleep(ahead);\n"
         "  };\n"
         "}\n"},
    [JS_SHARED] = {{JS_THREADS, NONE}, NULL},
    [JS_ATOMICALLY] = {{JS_SHARED, NONE}, js_atomically_text},
    [JS_WORDS] = {{NONE, NONE}, NULL},
    [JS_TICKETS] = {{JS_WORDS, NONE}, js_tickets_text},
    [JS_MUTEX] = {{JS_WORDS, NONE}, js_mutex_text},
    [JS_QUEUED] = {{JS_TICKETS, NONE}, js_queued_text},
    [JS_SPINLOCK] = {{JS_QUEUED, NONE}, js_spinlock_text},
    [JS_SEMAPHORE] = {{JS_WORDS, NONE}, NULL},
    [JS_RWLOCK] = {{JS_TICKETS, NONE}, js_rwlock_text},
    [JS_CONDITION] = {{JS_TICKETS, NONE}, js_condition_text},
    [JS_BARRIER] = {{JS_TICKETS, NONE}, js_barrier_text},
    [JS_CHANNEL] = {{JS_TICKETS, NONE}, js_channel_text},
    [JS_THREADS] = {{NONE, NONE}, NULL},
    [JS_CLUSTER] = {{JS_THREADS, JS_ARRIVE}, NULL},
    [JS_CHILDREN] = {{JS_SPAWN, JS_CLUSTER}, js_children_text},
    [JS_WORKERS] =
        {{JS_LOG, JS_THREADS},
         "// A worker loads this file, too, and runs a program of it; `workers` tells of all.\n"
         "const workers = new EventEmitter();\n"
         "const inbox = workerData?.program ? parentPort : workers;\n"
         "function startWorker(program) {\n"
         "  const worker = startThread({ program, zero: performance.timeOrigin + zero });\n"
         "  const hears = event => workers.listenerCount(event) > 0;\n"
         "  worker.ended = new Promise(done => worker.on('exit', done));\n"
         "  worker.on('online', () => workers.emit('online'));\n"
         "  worker.on('message', message => workers.emit('message', message));\n"
         "  worker.on('error', error => {\n"
         "    if (hears('error') || worker.listenerCount('error') === 1) "
         "workers.emit('error', error);\n"
         "  });\n"
         "  return worker;\n"
         "}\n"},
    [JS_FAILS] = {{NONE, NONE}, ""},
    [JS_PORTS] = {{NONE, NONE}, ""},
    [JS_NUMBER] =
        {{NONE, NONE},
         "function number(message) {\n"
         "  if (!/^-?[0-9]+$/.test(message)) throw new TypeError(`\"${message}\" is no "
         "number`);\n"
         "  return Number(message);\n"
         "}\n"},
    [JS_RECEIVE] = {{NONE, NONE},
                    "let message; // what has been taken from a port\n"
                    "const receive = port => receiveMessageOnPort(port)?.message;\n"},
    [JS_SAID] = {{NONE, NONE},
                 "function said(message) {\n"
                 "  if (message === undefined) throw new TypeError('there is no message');\n"
                 "  return message;\n"
                 "}\n"},
};

/* Since libuv 1.45 one connection a turn, before it all that wait. */
static const char arrive_one[] =
    "// Tasks come as connections do: in the poll phase of the loop, one a turn.\n"
    "const arrived = [];\n"
    "let accepted = 0; // the turn in which the last one was\n"
    "function accept() {\n"
    "  const begin = arrived.shift();\n"
    "  accepted = turn;\n"
    "  if (arrived.length > 0) polled(accept);\n"
    "  begin();\n"
    "}\n"
    "function arrive(begin) {\n"
    "  arrived.push(begin);\n"
    "  if (arrived.length === 1) polled(accept);\n"
    "}\n"
    "function comes(begin) { // in the poll phase\n"
    "  if (arrived.length > 0 || accepted === turn) {\n"
    "    arrive(begin);\n"
    "    return;\n"
    "  }\n"
    "  arrived.push(begin);\n"
    "  accept();\n"
    "}\n";
static const char arrive_all[] =
    "// Tasks come as connections do: in the poll phase of the loop, all that wait.\n"
    "const arrive = polled;\n"
    "const comes = begin => begin();\n";

static struct js_helper_text text_of(const struct js *js, enum js_helper helper)
{
    struct js_helper_text t = {0};

    if (js->target->helper)
        t = js->target->helper(js, helper);
    if (!t.text)
        t = for_node[helper];
    if (helper == JS_ARRIVE && !t.text)
        t.text = strcmp(js_flavor(js), "node18") == 0 ? arrive_all : arrive_one;
    return t;
}

static void need(const struct js *js, bool *needed, enum js_helper helper)
{
    if (helper == JS_HELPER_COUNT || needed[helper])
        return;
    needed[helper] = true;
    need(js, needed, text_of(js, helper).needs[0]);
    need(js, needed, text_of(js, helper).needs[1]);
}

static void import(struct text *out, const char *module, const bool *needed,
                   const enum js_helper *who, const char *const *names, size_t n)
{
    const char *before = "const { ";

    for (size_t i = 0; i < n; i++) {
        bool again = false;

        for (size_t k = 0; k < i; k++)
            again = again || (needed[who[k]] && names[k] == names[i]);
        if (!needed[who[i]] || again)
            continue;
        text_addf(out, "%s%s", before, names[i]);
        before = ", ";
    }
    if (before[0] == ',')
        text_addf(out, " } = require('node:%s');\n", module);
}

static void imports(struct text *out, const bool *needed)
{
    static const char channel[] = "MessageChannel", worker[] = "Worker";
    static const enum js_helper fs[] = {JS_STAT, JS_LOG};
    static const char *const fs_names[] = {"stat", "writeSync"};
    static const enum js_helper crypto[] = {JS_POOL};
    static const char *const crypto_names[] = {"pbkdf2, pbkdf2Sync"};
    static const enum js_helper timers[] = {JS_SLEEP, JS_SCHEDULER};
    static const char *const timers_names[] = {"setTimeout: sleep", "scheduler"};
    static const enum js_helper threads[] = {JS_CLOSE,   JS_POLLED,  JS_PORTS,  JS_DEVICES,
                                             JS_THREADS, JS_THREADS, JS_RECEIVE};
    static const char *const threads_names[] = {channel,
                                                channel,
                                                channel,
                                                worker,
                                                worker,
                                                "isMainThread, parentPort, workerData",
                                                "receiveMessageOnPort"};

    if (needed[JS_ASSERT])
        text_add(out, "const assert = require('node:assert');\n");
    if (needed[JS_LOOKUP])
        text_add(out, "const { lookup } = require('node:dns');\n");
    if (needed[JS_WORKERS])
        text_add(out, "const { EventEmitter } = require('node:events');\n");
    import(out, "fs", needed, fs, fs_names, ARRAY_LEN(fs));
    import(out, "crypto", needed, crypto, crypto_names, ARRAY_LEN(crypto));
    import(out, "timers/promises", needed, timers, timers_names, ARRAY_LEN(timers));
    import(out, "worker_threads", needed, threads, threads_names, ARRAY_LEN(threads));
}

static void add_helper(const struct js *js, enum js_helper i, struct text *out)
{
    const char *text = text_of(js, i).text;

    if (!text || text[0])
        text_add(out, "\n");
    if (text)
        text_add(out, text);
    else if (i == JS_DEVICES)
        js_devices_text(js, out);
    else if (i == JS_SHARED)
        js_shared_text(js, out);
    else if (i == JS_WORDS)
        js_words_text(js, out);
    else if (i == JS_SEMAPHORE)
        js_semaphore_text(js, out);
    else if (i == JS_CLUSTER)
        js_cluster_text(js, out);
    else if (i == JS_THREADS)
        js_threads_text(js, out);
    else
        js_disciplines_text(js, out);
}

void js_runtime(const struct js *js, struct text *out)
{
    bool needed[JS_HELPER_COUNT] = {false};
    struct text head = {0};

    for (size_t i = 0; i < JS_HELPER_COUNT; i++)
        if (js->helps[i])
            need(js, needed, (enum js_helper)i);
    if (!js->target->browser)
        imports(&head, needed);
    if (head.len)
        text_addf(out, "\n%s", head.data);
    text_release(&head);
    for (size_t i = 0; i < JS_HELPER_COUNT; i++) {
        if (needed[i])
            add_helper(js, (enum js_helper)i, out);
    }
}
