/* words.js - records as sentences. */

import { time } from './text.js';

const HOLD = ['sole', 'shared', 'order', 'back'];
const BLOCKED = {
  io: where => `waits for ${where}`, sleep: () => 'sleeps', join: name => `waits for the end of ${name}`,
  period: () => 'waits for its next period', sync: (where, name) => `waits for ${name || where}`,
  pool: () => 'waits for the pool', promise: (_, name) => `awaits ${name || 'a promise'}`,
};
const READY = {
  new: 'is ready for the first time', woken: 'is ready again', expired: 'goes back into the queue',
  preempted: 'goes back into the queue', yielded: 'goes back into the queue',
  changed: 'is sorted into the queue anew', loop: 'could go on; its loop is busy, or not at it yet',
};
const STOP = {
  expired: 'its slice is over', preempted: 'another takes the core', yielded: 'it gives the core up',
  blocked: 'it has to wait', done: 'it has ended',
};

/* What the record's numbers are called in its run. */
function nouns(run, i) {
  const { facts, tape, words } = run, place = tape.place[i];
  const text = tape.text.has(i) ? facts.texts[tape.text.get(i)] : '';
  return {
    text, place, arg: tape.arg[i], extra: tape.extra[i],
    core: facts.cores[place], device: facts.devices[place]?.name, sync: facts.syncs[place]?.name,
    executor: facts.executors[place]?.name, loop: loopName(run, place), words,
  };
}

export const loopName = (run, place) => run.facts.loops[place]?.name ?? `loop ${place}`;

/* "line 12", "" where it is not known. */
export function lineOf(run, place) {
  const line = run.facts.places[place];
  return line > 0 ? `line ${line}` : '';
}
const atLine = (run, place) => {
  const line = lineOf(run, place);
  return line ? ` (${line})` : '';
};

/* "timer t of A": what a loop runs. */
export function callText(run, kind, task, name) {
  const what = run.words.calls[kind];
  const of = task >= 0 ? ` of ${run.name(task)}` : '';
  return what === 'task' && !name ? `${task >= 0 ? run.name(task) : 'a task'} from its beginning` :
    `${what}${name ? ` ${name}` : ''}${of}`;
}

const TELL = {
  arrive: (run, i, who) => `${who} arrives`,
  ready: (run, i, who, n) => `${who} ${READY[n.words.readys[n.arg]]}`,
  switch: (run, i, who, n) => `${n.core} switches to ${who}${n.arg > 0 ? `, for ${time(n.arg)}` : ''}`,
  run: (run, i, who, n) => `${who} runs on ${n.core}${n.extra < 4e18 ? `, for ${time(n.extra)} at most` : ''}`,
  mode: (run, i, who, n) => `${who} ${n.arg === 1 ? 'enters' : 'leaves'} the kernel`,
  renew: (run, i, who, n) => `${who} goes on with a new slice${n.extra < 4e18 ? ` of ${time(n.extra)}` : ''}`,
  stop: (run, i, who, n) => `${who} leaves ${n.core}: ${STOP[n.words.stops[n.arg]]}`,
  block: (run, i, who, n) => `${who} ${blockText(run, n.words.blocks[n.arg], n)}`,
  done: (run, i, who, n) => `${who} ends${n.arg === 1 ? ' by a fault' : ''}`,
  job: (run, i, who, n) => `${who} ends job ${n.extra}, ${n.arg > 0 ? `${time(n.arg)} late` : 'in time'}`,
  submit: (run, i, who, n) => `${who} asks ${n.device}`,
  serve: (run, i, who, n) => `${n.device} begins to serve ${who}, for ${time(n.arg)}`,
  served: (run, i, who, n) => `${n.device} has served ${who}`,
  reply: (run, i, who, n) => `${n.device} replies to ${who}`,
  irq: (run, i, who, n) => `${n.core} is interrupted by ${run.facts.devices[n.extra]?.name ?? 'a device'}, for ${time(n.arg)}`,
  log: (run, i, who, n) => `${who} prints: ${n.text}`,
  fault: (run, i, who, n) => `${who} breaks a rule: ${n.text}${atLine(run, n.arg)}`,
  reject: (run, i, who, n) => `${n.executor} rejects ${run.facts.specs[n.arg]?.name ?? 'a task'}`,
  queue: (run, i, who, n) => `${n.arg} wait for a thread of ${n.executor}`,
  thread: (run, i, who, n) => `${n.executor} makes its thread ${n.arg}`,
  access: (run, i, who, n) => `${who}: ${n.words.accesses[n.arg]} of ${run.facts.vars[n.place]}${atLine(run, n.extra)}`,
  acquire: (run, i, who, n) => HOLD[n.arg] === 'sole' ? `${who} gets ${n.sync}${atLine(run, n.extra)}` :
    HOLD[n.arg] === 'shared' ? `${who} gets ${n.sync}, with others` : `${who} gets through ${n.sync}`,
  release: (run, i, who, n) => HOLD[n.arg] === 'sole' || HOLD[n.arg] === 'shared' ?
    `${who} gives ${n.sync} back` : `${who} lets others through ${n.sync}`,
  priority: (run, i, who, n) => `${who} has priority ${n.arg} now`,
  deadlock: (run, i, who, n) => `${who} waits for ever for ${n.text || n.sync}`,
  spawn: (run, i, who) => `${who} is a child`,
  join: (run, i, who) => `${who}: all its children of a name have ended`,
  try: (run, i, who, n) => `${who} tries ${n.sync}`,
  loop: () => 'a loop goes on',
  turn: (run, i, who, n) => `${who}: ${n.arg === 1 ? 'its turn on the loop' : 'its turn is over'}`,
  phase: (run, i, who, n) => n.words.stages[n.arg] === 'wait' ? `${n.loop} has nothing to do: it waits in its poll` :
    n.words.stages[n.arg] === 'gone' ? `${n.loop} is gone: its process or its worker has ended` :
    `${n.loop} comes to: ${n.words.stages[n.arg]}`,
  call: (run, i, who, n) => `${n.loop} runs ${callText(run, n.arg, run.taskAt(i), n.text)}`,
  return: (run, i, who, n) => `${n.loop}: the callback of ${who} returns`,
  frame: (run, i, who, n) => `${who} ${n.arg === 1 ? 'calls' : 'returns from'} ${n.text || 'a function'}`,
  queued: (run, i, who, n) => `${n.loop}: ${n.extra} ${n.words.queues[n.arg]}`,
  enqueue: (run, i, who, n) => `${n.text || 'a callback'} of ${who} joins ${n.words.queues[n.arg]} of ${n.loop}`,
  dequeue: (run, i, who, n) => `${n.text || 'a callback'} of ${who} leaves ${n.words.queues[n.arg]} of ${n.loop}`,
  heap: (run, i, who, n) => `${n.loop} uses ${n.arg} bytes`,
  post: (run, i, who, n) => `${who} sends a message to port ${n.place}`,
  receipt: (run, i, who, n) => `a message has come to port ${n.place}${n.arg === 1 ? '' : ', where nobody takes it'}`,
  serves: (run, i, who, n) => `${who} gets thread ${n.arg} of ${n.executor}`,
  memory: (run, i, who, n) => `${n.arg.toLocaleString('en-US')} bytes are in use`,
  gc: (run, i, who, n) => n.extra > 0 ? `${n.loop} stops for its garbage: ${n.words.gcs[n.arg]}, ${time(n.extra)}` :
    `${n.loop} has collected its garbage`,
};

export function blockText(run, why, n) {
  if (why === 'sync' && n.text) return `waits for ${n.text}${atLine(run, n.extra)}`;
  return BLOCKED[why](why === 'sync' ? n.sync : n.device ?? 'a device', n.text);
}

/* What a record says, in a sentence without its end. */
export function tell(run, i) {
  const task = run.taskAt(i), kind = run.words.kinds[run.tape.kind[i]];
  const who = task >= 0 ? run.name(task) : 'somebody';
  return (TELL[kind] ?? (() => kind))(run, i, who, nouns(run, i));
}

export { nouns };
