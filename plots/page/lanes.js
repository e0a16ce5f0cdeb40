/* lanes.js - who did what when, as typed arrays that the renderer can search.
 *
 * A lane is a core or a task.  Its segments follow one another without a gap, so a segment is
 * known by its start; the next one's start is its end:
 *
 *     start   0        4        4.4      8.4
 *     state   run      switch   run      idle ...
 *
 * All lanes of a kind stand in one set of arrays, lane l from first[l] to first[l + 1]; the
 * last segment of a lane begins where the lane ends, and is empty. */

import { taskName } from './names.js';

/* States of a core. */
export const CORE = { IDLE: 0, RUN: 1, KERNEL: 2, SWITCH: 3, IRQ: 4 };

/* States of a task. */
export const TASK = {
  GONE: 0, NEW: 1, READY: 2, SWITCH: 3, RUN: 4, KERNEL: 5, IO: 6, SLEEP: 7, LOCK: 8, LOOP: 9,
  DEAD: 10,
};

export const isRunning = state => state === TASK.RUN || state === TASK.KERNEL;

/* What of a core or of time counts as work: user and kernel. */
export const isBusy = state => state === CORE.RUN || state === CORE.KERNEL;

/* A typed array that grows. */
class Column {
  constructor(Type) {
    this.Type = Type;
    this.n = 0;
    this.data = new Type(1024);
  }
  push(value) {
    if (this.n === this.data.length) {
      const more = new this.Type(2 * this.n);
      more.set(this.data);
      this.data = more;
    }
    this.data[this.n++] = value;
  }
  taken() {
    return this.data.slice(0, this.n);
  }
}

/* Segments of all lanes as they come, sorted by lane at the end. */
class Segments {
  constructor() {
    this.lane = new Column(Int32Array);
    this.start = new Column(Float64Array);
    this.state = new Column(Uint8Array);
    this.what = new Column(Int32Array); /* of a core: the task; of a task: core, device, sync */
    this.rec = new Column(Int32Array);  /* the record that began it */
    this.last = [];
  }

  /* One of no length is replaced: it could not be seen. */
  add(lane, start, state, what, rec) {
    const last = this.last[lane];
    if (last !== undefined && this.start.data[last] === start) {
      this.state.data[last] = state;
      this.what.data[last] = what;
      this.rec.data[last] = rec;
      return;
    }
    this.last[lane] = this.lane.n;
    this.lane.push(lane);
    this.start.push(start);
    this.state.push(state);
    this.what.push(what);
    this.rec.push(rec);
  }

  /* Closed at the end of the run, but for lanes that have ended by themselves. */
  lanes(nlanes, end, mayEnd) {
    for (let l = 0; l < nlanes; l++) {
      const last = this.last[l];
      if (!mayEnd || this.state.data[last] !== TASK.GONE) this.add(l, end, 0, -1, -1);
    }
    const n = this.lane.n, first = new Int32Array(nlanes + 1);
    for (let i = 0; i < n; i++) first[this.lane.data[i] + 1]++;
    for (let l = 0; l < nlanes; l++) first[l + 1] += first[l];
    const at = first.slice(), out = {
      n: nlanes, first,
      start: new Float64Array(n), state: new Uint8Array(n), what: new Int32Array(n),
      rec: new Int32Array(n),
    };
    for (let i = 0; i < n; i++) {
      const to = at[this.lane.data[i]]++;
      out.start[to] = this.start.data[i];
      out.state[to] = this.state.data[i];
      out.what[to] = this.what.data[i];
      out.rec[to] = this.rec.data[i];
    }
    return out;
  }
}

/* Index of the segment of lane `l` in which `t` lies, -1: before the first or in the last. */
export function segmentAt(lanes, l, t) {
  let lo = lanes.first[l], hi = lanes.first[l + 1] - 1;
  const begin = lo, { start } = lanes;
  if (hi <= lo || t < start[lo] || t >= start[hi]) return -1;
  while (lo < hi - 1) {
    const mid = (lo + hi) >>> 1;
    if (start[mid] <= t) lo = mid; else hi = mid;
  }
  return lo >= begin ? lo : -1;
}

/* The first index from `lo` on, below `hi`, whose start is beyond `t`: found by strides that
 * double from `step` on, so that a near one costs little. */
export function gallop(start, t, lo, hi, step = 1) {
  let to = lo;
  while (to < hi && start[to] <= t) {
    lo = to + 1;
    to += step;
    step *= 2;
  }
  if (to > hi) to = hi;
  while (lo < to) {
    const mid = (lo + to) >>> 1;
    if (start[mid] <= t) lo = mid + 1; else to = mid;
  }
  return lo;
}

/* Sums up to each segment, of those for which `counts` holds: what is in a stretch of time
 * follows from two of them. */
function sums(lanes, counts) {
  const sum = new Float64Array(lanes.start.length);
  for (let l = 0; l < lanes.n; l++) {
    let total = 0;
    const to = lanes.first[l + 1];
    for (let i = lanes.first[l]; i < to; i++) {
      sum[i] = total;
      if (i + 1 < to && counts(lanes.state[i])) total += lanes.start[i + 1] - lanes.start[i];
    }
  }
  return sum;
}

/* The sum up to `t`, which lies in segment i of its lane (or behind its last). */
export function sumAt(lanes, sum, counts, i, t) {
  return sum[i] + (counts(lanes.state[i]) ? t - lanes.start[i] : 0);
}

/* Interrupts take a core from what it does; that goes on behind them. */
class Cores {
  constructor(n) {
    this.segments = new Segments();
    this.now = Array.from({ length: n }, () => ({ state: CORE.IDLE, task: -1, free: 0, owed: false }));
    for (let c = 0; c < n; c++) this.segments.add(c, 0, CORE.IDLE, -1, -1);
  }
  set(c, t, state, task, rec) {
    const now = this.now[c];
    if (now.owed && t > now.free) this.segments.add(c, now.free, now.state, now.task, rec);
    now.owed = false;
    now.state = state;
    now.task = task;
    if (t < now.free) now.owed = true;
    else this.segments.add(c, t, state, task, rec);
  }
  interrupt(c, t, length, device, rec) {
    const now = this.now[c];
    if (now.owed && t > now.free) this.segments.add(c, now.free, now.state, now.task, rec);
    const from = Math.max(t, now.free);
    if (length > 0) this.segments.add(c, from, CORE.IRQ, device, rec);
    now.free = from + length;
    now.owed = true;
  }
  finish(end) {
    this.now.forEach((now, c) => {
      if (now.owed && now.free < end) this.segments.add(c, now.free, now.state, now.task, -1);
    });
  }
}

/* Counts over time: how many tasks are in progress, how many cores run one. */
class Level {
  constructor() {
    this.t = new Column(Float64Array);
    this.inProgress = new Column(Int32Array);
    this.running = new Column(Int32Array);
    this.tasks = this.cores = 0;
    this.add(0, 0, 0);
  }
  add(t, tasks, cores) {
    this.tasks += tasks;
    this.cores += cores;
    if (this.t.n > 0 && this.t.data[this.t.n - 1] === t) {
      this.inProgress.data[this.t.n - 1] = this.tasks;
      this.running.data[this.t.n - 1] = this.cores;
      return;
    }
    this.t.push(t);
    this.inProgress.push(this.tasks);
    this.running.push(this.cores);
  }
  taken() {
    return { t: this.t.taken(), inProgress: this.inProgress.taken(), running: this.running.taken() };
  }
}

/* A task of the run, by its number: the order of arrival. */
class Tasks {
  constructor() {
    this.spec = new Column(Int32Array);
    this.copy = new Column(Float64Array);
    this.arrival = new Column(Float64Array);
    this.done = new Column(Float64Array);
    this.rec = new Column(Int32Array);
    this.broke = new Column(Uint8Array); /* 1: it has ended by a fault, its own or its process's */
  }
  arrive(spec, copy, t, rec) {
    this.spec.push(spec);
    this.copy.push(copy);
    this.arrival.push(t);
    this.done.push(Infinity);
    this.rec.push(rec);
    this.broke.push(0);
    return this.spec.n - 1;
  }
}

/* Everything that does not depend on where one looks.  `facts`: the run's, `words`: the page's. */
export function buildRun(facts, words, tape) {
  const K = words.kind, cores = new Cores(facts.cores.length), level = new Level();
  const segments = new Segments(), tasks = new Tasks(), calls = callLanes();
  const slots = [], on = [];
  const lines = new Column(Int32Array);
  const set = (slot, t, state, what, rec) => segments.add(slots[slot], t, state, what, rec);
  const coreOf = slot => on[slot] ?? -1;
  const ended = { [words.block.io]: TASK.IO, [words.block.sync]: TASK.LOCK };

  function coreTo(c, t, state, task, rec) {
    const was = isBusy(cores.now[c].state) ? 1 : 0, is = isBusy(state) ? 1 : 0;
    cores.set(c, t, state, task, rec);
    if (was !== is) level.add(t, 0, is - was);
  }
  function leave(slot, t, rec) {
    const c = coreOf(slot);
    if (c >= 0) coreTo(c, t, CORE.IDLE, -1, rec);
    on[slot] = -1;
  }

  const { kind, t: times, place, task, arg, extra } = tape;
  for (let i = 0; i < tape.n; i++) {
    const t = times[i], slot = task[i];
    switch (kind[i]) {
      case K.arrive: {
        const helper = arg[i] >= facts.ntasks;
        slots[slot] = tasks.arrive(arg[i], extra[i], t, i);
        on[slot] = -1;
        if (!helper) level.add(t, 1, 0);
        set(slot, t, helper ? TASK.SLEEP : TASK.NEW, -1, i);
        break;
      }
      case K.ready:
        leave(slot, t, i);
        set(slot, t, arg[i] === words.ready.loop ? TASK.LOOP : TASK.READY, place[i], i);
        break;
      case K.switch:
        on[slot] = place[i];
        coreTo(place[i], t, CORE.SWITCH, slots[slot], i);
        set(slot, t, TASK.SWITCH, place[i], i);
        break;
      case K.run:
      case K.mode:
        on[slot] = place[i];
        coreTo(place[i], t, arg[i] === 1 ? CORE.KERNEL : CORE.RUN, slots[slot], i);
        set(slot, t, arg[i] === 1 ? TASK.KERNEL : TASK.RUN, place[i], i);
        break;
      case K.stop:
        leave(slot, t, i);
        set(slot, t, TASK.READY, -1, i);
        break;
      case K.block:
        set(slot, t, ended[arg[i]] ?? TASK.SLEEP, place[i], i);
        break;
      case K.deadlock:
        if (coreOf(slot) < 0) set(slot, t, TASK.DEAD, place[i], i);
        break;
      case K.done:
        leave(slot, t, i);
        if (tasks.spec.data[slots[slot]] < facts.ntasks) level.add(t, -1, 0);
        set(slot, t, TASK.GONE, -1, i);
        tasks.done.data[slots[slot]] = t;
        tasks.broke.data[slots[slot]] = arg[i];
        break;
      case K.irq:
        cores.interrupt(place[i], t, arg[i], extra[i], i);
        break;
      case K.log:
      case K.fault:
        lines.push(i);
        break;
      case K.call:
        calls.call(place[i], t, slots[slot], arg[i], i);
        break;
      case K.return:
        calls.over(place[i], t, i);
        break;
      default:
    }
  }
  cores.finish(facts.end);
  return finishRun({ facts, words, tape, cores, segments, tasks, level, lines, calls });
}

/* What each loop runs when: a lane a loop, a segment a call.  State 0: none, else the kind
 * of call and one.  Calls that take no time are kept as instants. */
function callLanes() {
  const segments = new Segments(), instants = [], begun = [];
  let n = 0;
  return {
    call(loop, t, task, kind, rec) {
      for (; n <= loop; n++) {
        segments.add(n, 0, 0, -1, -1);
        instants.push(new Column(Float64Array));
      }
      begun[loop] = t;
      segments.add(loop, t, kind + 1, task ?? -1, rec);
    },
    over(loop, t, rec) {
      if (loop >= n) return;
      if (begun[loop] === t) instants[loop].push(t);
      segments.add(loop, t, 0, -1, rec);
    },
    instants: () => instants.map(times => times.taken()),
    lanes: end => segments.lanes(n, end, false),
  };
}

function finishRun(b) {
  const { facts, tape } = b, n = b.tasks.spec.n;
  const coreLanes = b.cores.segments.lanes(facts.cores.length, facts.end, false);
  const run = {
    facts, words: b.words, tape, end: facts.end, ntasks: n,
    tasks: {
      spec: b.tasks.spec.taken(), copy: b.tasks.copy.taken(), arrival: b.tasks.arrival.taken(),
      done: b.tasks.done.taken(), rec: b.tasks.rec.taken(), broke: b.tasks.broke.taken(),
    },
    cores: coreLanes,
    lanes: b.segments.lanes(n, facts.end, true),
    calls: b.calls.lanes(facts.end), instants: b.calls.instants(),
    level: b.level.taken(), lines: b.lines.taken(),
    busySum: sums(coreLanes, isBusy), switchSum: sums(coreLanes, s => s === CORE.SWITCH || s === CORE.IRQ),
  };
  run.runSum = sums(run.lanes, isRunning);
  run.isHelper = task => run.tasks.spec[task] >= facts.ntasks;
  run.name = task => nameOf(run, task);
  return run;
}

function nameOf(run, task) {
  const text = run.tape.text.get(run.tasks.rec[task]);
  if (text !== undefined) return run.facts.texts[text];
  return taskName(run.facts.specs[run.tasks.spec[task]], run.tasks.copy[task]);
}
