/* browser_runtime.c - helpers of a page that are other than node's.
 *
 * Source: WHATWG HTML Living Standard, "Timers", "Channel messaging", "Dedicated workers and the
 * Worker interface" (a worker's name); W3C File API (blob URLs). */
#include "models/translators/translator_js.h"

/* What stands in the global scope of pages and workers, and what the program uses. */
/* clang-format off */
const char *const browser_reserved[] = {
    "window", "document", "location", "top", "self", "name", "origin", "parent", "status",
    "event", "screen", "history", "navigator", "close", "closed", "open", "stop", "focus",
    "blur", "print", "alert", "confirm", "prompt", "fetch", "frames", "length", "opener",
    "external", "postMessage", "addEventListener", "removeEventListener", "dispatchEvent",
    "requestAnimationFrame", "cancelAnimationFrame", "URL", "Blob", "EventTarget", "Event",
    "MessageEvent", "ErrorEvent", "over", "show", "line", "hear", "fails", "rejects", "script",
    NULL
};
/* clang-format on */

#define NONE JS_HELPER_COUNT

static const struct js_helper_text helpers[JS_HELPER_COUNT] = {
    [JS_LOG] =
        {{NONE, NONE},
         "// A line: into the console, and onto the page with the ms since the first task "
         "began.\n"
         "let zero = performance.now(), over = false;\n"
         "function log(label) {\n"
         "  const at = performance.now() - zero;\n"
         "  if (over) return;\n"
         "  console.log(label);\n"
         "  const line = document.createElement('li');\n"
         "  line.dataset.at = at.toFixed(1);\n"
         "  line.textContent = label;\n"
         "  document.getElementById('log').append(line);\n"
         "}\n"},
    [JS_BUSY] = {{NONE, NONE},
                 "// Computes for so many ms.\n"
                 "function busy(ms) {\n"
                 "  const end = performance.now() + ms;\n"
                 "  while (performance.now() < end);\n"
                 "}\n"},
    [JS_BLOCK] = {{JS_BUSY, NONE},
                  "// Blocks the loop for so many ms, as a synchronous request does.\n"
                  "const block = busy;\n"},
    [JS_ASSERT] = {{NONE, NONE},
                   "function assert(holds, text) {\n"
                   "  if (!holds) throw new Error(`${text} does not hold`);\n"
                   "}\n"},
    [JS_NAMED] =
        {{NONE, NONE},
         "// Timers and frames whose name is given more than once: clear takes the "
         "latest of the\n"
         "// task's own that is pending, else one of another task.\n"
         "const pending = [];\n"
         "function named(name, me, start, cancel = clearTimeout) {\n"
         "  const entry = { name, me, cancel };\n"
         "  const forget = () => {\n"
         "    if (pending.includes(entry)) pending.splice(pending.indexOf(entry), 1);\n"
         "  };\n"
         "  entry.handle = start(forget);\n"
         "  pending.push(entry);\n"
         "}\n"
         "function clearNamed(name, me) {\n"
         "  const all = pending.filter(entry => entry.name === name);\n"
         "  const own = all.filter(entry => entry.me === me);\n"
         "  const entry = own.at(-1) ?\?\n"
         "    all.findLast(other => other.me === all[0].me);\n"
         "  if (!entry) return;\n"
         "  pending.splice(pending.indexOf(entry), 1);\n"
         "  const { cancel, handle } = entry;\n"
         "  cancel(handle);\n"
         "}\n"},
    [JS_DEVICES] =
        {{NONE, NONE},
         "// The devices: a thread of their own, so that they go on while this one computes.  "
         "What they\n"
         "// answer are messages, tasks as those of fetch().\n"
         "const replies = new Map();\n"
         "const devices = new Worker(URL.createObjectURL(new Blob([`\n"
         "  const busy = {}; // until when each channel of a device is\n"
         "  onmessage = ({ data: { id, device, channels, service, latency } }) => {\n"
         "    const now = performance.now(), until = (busy[device] ?\?= []);\n"
         "    const full = until.length >= channels, last = until.length;\n"
         "    const at = channels === Infinity ? 0 : full ? until.indexOf(Math.min(...until)) "
         ": last;\n"
         "    const begins = channels === Infinity || !full ? now : Math.max(until[at], now);\n"
         "    until[at] = begins + service;\n"
         "    setTimeout(postMessage, Math.ceil(until[at] + latency - now - 0.01), id);\n"
         "  };\n"
         "  postMessage('ready');`])));\n"
         "devices.addEventListener('message', ({ data: id }) => {\n"
         "  const reply = replies.get(id);\n"
         "  replies.delete(id);\n"
         "  reply?.();\n"
         "});\n"
         "let requests = 0, made = 0;\n"
         "function device(channels, latency) {\n"
         "  const number = made++;\n"
         "  return (service, reply) => {\n"
         "    const id = requests++;\n"
         "    replies.set(id, reply);\n"
         "    devices.postMessage({ id, device: number, channels, service, latency: latency() "
         "});\n"
         "  };\n"
         "}\n"},
    [JS_SLEEP] = {{NONE, NONE},
                  "const sleep = ms => new Promise(done => setTimeout(done, ms));\n"},
    [JS_POLLED] = {{NONE, NONE},
                   "// Calls back in a task of its own.\n"
                   "const ring = new MessageChannel(), rung = [];\n"
                   "ring.port2.onmessage = () => rung.shift()();\n"
                   "function polled(callback) {\n"
                   "  rung.push(callback);\n"
                   "  ring.port1.postMessage('');\n"
                   "}\n"},
    [JS_ARRIVE] = {{JS_POLLED, NONE},
                   "// Tasks of the file are tasks of the loop.\n"
                   "const arrive = polled;\n"
                   "const comes = begin => begin();\n"},
    [JS_LATER] =
        {{JS_ARRIVE, JS_DEVICES},
         "// Calls back so many ms later, however busy the loop is; a task that comes then.\n"
         "const later = device(Infinity, () => 0);\n"
         "const arriveLater = later;\n"},
    [JS_PORTS] = {{NONE, NONE},
                  "// Calls back with the text of each message.\n"
                  "function hear(port, callback) {\n"
                  "  port.addEventListener('message', ({ data }) => {\n"
                  "    if (typeof data === 'string') callback(data);\n"
                  "  });\n"
                  "  port.start?.();\n"
                  "}\n"},
    [JS_FAILS] = {{NONE, NONE},
                  "// Calls back with what nobody has caught: here, or in a worker.\n"
                  "function fails(where, callback) {\n"
                  "  where.addEventListener('error', event => {\n"
                  "    event.preventDefault();\n"
                  "    callback({ message: event.message.replace(/^Uncaught (\\w*Error: )?/, "
                  "'') });\n"
                  "  });\n"
                  "}\n"
                  "function rejects(callback) {\n"
                  "  addEventListener('unhandledrejection', event => {\n"
                  "    event.preventDefault();\n"
                  "    callback(event.reason);\n"
                  "  });\n"
                  "}\n"},
    [JS_WORKERS] =
        {{JS_LOG, NONE},
         "// A worker runs a copy of this script, and a program of it; `workers` tells of "
         "all.\n"
         "const workers = new EventTarget();\n"
         "const inbox = isMainThread ? workers : parentPort;\n"
         "function startWorker(program) {\n"
         "  const worker = new Worker(script, {\n"
         "    name: JSON.stringify({ program, script, zero: performance.timeOrigin + zero }),\n"
         "  });\n"
         "  worker.addEventListener('message', ({ data }) => {\n"
         "    if (typeof data !== 'string') show(data);\n"
         "    else workers.dispatchEvent(new MessageEvent('message', { data }));\n"
         "  });\n"
         "  worker.addEventListener('error', ({ message }) => {\n"
         "    workers.dispatchEvent(new ErrorEvent('error', { message }));\n"
         "  });\n"
         "  return worker;\n"
         "}\n"},
};

/* In a program with workers; what they are told when they begin stands in their name. */
static const struct js_helper_text log_of_several = {
    {NONE, NONE},
    "const isMainThread = typeof document === 'object', parentPort = globalThis;\n"
    "const workerData = isMainThread ? null : JSON.parse(name);\n"
    "const script = isMainThread\n"
    "  ? URL.createObjectURL(new Blob([document.currentScript.textContent]))\n"
    "  : workerData.script;\n"
    "\n"
    "// A line: into the console, and onto the page with the ms since the first task began.\n"
    "let zero = performance.now(), over = false;\n"
    "function log(label) {\n"
    "  if (over) return;\n"
    "  console.log(label);\n"
    "  show({ label, at: performance.now() - zero });\n"
    "}\n"
    "function show({ label, at }) {\n"
    "  if (!isMainThread) {\n"
    "    postMessage({ label, at });\n"
    "    return;\n"
    "  }\n"
    "  const list = document.getElementById('log'), line = document.createElement('li');\n"
    "  line.dataset.at = at.toFixed(1);\n"
    "  line.textContent = label;\n"
    "  let next = null; // a line that was later\n"
    "  for (const other of list.children)\n"
    "    if (next === null && Number(other.dataset.at) > at) next = other;\n"
    "  list.insertBefore(line, next);\n"
    "}\n"};

struct js_helper_text browser_helper(const struct js *js, enum js_helper helper)
{
    return helper == JS_LOG && js->nscripts > 0 ? log_of_several : helpers[helper];
}
