/* model.js - the state of a run after any of its records, found by playing them back.
 *
 * Snapshots are kept on the way, so going to a record plays at most as many as lie between
 * two of them.  Tasks stand in slots, as the records name them: the state is as large as
 * the live tasks are many, whatever the length of the run. */

import { TASK } from './lanes.js';

const SNAPSHOTS = 128, APART = 512;

/* Values by slot. */
class Slots {
  constructor(room = 16) {
    this.room = room;
    this.task = new Int32Array(room).fill(-1); /* number of the task; -1: free */
    this.state = new Uint8Array(room);
    this.since = new Float64Array(room);
    this.place = new Int32Array(room);         /* core, queue, device or sync object */
    this.why = new Int16Array(room);           /* why it is ready, or blocked */
    this.rec = new Int32Array(room);           /* of the record that brought it there */
    this.priority = new Float64Array(room).fill(NaN);
  }
  reach(slot) {
    if (slot < this.room) return;
    const more = new Slots(Math.max(2 * this.room, slot + 1));
    for (const key of Slots.columns) more[key].set(this[key]);
    Object.assign(this, more);
  }
  copy() {
    const other = Object.create(Slots.prototype);
    other.room = this.room;
    for (const key of Slots.columns) other[key] = this[key].slice();
    return other;
  }
}
Slots.columns = ['task', 'state', 'since', 'place', 'why', 'rec', 'priority'];

const newLoop = () => ({
  stage: -1, since: 0, iteration: 0, begun: false, call: null, frames: [], queues: [], entries: [], heap: NaN, garbage: NaN,
  gc: -1, stopped: NaN,
});

export class State {
  constructor(facts) {
    this.at = 0; /* records played */
    this.t = 0;
    this.slots = new Slots();
    this.cores = facts.cores.map(() => ({ slot: -1, switching: false, kernel: false, since: 0, until: Infinity }));
    this.devices = facts.devices.map(() => new Map());
    this.owners = facts.syncs.map(() => []);
    this.executors = facts.executors.map(() => ({ queue: 0, threads: 0, rejected: 0 }));
    this.loops = facts.loops.map(newLoop);
    this.frames = new Map(); /* of slots: the call stacks of threads */
    this.deadlock = new Map(); /* of slots: who holds what it waits for */
    this.finished = 0;
    this.memory = NaN;
  }

  copy() {
    const other = Object.create(State.prototype);
    Object.assign(other, this);
    other.slots = this.slots.copy();
    other.cores = this.cores.map(c => ({ ...c }));
    other.devices = this.devices.map(d => new Map([...d].map(([key, r]) => [key, { ...r }])));
    other.owners = this.owners.map(list => list.map(o => ({ ...o })));
    other.executors = this.executors.map(e => ({ ...e }));
    other.loops = this.loops.map(l => ({ ...l, frames: l.frames.slice(), queues: l.queues.slice(), entries: l.entries.map(list => list.slice()) }));
    other.frames = new Map([...this.frames].map(([slot, list]) => [slot, list.slice()]));
    other.deadlock = new Map(this.deadlock);
    return other;
  }

  loop(number) {
    while (this.loops.length <= number) this.loops.push(newLoop());
    return this.loops[number];
  }
}

/* What each kind of record changes: (state, record index, run). */
function rules(run) {
  const { tape, words } = run, { t, task, place, arg, extra } = tape, K = words.kind;
  const table = new Array(words.kinds.length).fill(null);

  function to(s, i, state, where, why) {
    const slots = s.slots, slot = task[i];
    slots.state[slot] = state;
    slots.since[slot] = t[i];
    slots.place[slot] = where;
    slots.why[slot] = why;
    slots.rec[slot] = i;
  }
  function leave(s, slot) {
    for (const c of s.cores) if (c.slot === slot) { c.slot = -1; c.switching = false; }
  }
  function leaveFrom(s, i, core) {
    if (core >= 0) s.cores[core].since = t[i];
  }

  table[K.arrive] = (s, i) => {
    const slot = task[i];
    s.slots.reach(slot);
    s.slots.task[slot] = run.number[i];
    s.slots.priority[slot] = NaN;
    to(s, i, arg[i] >= run.facts.ntasks ? TASK.SLEEP : TASK.NEW, -1, words.block.pool);
  };
  table[K.ready] = (s, i) => {
    const slot = task[i], was = s.slots.state[slot];
    if (was === TASK.SWITCH || was === TASK.RUN || was === TASK.KERNEL) {
      leaveFrom(s, i, s.slots.place[slot]);
      leave(s, slot);
    }
    to(s, i, arg[i] === words.ready.loop ? TASK.LOOP : TASK.READY, place[i], arg[i]);
  };
  table[K.switch] = (s, i) => {
    s.cores[place[i]] = { slot: task[i], switching: true, kernel: false, since: t[i], until: t[i] + arg[i] };
    to(s, i, TASK.SWITCH, place[i], 0);
  };
  table[K.run] = (s, i) => {
    s.cores[place[i]] = { slot: task[i], switching: false, kernel: arg[i] === 1, since: t[i], until: t[i] + extra[i] };
    to(s, i, arg[i] === 1 ? TASK.KERNEL : TASK.RUN, place[i], 0);
  };
  table[K.mode] = (s, i) => {
    s.cores[place[i]].kernel = arg[i] === 1;
    s.slots.state[task[i]] = arg[i] === 1 ? TASK.KERNEL : TASK.RUN;
  };
  table[K.renew] = (s, i) => { s.cores[place[i]].until = t[i] + extra[i]; };
  table[K.stop] = (s, i) => {
    leaveFrom(s, i, place[i]);
    leave(s, task[i]);
    to(s, i, TASK.READY, -1, -1);
  };
  table[K.block] = (s, i) => to(s, i,
    arg[i] === words.block.io ? TASK.IO : arg[i] === words.block.sync ? TASK.LOCK : TASK.SLEEP,
    place[i], arg[i]);
  table[K.deadlock] = (s, i) => {
    s.deadlock.set(task[i], arg[i]);
    if (s.slots.state[task[i]] !== TASK.RUN) s.slots.state[task[i]] = TASK.DEAD;
  };
  table[K.done] = (s, i) => {
    const slot = task[i];
    leave(s, slot);
    s.slots.state[slot] = TASK.GONE;
    s.slots.task[slot] = -1;
    s.deadlock.delete(slot);
    s.frames.delete(slot);
    s.finished++;
    /* What it still owns, nobody will ever get. */
    for (const list of s.owners) for (const o of list) if (o.slot === slot) o.slot = -1;
  };
  table[K.priority] = (s, i) => { s.slots.priority[task[i]] = arg[i]; };

  deviceRules(table, run);
  syncRules(table, run);
  loopRules(table, run);
  return table;
}

function deviceRules(table, { tape, words }) {
  const { t, task, place, arg, extra } = tape, K = words.kind;
  const key = i => `${task[i]}:${extra[i]}`;

  table[K.submit] = (s, i) => s.devices[place[i]].set(key(i),
    { task: s.slots.task[task[i]] ?? -1, submitted: t[i], served: NaN, service: NaN, done: NaN });
  table[K.serve] = (s, i) => {
    const r = s.devices[place[i]].get(key(i));
    if (r) { r.served = t[i]; r.service = arg[i]; }
  };
  table[K.served] = (s, i) => {
    const r = s.devices[place[i]].get(key(i));
    if (r) r.done = t[i];
  };
  table[K.reply] = (s, i) => s.devices[place[i]].delete(key(i));
}

function syncRules(table, { tape, words }) {
  const { t, task, place, arg, extra } = tape, K = words.kind, ORDER = 2;

  table[K.acquire] = (s, i) => {
    if (arg[i] < ORDER)
      s.owners[place[i]].push({ slot: task[i], task: s.slots.task[task[i]], shared: arg[i] === 1, since: t[i], where: extra[i] });
  };
  table[K.release] = (s, i) => {
    if (arg[i] >= ORDER) return;
    const list = s.owners[place[i]], at = list.findIndex(o => o.slot === task[i]);
    if (at >= 0) list.splice(at, 1);
  };
  table[K.queue] = (s, i) => { s.executors[place[i]].queue = arg[i]; };
  table[K.thread] = (s, i) => { s.executors[place[i]].threads = arg[i]; };
  if (K.memory !== undefined) table[K.memory] = (s, i) => { s.memory = arg[i]; };
  table[K.reject] = (s, i) => { s.executors[place[i]].rejected++; };
}

function loopRules(table, { tape, words, facts }) {
  const { t, task, place, arg, extra } = tape, K = words.kind;
  const text = i => tape.text.has(i) ? facts.texts[tape.text.get(i)] : '';

  table[K.phase] = (s, i) => {
    const l = s.loop(place[i]);
    l.stage = arg[i];
    l.iteration = extra[i];
    l.since = t[i];
  };
  table[K.call] = (s, i) => {
    const l = s.loop(place[i]);
    l.begun = true;
    l.call = { kind: arg[i], task: s.slots.task[task[i]] ?? -1, where: extra[i], name: text(i), since: t[i] };
    l.frames = [];
  };
  table[K.return] = (s, i) => {
    const l = s.loop(place[i]);
    l.call = null;
    l.frames = [];
  };
  table[K.frame] = (s, i) => {
    let list;
    if (place[i] >= 0) {
      list = s.loop(place[i]).frames;
    } else {
      list = s.frames.get(task[i]) ?? [];
      s.frames.set(task[i], list);
    }
    if (arg[i] === 1) list.push({ name: text(i), where: extra[i], since: t[i] });
    else list.pop();
  };
  table[K.queued] = (s, i) => { s.loop(place[i]).queues[arg[i]] = extra[i]; };
  /* Entries are never changed, so states may share them. */
  table[K.enqueue] = (s, i) => {
    const { entries } = s.loop(place[i]), list = entries[arg[i]] ??= [];
    list.push({ task: s.slots.task[task[i]] ?? -1, slot: task[i], where: extra[i], name: text(i), since: t[i], rec: i });
  };
  table[K.dequeue] = (s, i) => {
    const list = s.loop(place[i]).entries[arg[i]] ?? [], name = text(i);
    const at = list.findIndex(e => e.slot === task[i] && e.where === extra[i] && e.name === name);
    if (at >= 0) list.splice(at, 1);
  };
  table[K.heap] = (s, i) => {
    const l = s.loop(place[i]);
    l.heap = arg[i];
    l.garbage = extra[i];
  };
  table[K.gc] = (s, i) => {
    const l = s.loop(place[i]);
    l.gc = extra[i] > 0 ? arg[i] : -1;
    l.stopped = t[i];
  };
}

/* Goes through a run in both directions. */
export class Player {
  constructor(run) {
    this.run = run;
    if (!run.number) run.number = numbersOf(run);
    this.rules = rules(run);
    this.apart = Math.max(APART, Math.ceil(run.tape.n / SNAPSHOTS));
    this.kept = [new State(run.facts)];
    this.state = this.kept[0].copy();
  }

  /* The state after the first `n` records; the caller does not change it. */
  seek(n) {
    n = Math.max(0, Math.min(n, this.run.tape.n));
    const from = Math.min(Math.floor(n / this.apart), this.kept.length - 1);
    if (n < this.state.at || from * this.apart > this.state.at) this.state = this.kept[from].copy();
    const { kind, t } = this.run.tape, s = this.state;
    while (s.at < n) {
      const rule = this.rules[kind[s.at]];
      if (rule) rule(s, s.at);
      s.t = t[s.at];
      s.at++;
      if (s.at % this.apart === 0 && s.at / this.apart === this.kept.length) this.kept.push(s.copy());
    }
    return s;
  }

  /* How many records have happened by `t`, those of that instant included. */
  recordsAt(t) {
    const times = this.run.tape.t;
    let lo = 0, hi = times.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (times[mid] <= t) lo = mid + 1; else hi = mid;
    }
    return lo;
  }
}

/* Which task each `arrive` brings; a Map, as they are few among the records. */
function numbersOf(run) {
  const number = {};
  run.tasks.rec.forEach((rec, task) => { number[rec] = task; });
  return number;
}

/* ---- what is asked of a state ------------------------------------------------------------- */

/* Slots in one of the states, of live tasks. */
export function slotsIn(state, ...states) {
  const { slots } = state, found = [];
  for (let slot = 0; slot < slots.room; slot++)
    if (slots.task[slot] >= 0 && states.includes(slots.state[slot])) found.push(slot);
  return found;
}

/* The requests of a device, those in service first. */
export function requestsOf(state, device) {
  return [...state.devices[device].values()].sort((a, b) =>
    (isNaN(a.served) ? 1 : 0) - (isNaN(b.served) ? 1 : 0) || a.submitted - b.submitted);
}
