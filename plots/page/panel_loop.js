/* panel_loop.js - an event loop at the cursor: its phase, its call stack, its queues and what
 * comes out of them next, its pool. */

import { el } from './dom.js';
import { TASK, isRunning } from './lanes.js';
import { about, time } from './text.js';
import { callText, lineOf, loopName } from './words.js';

const NEXT = 5, LOOK_AHEAD = 4000, POOL = 12;

/* Phases in the order of a round; a browser has others than Node. */
const ROUNDS = { node: ['script', 'timers', 'poll', 'wait', 'check', 'closing'], browser: ['script', 'task', 'microtasks', 'render', 'wait'] };

/* Which calls come out of which queue. */
const QUEUE_OF = {
  tick: 'ticks', microtask: 'microtasks', reaction: 'microtasks', adoption: 'microtasks', continuation: 'microtasks',
  immediate: 'immediates', timer: 'timers', interval: 'timers', io: 'ready', work: 'ready', task: 'ready', join: 'ready',
  period: 'ready', message: 'ready', close: 'closing',
};

/* The next calls of each queue of a loop, in the order in which they will run: the run is known
 * to its end. */
function comingCalls(run, loop, at) {
  const { tape, words, facts } = run, coming = Object.fromEntries(words.queues.map(queue => [queue, []]));
  for (let i = at; i < Math.min(tape.n, at + LOOK_AHEAD); i++) {
    if (tape.kind[i] !== words.kind.call || tape.place[i] !== loop) continue;
    const list = coming[QUEUE_OF[words.calls[tape.arg[i]]]];
    if (list && list.length < NEXT)
      list.push({ kind: words.calls[tape.arg[i]], task: run.taskAt(i), name: facts.texts[tape.text.get(i)] ?? '', where: tape.extra[i], t: tape.t[i] });
  }
  return coming;
}

function phases(panel, l) {
  const { stages } = panel.run.words, is = stages[l.stage] ?? '';
  const round = ROUNDS.node.includes(is) || is === '' ? ROUNDS.node : ROUNDS.browser;
  return el('div', { class: 'phases' }, ...round.map(stage =>
    el('span', { class: stage === is ? 'is' : '', 'aria-current': stage === is ? 'step' : undefined }, stage)),
  el('span', { class: 'none', style: { boxShadow: 'none' } }, l.iteration > 0 ? `iteration ${l.iteration}` : ''));
}

function callStack(panel, l) {
  const { run } = panel, now = panel.app.view.t;
  if (!l.call) return panel.row(panel.none('empty'));
  const { kind, task, name, where, since } = l.call;
  const line = place => lineOf(run, place) ? ` ${lineOf(run, place)}` : '';
  return el('div', { class: 'stack' },
    el('div', {}, callText(run, kind, task, name), el('small', {}, `${line(where)}, for ${about(now - since)}`)),
    ...l.frames.map(frame => el('div', {}, `${frame.name || 'function'}()`, el('small', {}, line(frame.where)))));
}

function queues(panel, l, coming, now) {
  const { queues: names } = panel.run.words, rows = [];
  names.forEach((queue, q) => {
    const n = l.queues[q] ?? 0, shown = (coming[queue === 'due' ? 'timers' : queue] ?? []).slice(0, Math.min(n, NEXT));
    if (n === 0 && (queue === 'closing' || queue === 'pool')) return;
    rows.push(el('span', {}, queue), el('span', { class: `n${n === 0 ? ' zero' : ''}` }, String(n)),
      el('div', { class: 'row' }, ...shown.map(call => callChip(panel, call, now))));
  });
  return el('div', { class: 'queues' }, ...rows);
}

function callChip(panel, { kind, task, name, where, t }, now) {
  const { theme } = panel.app, what = name || (panel.run.ntasks > 1 && task >= 0 ? panel.run.name(task) : kind);
  const hue = task >= 0 ? panel.run.hue[task] : -1;
  return el('span', {
    class: 'chip', title: `${kind}${task >= 0 ? ` of ${panel.run.name(task)}` : ''}, runs ${t > now ? `in ${time(t - now)}` : 'at this instant'}`,
    style: hue >= 0 ? { background: theme.hues[hue], color: theme.on[hue] } : { background: theme.many, color: theme.bg },
  }, what, lineOf(panel.run, where) ? el('i', {}, lineOf(panel.run, where)) : null);
}

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
  return panel.section('Threads of its pool', true, panel.row(...chips));
}

/* Helpers are called after their executor: "default/pool". */
function helperOf(run, task) {
  const name = run.facts.specs[run.tasks.spec[task]].name;
  return run.facts.executors.findIndex(e => name.startsWith(`${e.name}/`));
}

function memory(l) {
  if (isNaN(l.heap)) return null;
  const mb = bytes => `${Math.round(bytes / 10485.76) / 100} MB`;
  return el('div', {}, `heap ${mb(l.heap)}, of it garbage ${mb(l.garbage)}${l.gc >= 0 ? '; stops to collect it' : ''}`);
}

/* The sections of all loops of a run; of many, the first ones. */
export function loopPanel(panel, state) {
  const sections = [], { run } = panel, seen = new Set();
  state.loops.slice(0, 4).forEach((l, number) => {
    const name = state.loops.length > 1 ? `Loop ${loopName(run, number)}` : 'The event loop';
    const coming = comingCalls(run, number, panel.app.view.records(panel.r));
    sections.push(el('section', { class: 'wide' }, el('h3', {}, `${name}: phase`), phases(panel, l)),
      panel.section('Call stack, top first', true, callStack(panel, l)),
      panel.section('Its queues, and what comes out next', true, queues(panel, l, coming, panel.app.view.t), memory(l)));
    const executor = run.facts.loops[number]?.executor ?? -1;
    if (executor >= 0 && !seen.has(executor)) sections.push(pool(panel, state, executor));
    seen.add(executor);
  });
  return sections;
}
