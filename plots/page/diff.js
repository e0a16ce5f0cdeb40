/* diff.js - the first instant at which two runs differ, and in what.
 *
 * Compared is what happens to tasks, by name: slots, numbers of queues and lengths of slices may
 * differ without anything happening otherwise. */

import { TASK, segmentAt } from './lanes.js';
import { time } from './text.js';
import { stateText } from './why.js';
import { tell } from './words.js';

/* Kinds that count, and what of them. */
const COMPARED = {
  arrive: [], ready: ['arg'], switch: ['place', 'arg'], run: ['place', 'arg'], mode: ['arg'], stop: ['arg'],
  block: ['arg'], done: ['arg'], submit: ['place'], serve: ['place', 'arg'], reply: ['place'], log: ['text'],
  fault: ['text'], acquire: ['place', 'arg'], release: ['place', 'arg'], deadlock: [], reject: ['arg'],
};

function keyOf(run, i) {
  const { tape, words, facts } = run, kind = words.kinds[tape.kind[i]], parts = COMPARED[kind];
  if (!parts) return null;
  const task = run.taskAt(i);
  return JSON.stringify([kind, task >= 0 ? run.name(task) : '', ...parts.map(part =>
    part === 'text' ? facts.texts[tape.text.get(i)] : tape[part][i])]);
}

/* The records of the instant that begins at i: their keys, and where the next begins. */
function instantAt(run, i) {
  const { t, n } = run.tape, at = t[i], events = [];
  for (; i < n && t[i] === at; i++) {
    const key = keyOf(run, i);
    if (key !== null) events.push({ key, rec: i });
  }
  return { events, next: i };
}

/* From `after` on (of that instant on, or behind it): { t, a, b } with the records of each that
 * the other has not; null: they are the same to the end. */
export function firstDifference(a, b, after = -1) {
  const begin = run => {
    let i = 0;
    const { t, n } = run.tape;
    while (i < n && t[i] <= after) i++;
    return i;
  };
  let i = begin(a), j = begin(b);
  while (i < a.tape.n || j < b.tape.n) {
    const ta = i < a.tape.n ? a.tape.t[i] : Infinity, tb = j < b.tape.n ? b.tape.t[j] : Infinity, t = Math.min(ta, tb);
    const x = ta === t ? instantAt(a, i) : { events: [], next: i };
    const y = tb === t ? instantAt(b, j) : { events: [], next: j };
    if (!sameEvents(x.events, y.events))
      return { t, a: onlyIn(x.events, y.events), b: onlyIn(y.events, x.events) };
    i = x.next;
    j = y.next;
  }
  return null;
}

function sameEvents(a, b) {
  return a.length === b.length && a.every((event, i) => event.key === b[i].key);
}

/* By name and count; where both have the same in another order, all of them. */
function onlyIn(mine, others) {
  const left = new Map();
  for (const { key } of others) left.set(key, (left.get(key) ?? 0) + 1);
  const only = mine.filter(({ key }) => {
    const n = left.get(key) ?? 0;
    left.set(key, n - 1);
    return n <= 0;
  });
  return only.map(event => event.rec);
}

/* What a task of a run does at t, where nothing happens to it. */
function goesOn(run, name, t) {
  for (let task = 0; task < Math.min(run.ntasks, 5000); task++)
    if (run.name(task) === name) {
      const i = segmentAt(run.lanes, task, t);
      return i < 0 ? null : `${name} ${run.lanes.state[i] === TASK.DEAD ? 'waits for ever' : `is still ${stateText[run.lanes.state[i]]}`}`;
    }
  return null;
}

const SAID = 3;

function sideText(run, mine, other, otherRun, t) {
  if (mine.length > 0) {
    const said = mine.slice(0, SAID).map(i => tell(run, i));
    if (mine.length > SAID) said.push(`${mine.length - SAID} more`);
    return said.join('; ');
  }
  const about = other.map(i => otherRun.taskAt(i)).filter(task => task >= 0).map(task => otherRun.name(task));
  const said = [...new Set(about)].slice(0, SAID).map(name => goesOn(run, name, t)).filter(Boolean);
  return said.length > 0 ? said.join('; ') : t > run.end ? 'it is over' : 'the same, in another order';
}

/* The difference in words. */
export function differenceText(a, b, difference) {
  if (!difference) return `${a.facts.variant} and ${b.facts.variant}: the same to the end.`;
  const { t } = difference;
  return `At ${time(t)} they differ. ${a.facts.variant}: ${sideText(a, difference.a, difference.b, b, t)}. ` +
    `${b.facts.variant}: ${sideText(b, difference.b, difference.a, a, t)}.`;
}
