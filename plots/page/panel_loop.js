/* panel_loop.js - an event loop at the cursor, as its records tell it: the phase on a wheel, the
 * call stack, what stands in each queue by name, its pool, its heap, and the step in words. */

import { el } from './dom.js';
import { heapChart } from './heap.js';
import { TASK, isRunning } from './lanes.js';
import { about, count, time } from './text.js';
import { callText, lineOf, loopName } from './words.js';
import { wheel, wheelOf, wheelText } from './wheel.js';

const SHOWN = 8, POOL = 12, LOOPS = 4, LINES = 4;

/* In the order in which they are asked; a browser calls some of them otherwise. */
const QUEUES = {
  node: [
    ['ticks', 'process.nextTick'], ['microtasks', 'promises'], ['timers', 'setTimeout'],
    ['ready', 'for the poll'], ['pool', 'wait for a thread'], ['immediates', 'setImmediate'], ['closing', 'close callbacks'],
  ],
  browser: [
    ['microtasks', 'promises'], ['ready', 'tasks'], ['timers', 'setTimeout'],
    ['ticks', ''], ['pool', ''], ['immediates', ''], ['closing', ''],
  ],
};
const ALWAYS = { node: ['ticks', 'microtasks', 'timers', 'ready', 'immediates'], browser: ['microtasks', 'ready', 'timers'] };

/* ---- the stack ------------------------------------------------------------------------------ */

function callStack(panel, l) {
  const { run } = panel, now = panel.app.view.t;
  if (!l.call) return el('div', { class: 'stack empty' }, panel.none('empty: the loop is between callbacks'));
  const { kind, task, name, where, since } = l.call;
  const line = place => lineOf(run, place) ? ` ${lineOf(run, place)}` : '';
  return el('ol', { class: 'stack' },
    el('li', {}, callText(run, kind, task, name), el('small', {}, `${line(where)}${now > since ? `, for ${about(now - since)}` : ''}`)),
    ...l.frames.map(frame => el('li', {}, `${frame.name || 'function'}()`, el('small', {}, line(frame.where)))));
}

/* ---- the queues ----------------------------------------------------------------------------- */

/* What stands there, the next first: timers by the instant at which they are due. */
function entriesOf(panel, l, loop, queue) {
  const { run } = panel, number = run.words.queue[queue], list = l.entries[number] ?? [];
  if (queue !== 'timers' || list.length < 2) return list;
  const due = l.entries[run.words.queue.due] ?? [], { view } = panel.app, leaves = leavesAt(run, loop, view.records(panel.r), list);
  return list.map((e, i) => ({ ...e, due: isIn(due, e), order: leaves[i] })).sort((a, b) => a.order - b.order || a.rec - b.rec);
}
const same = (a, b) => a.slot === b.slot && a.where === b.where && a.name === b.name;
const isIn = (list, e) => list.some(other => same(other, e));

/* When each leaves the timers: the run is known to its end. */
const LOOK_AHEAD = 20000;
function leavesAt(run, loop, from, list) {
  const { tape, words } = run, order = list.map(() => Infinity), { kind, place, arg, extra } = tape;
  let left = list.length;
  for (let i = from; i < Math.min(tape.n, from + LOOK_AHEAD) && left > 0; i++) {
    if (kind[i] !== words.kind.dequeue || place[i] !== loop || arg[i] !== words.queue.timers) continue;
    const e = { slot: tape.task[i], where: extra[i], name: run.facts.texts[tape.text.get(i)] ?? '' };
    const at = list.findIndex((other, j) => order[j] === Infinity && same(other, e));
    if (at < 0) continue;
    order[at] = i;
    left--;
  }
  return order;
}

function queueBox(panel, l, loop, [queue, hint]) {
  const { run } = panel, n = l.queues[run.words.queue[queue]] ?? 0, entries = n > 0 ? entriesOf(panel, l, loop, queue) : [];
  const due = queue === 'timers' ? l.queues[run.words.queue.due] ?? 0 : 0, shown = entries.slice(0, SHOWN);
  return el('section', { class: `queue${n === 0 ? ' zero' : ''}`, 'aria-label': `${queue}: ${n}` },
    el('h4', {}, queue, el('b', {}, String(n)), el('small', {}, due > 0 ? `${due} due` : hint)),
    el('ol', {}, ...shown.map(e => el('li', {}, entryChip(panel, e))), n > shown.length ? el('li', {}, panel.none(`+${n - shown.length}`)) : null));
}

function entryChip(panel, { task, name, where, since, due }) {
  const { theme } = panel.app, { run } = panel, hue = task >= 0 ? run.hue[task] : -1, line = lineOf(run, where);
  const who = task >= 0 && run.ntasks > 1 ? run.name(task) : '', what = name || who || (line ? '' : 'callback');
  const title = `${name || 'a callback'}${task >= 0 ? ` of ${run.name(task)}` : ''}${line ? `, ${line}` : ''}; since ${time(since)}${due ? '; due' : ''}`;
  return el('span', {
    class: `chip${due ? ' due' : ''}`, title,
    style: hue >= 0 ? { background: theme.hues[hue], color: theme.on[hue] } : { background: theme.many, color: theme.bg },
  }, what ? el('b', {}, what) : null, line ? el('i', {}, line) : null);
}

function queues(panel, l, loop, browser) {
  const flavour = browser ? 'browser' : 'node', { queue } = panel.run.words;
  const list = QUEUES[flavour].filter(([name]) => ALWAYS[flavour].includes(name) || (l.queues[queue[name]] ?? 0) > 0);
  return el('div', { class: 'boxes' }, ...list.map(of => queueBox(panel, l, loop, of)));
}

/* ---- pool and heap -------------------------------------------------------------------------- */

function pool(panel, state, executor) {
  const { run } = panel, { slots } = state, threads = [];
  for (let slot = 0; slot < slots.room; slot++) {
    const task = slots.task[slot];
    if (task >= 0 && run.isHelper(task) && helperOf(run, task) === executor) threads.push(slot);
  }
  if (threads.length === 0) return null;
  const chips = threads.slice(0, POOL).map(slot => {
    const is = slots.state[slot], doing = isRunning(is) ? 'works' : is === TASK.READY || is === TASK.SWITCH ? 'waits for a core' :
      is === TASK.IO ? 'waits for a device' : 'idle';
    return doing === 'idle' ? panel.none(`${run.name(slots.task[slot])} idle`) : panel.chip(slots.task[slot], `${doing}, ${about(panel.since(slot))}`);
  });
  return el('section', { class: 'wide' }, el('h3', {}, 'Threads of its pool'), panel.row(...chips));
}

/* Helpers are called after their executor: "default/pool". */
function helperOf(run, task) {
  const name = run.facts.specs[run.tasks.spec[task]].name;
  return run.facts.executors.findIndex(e => name.startsWith(`${e.name}/`));
}

/* What the areas and marks of the chart are. */
function heapKey({ limit, scavenges, sweeps }) {
  const has = [['alive', true], ['garbage', true], ['limit', limit], ['scavenge', scavenges], ['mark-sweep', sweeps]];
  return has.filter(([, is]) => is).map(([name]) => el('span', { class: `key ${name}` }, name));
}

function heap(panel, l, loop, executor) {
  const of = heapChart(panel.run, loop, l, panel.app.view.t, executor?.heapLimit ?? 0);
  if (!of) return null;
  return el('section', { class: 'wide' }, el('h3', { class: 'heapkey' }, 'Heap', ...heapKey(of)),
    el('div', { class: 'heapbox' }, of.chart), el('div', { class: 'none' }, of.said));
}

/* ---- the step in words ---------------------------------------------------------------------- */

/* The lines of the step at the cursor: the last one told, and what stands above it. */
export function storyAt(run, at) {
  const { story } = run.facts, n = gallopLines(story, at);
  if (n === 0) return [];
  let from = n - 1;
  while (from > 0 && story[from][1] > 0) from--;
  const lines = story.slice(from, n);
  return lines.length <= LINES ? lines : [lines[0], ...lines.slice(1 - LINES)];
}
function gallopLines(story, at) {
  let lo = 0, hi = story.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (story[mid][0] <= at) lo = mid + 1; else hi = mid;
  }
  return lo;
}

function story(panel) {
  const { run, app } = panel, at = app.view.records(panel.r), lines = storyAt(run, at);
  if (lines.length === 0) return null;
  const rest = at > run.facts.told ? panel.none(`The story is told up to record ${run.facts.told.toLocaleString('en-US')}.`) : null;
  return el('section', { class: 'wide story' }, el('h3', {}, 'What it does, and why'),
    rest ?? el('ul', {}, ...lines.map(([rec, level, text], i) => el('li', {
      class: `${level > 0 ? 'in' : ''}${i === lines.length - 1 ? ' last' : ''}`, onclick: () => app.view.goToRecord(panel.r, rec),
    }, text))));
}

/* ---- its end ---- */

/* A loop is over behind the last of its records, where nobody lives whom it might call. */
function isOver(run, state, loop) {
  if (state.at < lastOf(run, loop) || state.loops[loop].call || state.loops[loop].queues.some(n => n > 0)) return false;
  const { slots } = state;
  for (let slot = 0; slot < slots.room; slot++) if (slots.task[slot] >= 0 && !run.isHelper(slots.task[slot])) return false;
  return state.loops[loop].begun;
}
function lastOf(run, loop) {
  if (!run.lastOfLoops) {
    const { kind, place, n } = run.tape, K = run.words.kind, of = [K.phase, K.call, K.return];
    run.lastOfLoops = [];
    for (let i = 0; i < n; i++) if (of.includes(kind[i])) run.lastOfLoops[place[i]] = i + 1;
  }
  return run.lastOfLoops[loop] ?? Infinity;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* The sections of all loops of a run; of many, the first ones. */
export function loopPanel(panel, state) {
  const sections = [], { run } = panel, seen = new Set();
  state.loops.slice(0, LOOPS).forEach((l, number) => {
    const facts = run.facts.loops[number], executor = run.facts.executors[facts?.executor], browser = Boolean(executor?.browser);
    const name = state.loops.length > 1 ? `Loop ${loopName(run, number)}` : 'The event loop', of = wheelOf(run, l, browser, isOver(run, state, number));
    sections.push(el('section', { class: 'wide loop', 'aria-label': name },
      el('div', { class: 'turns' }, el('h3', {}, name), wheel(of), el('span', { class: 'hidden' }, wheelText(of))),
      el('div', { class: 'calls' }, el('h3', {}, 'Call stack, top first'), callStack(panel, l)),
      el('div', { class: 'waits' }, el('h3', {}, 'Its queues, next first'), queues(panel, l, number, browser))),
    heap(panel, l, number, executor));
    if (facts && !seen.has(facts.executor)) sections.push(pool(panel, state, facts.executor));
    seen.add(facts?.executor);
  });
  if (state.loops.length > LOOPS) sections.push(panel.none(`and ${count(state.loops.length - LOOPS, 'loop')} more`));
  if (state.loops.length > 0) sections.unshift(story(panel));
  return sections;
}
