/* why.js - why a core or a task does what it does: who had the core meanwhile, which rule
 * decided.  Sentences made of the records alone, and of what the models say of themselves. */

import { CORE, TASK, gallop, isBusy, isRunning } from './lanes.js';
import { about, count, list, percent, time } from './text.js';
import { blockText, callText, lineOf, loopName, nouns } from './words.js';

const MANY = 4; /* names in a sentence */

export const stateText = {
  [TASK.NEW]: 'new, waiting for its turn', [TASK.READY]: 'ready, waiting for a core',
  [TASK.SWITCH]: 'being switched to', [TASK.RUN]: 'running', [TASK.KERNEL]: 'running in the kernel',
  [TASK.IO]: 'waiting for a device', [TASK.SLEEP]: 'waiting', [TASK.LOCK]: 'waiting for a lock or its like',
  [TASK.LOOP]: 'ready, waiting for its loop', [TASK.DEAD]: 'waiting for ever', [TASK.GONE]: 'gone',
};

const kindOf = (run, i) => i >= 0 ? run.words.kinds[run.tape.kind[i]] : '';

/* What a segment is: { title, from, to, length }. */
export function segmentFacts(run, { lanes, lane, segment }) {
  const l = run[lanes], from = l.start[segment], to = l.start[segment + 1], state = l.state[segment];
  const length = `${time(from)} to ${time(to)}, ${time(to - from)}`;
  const what = l.what[segment];
  if (lanes === 'cores') {
    const core = run.facts.cores[lane];
    const title = state === CORE.IDLE ? `${core} is idle` :
      state === CORE.SWITCH ? `${core} switches to ${run.name(what)}` :
        state === CORE.IRQ ? `${core} is interrupted by ${run.facts.devices[what]?.name ?? 'a device'}` :
          `${run.name(what)} on ${core}${state === CORE.KERNEL ? ', in the kernel' : ''}`;
    return { title, from, to, length };
  }
  if (lanes === 'calls') {
    const rec = l.rec[segment];
    const title = state === 0 ? `${loopName(run, lane)} runs nothing` :
      `${loopName(run, lane)} runs ${callText(run, state - 1, what, nouns(run, rec).text)}`;
    return { title, from, to, length };
  }
  const rec = l.rec[segment];
  const blocked = kindOf(run, rec) === 'block' ? blockText(run, run.words.blocks[run.tape.arg[rec]], nouns(run, rec)) : '';
  const title = `${run.name(lane)} ${blocked || `is ${stateText[state]}`}${isRunning(state) ? ` on ${run.facts.cores[what] ?? 'a core'}` : ''}`;
  return { title, from, to, length };
}

/* Why, in sentences; `selected` as in view.js. */
export function why(run, selected) {
  const l = run[selected.lanes], { segment, lane } = selected;
  if (segment < 0) return [];
  const state = l.state[segment];
  if (selected.lanes === 'cores')
    return isBusy(state) ? whyRuns(run, l.what[segment], l.start[segment], l.start[segment + 1]) :
      state === CORE.IDLE ? whyIdle(run, l.start[segment], l.start[segment + 1]) : [whySwitch(run, state)];
  if (selected.lanes === 'calls') return whyCall(run, lane, segment);
  switch (state) {
    case TASK.RUN: case TASK.KERNEL:
      return whyRuns(run, lane, l.start[segment], l.start[segment + 1]);
    case TASK.NEW: case TASK.READY: case TASK.SWITCH:
      return whyReady(run, lane, segment);
    case TASK.LOOP:
      return whyLoop(run, lane, segment);
    case TASK.IO:
      return whyDevice(run, lane, segment);
    case TASK.LOCK: case TASK.DEAD:
      return whyLock(run, lane, segment);
    default:
      return whySleeps(run, lane, segment);
  }
}

/* ---- cores --------------------------------------------------------------------------------- */

/* "rr, quantum 4 ms": and its rule as the policy tells it. */
export function policyText({ policy }) {
  return `${policy.name}${policy.params ? ` (${policy.params})` : ''}`;
}
const ruleText = run => `The policy is ${policyText(run.facts)}: ${run.facts.policy.help}.`;

/* The first record of a kind about this task from `rec` on. */
function nextOf(run, task, rec, kinds, limit = 200000) {
  const slot = run.tape.task[run.tasks.rec[task]];
  for (let i = rec; i < Math.min(run.tape.n, rec + limit); i++)
    if (run.tape.task[i] === slot && kinds.includes(kindOf(run, i)))
      return run.taskAt(i) === task ? i : -1;
  return -1;
}

function recordsAt(run, t) {
  return gallop(run.tape.t, t, 0, run.tape.n);
}

const ENDS = {
  expired: 'its slice was over', yielded: 'it gave the core up', blocked: 'it had to wait', done: 'it had ended',
};

/* Who took the core of `task` at this record. */
function takerOf(run, i, core) {
  for (let j = i + 1; j < Math.min(run.tape.n, i + 64); j++)
    if ((kindOf(run, j) === 'run' || kindOf(run, j) === 'switch') && run.tape.place[j] === core) return run.taskAt(j);
  return -1;
}

function whyRuns(run, task, from, to) {
  const said = [], lanes = run.lanes, first = lanes.first[task];
  const i = Math.max(first, gallop(lanes.start, from, first, lanes.first[task + 1]) - 1);
  let begin = i;
  while (begin > first && (isRunning(lanes.state[begin]) || lanes.state[begin] === TASK.SWITCH)) begin--;
  const waited = isRunning(lanes.state[begin]) ? 0 : lanes.start[begin + 1] - lanes.start[begin];
  const wasReady = [TASK.READY, TASK.NEW, TASK.SWITCH].includes(lanes.state[begin]);
  said.push(begin === i || !wasReady ? `${run.name(task)} got a core at once: nobody was before it.` :
    `${run.name(task)} had waited ${time(waited)} for a core.`);
  const stop = nextOf(run, task, recordsAt(run, from), ['stop']);
  if (stop >= 0) {
    const how = run.words.stops[run.tape.arg[stop]], core = run.tape.place[stop];
    const taker = how === 'preempted' ? takerOf(run, stop, core) : -1;
    said.push(how === 'preempted' ? `It loses the core at ${time(run.tape.t[stop])}${taker >= 0 ? ` to ${run.name(taker)}` : ''}, which is more urgent.` :
      `It leaves the core at ${time(run.tape.t[stop])}: ${ENDS[how].replace('was', 'is').replace('had', how === 'blocked' ? 'has' : 'has')}.`);
  } else if (to >= run.end) {
    said.push('It still runs at the end.');
  }
  said.push(ruleText(run));
  return said;
}

function whySwitch(run, state) {
  return state === CORE.IRQ ? 'A device has an answer: its interrupt takes time from whatever runs there.' :
    `The core goes from one task to another, which costs ${time(run.facts.switchCost)} and serves nobody.`;
}

/* Nobody was ready, or only those that may not run here. */
function whyIdle(run, from, to) {
  const waiting = tasksIn(run, from, to, state => state === TASK.READY || state === TASK.NEW);
  const away = tasksIn(run, from, to, state => state === TASK.IO || state === TASK.SLEEP || state === TASK.LOCK || state === TASK.DEAD);
  const said = [];
  if (waiting.size === 0) said.push('Nobody was ready.');
  else said.push(`Ready meanwhile: ${names(run, waiting)}, but not for this core or not for all of that time.`);
  if (away.size > 0) said.push(`Waiting for something else: ${names(run, away)}.`);
  return said;
}

/* ---- tasks ----------------------------------------------------------------------------------- */

/* Time of each task within from..to in states that count, as a Map by task; of few tasks. */
function tasksIn(run, from, to, counts, limit = 20000) {
  const found = new Map(), { lanes } = run;
  for (let task = 0; task < Math.min(run.ntasks, limit); task++) {
    if (run.tasks.arrival[task] >= to || run.tasks.done[task] <= from) continue;
    const last = lanes.first[task + 1] - 1;
    let i = Math.max(lanes.first[task], gallop(lanes.start, from, lanes.first[task], last) - 1), sum = 0;
    for (; i < last && lanes.start[i] < to; i++)
      if (counts(lanes.state[i])) sum += Math.min(to, lanes.start[i + 1]) - Math.max(from, lanes.start[i]);
    if (sum > 0) found.set(task, sum);
  }
  return found;
}

function names(run, times) {
  const sorted = [...times].sort((a, b) => b[1] - a[1]);
  const said = sorted.slice(0, MANY).map(([task, ns]) => `${run.name(task)} (${about(ns)})`);
  if (sorted.length > MANY) said.push(count(sorted.length - MANY, 'other'));
  return list(said);
}

/* Who ran on the cores while somebody waited: shares of the time that all cores had. */
function holders(run, from, to, cores) {
  const ran = new Map();
  let lost = 0;
  for (const c of cores) {
    const { start, state, what, first } = run.cores, last = first[c + 1] - 1;
    for (let i = Math.max(first[c], gallop(start, from, first[c], last) - 1); i < last && start[i] < to; i++) {
      const part = Math.min(to, start[i + 1]) - Math.max(from, start[i]);
      if (isBusy(state[i])) ran.set(what[i], (ran.get(what[i]) ?? 0) + part);
      else if (state[i] !== CORE.IDLE) lost += part;
    }
  }
  return { ran, lost };
}

function whyReady(run, task, segment) {
  const { lanes, facts } = run, to = lanes.start[segment + 1];
  let begin = segment;
  while (begin > lanes.first[task] && [TASK.READY, TASK.NEW, TASK.SWITCH].includes(lanes.state[begin - 1])) begin--;
  let end = segment + 1;
  while (end < lanes.first[task + 1] - 1 && [TASK.READY, TASK.NEW, TASK.SWITCH].includes(lanes.state[end])) end++;
  const from = lanes.start[begin], until = lanes.start[end], said = [];
  const because = readyCause(run, task, lanes.rec[segment]);
  const queue = lanes.what[segment], cores = facts.perCore && queue >= 0 ? [queue] : facts.cores.map((_, c) => c);
  const { ran, lost } = holders(run, from, until, cores);
  ran.delete(task);
  const where = cores.length === 1 ? facts.cores[cores[0]] : 'the cores';
  said.push(`${because} Meanwhile ${ran.size > 0 ? `${where} ${cores.length === 1 ? 'was' : 'were'} held by ${names(run, ran)}` :
    `${where} ran nobody else`}${lost > 0 ? `, and ${about(lost)} went into switches and interrupts` : ''}.`);
  if (until < run.end) said.push(`It runs at ${time(until)}: ${freed(run, task, until)}`);
  else if (to >= run.end) said.push('It never gets a core again.');
  said.push(ruleText(run));
  return said;
}

function readyCause(run, task, rec) {
  const who = run.name(task), kind = kindOf(run, rec);
  if (kind === 'arrive') return `${who} has arrived and waits for a thread or a core.`;
  const whyReady = kind === 'ready' ? run.words.readys[run.tape.arg[rec]] : kind === 'switch' ? 'switch' : '';
  return {
    new: `${who} has arrived and waits for a core.`, woken: `What ${who} waited for has happened; now it needs a core.`,
    expired: `The slice of ${who} was over and others waited: it went to the queue.`,
    preempted: `${who} lost its core to a more urgent one.`, yielded: `${who} gave its core up.`,
    changed: `${who} was moved within the queue: its priority has changed.`, switch: `A core switches to ${who}.`,
  }[whyReady] ?? `${who} waits for a core.`;
}

/* Who made room at the instant at which `task` got its core. */
function freed(run, task, t) {
  let i = recordsAt(run, t) - 1, got = -1;
  for (let j = i; j >= 0 && run.tape.t[j] >= t; j--)
    if (kindOf(run, j) === 'run' && run.taskAt(j) === task) got = j;
  const core = got >= 0 ? run.tape.place[got] : -1;
  for (i = got; i >= 0 && i > got - 400; i--) {
    if (run.tape.place[i] !== core || kindOf(run, i) !== 'stop') continue;
    const before = run.taskAt(i), how = run.words.stops[run.tape.arg[i]];
    if (before === task) continue;
    if (how === 'preempted') return `it takes ${run.facts.cores[core]} from ${run.name(before)}, which is less urgent.`;
    return `${run.facts.cores[core]} is free, as ${run.name(before)} left it at ${time(run.tape.t[i])}: ${ENDS[how]}.`;
  }
  return core >= 0 ? `${run.facts.cores[core]} is free.` : 'a core is free.';
}

function whyLoop(run, task, segment) {
  const { lanes } = run, from = lanes.start[segment], to = lanes.start[segment + 1];
  const loop = run.facts.loops.findIndex(l => l.executor === run.facts.specs[run.tasks.spec[task]].executor);
  const ran = new Map();
  if (loop >= 0 && run.calls.n > loop) {
    const { start, state, what, first } = run.calls, last = first[loop + 1] - 1;
    for (let i = Math.max(first[loop], gallop(start, from, first[loop], last) - 1); i < last && start[i] < to; i++)
      if (state[i] > 0) ran.set(what[i], (ran.get(what[i]) ?? 0) + Math.min(to, start[i + 1]) - Math.max(from, start[i]));
  }
  ran.delete(-1);
  return [`What ${run.name(task)} waited for has happened, but a loop runs one callback at a time, and to its end.`,
    ran.size > 0 ? `Meanwhile the loop ran ${names(run, ran)}.` : 'Meanwhile the loop was on its way to the phase in which it takes this.'];
}

function whyDevice(run, task, segment) {
  const { lanes, tape } = run, rec = lanes.rec[segment], device = lanes.what[segment];
  const to = lanes.start[segment + 1], slot = tape.task[rec], name = run.facts.devices[device]?.name ?? 'its device';
  let serve = -1, submit = rec;
  for (let i = rec; i < tape.n && tape.t[i] <= to && i < rec + 500000; i++)
    if (tape.place[i] === device && tape.task[i] === slot && kindOf(run, i) === 'serve') { serve = i; break; }
  for (let i = rec; serve < 0 && i >= 0 && i > rec - 8; i--)
    if (kindOf(run, i) === 'serve' && tape.task[i] === slot) serve = i;
  for (let i = rec; i >= 0 && i > rec - 8; i--) if (kindOf(run, i) === 'submit' && tape.task[i] === slot) submit = i;
  if (serve < 0) return [`${name} has not begun to serve it: requests before it are not done.`];
  const queued = tape.t[serve] - tape.t[submit];
  const said = [queued > 0 ? `It stood in the queue of ${name} for ${time(queued)}; ${name} then takes ${time(tape.arg[serve])} to serve it.` :
    `${name} serves it at once and takes ${time(tape.arg[serve])}.`];
  if (run.facts.devices[device]) said.push(`The device's rule is ${run.facts.devices[device].model}: ${run.facts.devices[device].help}; ${channels(run.facts.devices[device])}.`);
  return said;
}

const channels = device => device.channels < 0 ? 'any number of requests side by side' :
  `${count(device.channels, 'request')} at a time`;

function whyLock(run, task, segment) {
  const { lanes, tape, facts, words } = run, rec = lanes.rec[segment], from = lanes.start[segment], to = lanes.start[segment + 1];
  const object = lanes.what[segment], K = words.kind, owners = new Map(), ORDER = 2, held = new Map();
  for (let i = 0; i < tape.n && tape.t[i] <= to; i++) {
    if (tape.place[i] !== object || (tape.kind[i] !== K.acquire && tape.kind[i] !== K.release) || tape.arg[i] >= ORDER) continue;
    const who = run.taskAt(i);
    if (tape.kind[i] === K.acquire) owners.set(who, tape.t[i]);
    else if (owners.has(who)) {
      const part = Math.min(to, tape.t[i]) - Math.max(from, owners.get(who));
      if (part > 0) held.set(who, (held.get(who) ?? 0) + part);
      owners.delete(who);
    }
  }
  for (const [who, since] of owners) if (to - Math.max(from, since) > 0) held.set(who, (held.get(who) ?? 0) + to - Math.max(from, since));
  held.delete(task);
  const name = facts.syncs[object]?.name ?? 'it', line = lineOf(run, tape.extra[rec]);
  const said = [held.size > 0 ? `${name} is held by ${names(run, held)}${line ? `; asked for in ${line}` : ''}.` :
    `Nobody owns ${name}: it waits until another lets it through.`];
  if (lanes.state[segment] === TASK.DEAD) said.push('They wait for each other in a circle: nothing will ever wake it.');
  if (facts.syncs[object]) said.push(`${name} is a ${facts.syncs[object].model}: ${facts.syncs[object].help}.`);
  return said;
}

function whySleeps(run, task, segment) {
  const { lanes } = run, rec = lanes.rec[segment], to = lanes.start[segment + 1], who = run.name(task);
  const blocked = kindOf(run, rec) === 'block' ? run.words.blocks[run.tape.arg[rec]] : '';
  const till = to < run.end ? ` It is over at ${time(to)}.` : ' It lasts until the end.';
  return [{
    sleep: `${who} asked to sleep: it needs no core.`, join: `${who} waits for tasks it has spawned.`,
    period: `${who} has done its job and waits for the release of the next.`,
    pool: run.isHelper(task) ? 'The thread of the pool has no work.' : `Its work is with the pool of the loop.`,
    promise: `${who} awaits a promise: its loop goes on with others.`,
  }[blocked] ?? `${who} has nothing to do.`, till.trim()];
}

/* ---- loops ---------------------------------------------------------------------------------- */

function whyCall(run, loop, segment) {
  const { calls, facts } = run, state = calls.state[segment], length = calls.start[segment + 1] - calls.start[segment];
  if (state === 0) return ['No callback runs: the loop looks for work, or waits in its poll.'];
  const executor = facts.executors[facts.loops[loop]?.executor ?? 0];
  const meanwhile = tasksIn(run, calls.start[segment], calls.start[segment + 1], s => s === TASK.LOOP);
  const said = [`For ${time(length)} this loop does nothing else: a callback runs to its end.`];
  if (meanwhile.size > 0) said.push(`Could go on meanwhile, and had to wait: ${names(run, meanwhile)}.`);
  if (executor) said.push(`${executor.name} is an ${executor.model}: ${executor.help}.`);
  return said;
}

/* ---- a stretch of time ------------------------------------------------------------------------- */

/* Totals of from..to: of cores, and of the tasks with most time. */
export function totals(run, from, to) {
  from = Math.max(0, from);
  to = Math.min(run.end, to);
  const length = Math.max(0, to - from);
  const cores = run.facts.cores.map((name, c) => {
    const { ran, lost } = holders(run, from, to, [c]);
    let busy = 0;
    for (const ns of ran.values()) busy += ns;
    return { name, busy, lost, idle: length - busy - lost };
  });
  const busy = cores.reduce((sum, c) => sum + c.busy, 0), lost = cores.reduce((sum, c) => sum + c.lost, 0);
  const ran = tasksIn(run, from, to, isRunning), ready = tasksIn(run, from, to, s => [TASK.NEW, TASK.READY, TASK.SWITCH, TASK.LOOP].includes(s));
  const blocked = tasksIn(run, from, to, s => [TASK.IO, TASK.SLEEP, TASK.LOCK, TASK.DEAD].includes(s));
  const tasks = [...new Set([...ran.keys(), ...ready.keys(), ...blocked.keys()])].map(task => ({
    task, ran: ran.get(task) ?? 0, ready: ready.get(task) ?? 0, blocked: blocked.get(task) ?? 0,
  })).sort((a, b) => b.ran - a.ran || b.ready - a.ready);
  return {
    length, busy, lost, cores, tasks, switches: switchesIn(run, from, to),
    share: length > 0 ? percent(busy / length / run.facts.cores.length) : '0 %',
  };
}

function switchesIn(run, from, to) {
  let n = 0;
  for (let c = 0; c < run.cores.n; c++) {
    const { start, state, first } = run.cores, last = first[c + 1] - 1;
    for (let i = Math.max(first[c], gallop(start, from, first[c], last) - 1); i < last && start[i] < to; i++)
      if (state[i] === CORE.SWITCH && start[i] >= from) n++;
  }
  return n;
}
