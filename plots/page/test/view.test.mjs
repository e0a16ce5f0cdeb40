import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import test from 'node:test';
import { differenceText, firstDifference } from '../diff.js';
import { writeLink, readLink } from '../links.js';
import { linesOf, loadPage } from '../load.js';
import { findTasks } from '../search.js';
import { storyAt } from '../panel_loop.js';
import { Player } from '../model.js';
import { lastEvent, stepAfter, stepBefore } from '../steps.js';
import { wheelOf } from '../wheel.js';
import { View } from '../view.js';
import { segmentFacts, totals, why } from '../why.js';
import { tell } from '../words.js';
import { lesson, plot, quanta, write } from './pages.mjs';

const load = config => loadPage(fs.readFileSync(plot(config), 'utf8'));
const four = load(lesson('lessons/01-concurrency-vs-parallelism.json'));
const [fifo, rr, cores] = four;
const taskOf = (run, name) => Array.from({ length: run.ntasks }, (_, task) => task).find(task => run.name(task) === name);
const at = (run, name, t) => {
  const lane = taskOf(run, name), { start, first } = run.lanes;
  for (let i = first[lane]; i < first[lane + 1] - 1; i++) if (start[i] <= t && t < start[i + 1]) return { lanes: 'lanes', lane, segment: i };
  return null;
};

test('a step on and a step back come to the same places', () => {
  for (const run of [...four, ...load(lesson('lessons/25-ticks-and-microtasks.json'))]) {
    const places = [0];
    for (let n = stepAfter(run, 0); n >= 0; n = stepAfter(run, n)) places.push(n);
    assert.ok(places.length > 10);
    const back = [places[places.length - 1]];
    for (let n = stepBefore(run, back[0]); n >= 0; n = stepBefore(run, n)) back.push(n);
    assert.deepEqual(back.reverse(), places);
    assert.equal(stepBefore(run, 0), -1);
    assert.ok(lastEvent(run, places[1]) >= 0);
  }
});

test('FIFO and round robin differ at 4 ms: A goes on, or its slice is over', () => {
  const found = firstDifference(fifo, rr);
  assert.equal(found.t, 4000000);
  assert.equal(differenceText(fifo, rr, found), 'At 4 ms they differ. one core, FIFO: A is still running; B is still ready, waiting for a core. ' +
    'one core, round robin: A leaves core0: its slice is over; A goes back into the queue; core0 switches to B, for 400 us.');
  const next = firstDifference(fifo, rr, found.t);
  assert.equal(next.t, 4400000);
});

test('one core and four differ at once; a run does not differ from itself', () => {
  assert.equal(firstDifference(fifo, cores).t, 0);
  assert.equal(firstDifference(rr, rr), null);
});

test('why C waits at 16.6 ms: who had the core, and which rule decided', () => {
  const selected = at(rr, 'C', 16600000), said = why(rr, selected).join(' ');
  assert.equal(segmentFacts(rr, selected).length, '12.8 ms to 20.6 ms, 7.8 ms');
  assert.match(said, /held by A \(4 ms\) and D \(3 ms\), and 1\.2 ms went into switches/);
  assert.match(said, /It runs at 21 ms: core0 is free, as A left it at 20\.6 ms: its slice was over\./);
  assert.match(said, /The policy is rr \(quantum 4 ms\): as fifo/);
});

test('why of a device, a lock, a deadlock', () => {
  assert.match(why(rr, at(rr, 'B', 16600000)).join(' '), /net serves it at once and takes 14 ms/);
  const [dead] = load(lesson('lessons/19-a-deadlock.json'));
  assert.match(why(dead, at(dead, 'A to B', 9000000)).join(' '), /account2 is held by B to A .*line 11.*in a circle/);
  assert.match(why(dead, at(dead, 'A to B', 3500000)).join(' '), /account2 is held by B to A/);
});

test('every segment of every lane has facts and reasons in words', () => {
  for (const run of [...four, ...load(lesson('races/bounded-buffer.json')), ...load(lesson('lessons/32-the-pool-of-four.json')), ...load(lesson('lessons/30-real-and-fake-async.json'))])
    for (const lanes of ['cores', 'lanes', 'calls'])
      for (let lane = 0; lane < run[lanes].n; lane++)
        for (let segment = run[lanes].first[lane]; segment < run[lanes].first[lane + 1] - 1; segment++) {
          const selected = { lanes, lane, segment };
          const text = `${segmentFacts(run, selected).title} ${why(run, selected).join(' ')}`;
          assert.doesNotMatch(text, /undefined|NaN|null|somebody/, text);
        }
});

test('every record is told in words', () => {
  const files = ['lessons/10-thread-pool-too-small.json', 'lessons/22-priority-inversion.json', 'lessons/24-phases-of-the-loop.json', 'lessons/18-a-lost-update.json',
    'textbook/burns-wellings-inversion.json', 'races/readers-writers.json'];
  for (const run of files.flatMap(file => load(lesson(file))))
    for (let i = 0; i < run.tape.n; i++) assert.doesNotMatch(tell(run, i), /undefined|NaN|null/, `${run.words.kinds[run.tape.kind[i]]}: ${tell(run, i)}`);
});

test('totals of a stretch add up to it', () => {
  const sum = totals(rr, 10e6, 30e6);
  assert.equal(sum.length, 20e6);
  for (const core of sum.cores) assert.equal(core.busy + core.lost + core.idle, 20e6);
  assert.equal(sum.tasks.reduce((ran, task) => ran + task.ran, 0), sum.busy);
  for (const task of sum.tasks.filter(task => rr.tasks.done[task.task] > 30e6)) assert.equal(task.ran + task.ready + task.blocked, 20e6);
  assert.equal(totals(rr, 0, rr.end).switches, 11);
});

test('search finds what begins with the text first', () => {
  const runs = load(write({ tasks: [{ name: 'a req', do: [{ cpu: 1 }] }, { name: 'req', count: 12, do: [{ cpu: 1 }] }] }));
  assert.deepEqual(findTasks(runs, 'REQ#1').map(hit => hit.name), ['req#1', 'req#10', 'req#11', 'req#12']);
  assert.equal(findTasks(runs, 'req').at(-1).name, 'a req');
  assert.deepEqual(findTasks(runs, 'nobody'), []);
  assert.deepEqual(findTasks(runs, '  '), []);
});

test('the view stays within the run, and its link leads back to it', () => {
  const view = new View(four);
  view.zoom(1e-12, 20e6);
  assert.ok(view.to - view.from >= 20 && view.from <= 20e6 && view.to >= 20e6);
  view.pan(-1e9);
  assert.equal(view.from, 0);
  view.fit();
  view.goTo(16600000, 1);
  view.step(1);
  view.select({ run: 1, ...at(rr, 'C', 16600000) });
  const link = readLink(writeLink(view));
  assert.deepEqual([link.t, link.run, link.task], [view.t, 'one core, round robin', 'C']);
});

/* `waiting: ticks 1 · timers 2 (2 due)` as numbers by queue. */
const said = text => Object.fromEntries([...(text.split('waiting: ')[1] ?? '').matchAll(/(\w+) (\d+)/g)].map(([, name, n]) => [name, Number(n)]));

test('behind a callback the queues hold what the story says, and the hub tells what comes next', () => {
  let seen = 0;
  for (const file of ['lessons/24-phases-of-the-loop.json', 'lessons/25-ticks-and-microtasks.json', 'lessons/28-settimeout-or-setimmediate.json'])
    for (const run of load(lesson(file))) {
      const player = new Player(run), { queue } = run.words;
      for (let n = stepAfter(run, 0); n >= 0; n = stepAfter(run, n)) {
        const text = storyAt(run, n).at(-1)?.[2] ?? '';
        if (run.words.kinds[run.tape.kind[lastEvent(run, n)]] !== 'return' || !/^→ /.test(text)) continue;
        const [l] = player.seek(n).loops, waits = said(text), next = ['ticks', 'microtasks'].find(name => waits[name] > 0);
        for (const name of ['ticks', 'microtasks', 'timers', 'immediates', 'ready'])
          assert.equal(l.queues[queue[name]] ?? 0, waits[name] ?? 0, `${file}, record ${n}: ${name} beside "${text}"`);
        const { hub } = wheelOf(run, l, false);
        assert.deepEqual(next ? hub : hub[0] !== 'the script' || hub[1] === 'has run', next ? [next, 'come next'] : true);
        seen++;
      }
    }
  assert.ok(seen > 30);
});

test('any two are compared, never one with itself', () => {
  const view = new View(four);
  assert.deepEqual([view.active, view.other], [0, 1]);
  view.compareWith(3);
  view.goTo(0, 3);
  assert.deepEqual([view.active, view.other], [3, 0]);
  view.compareWith(3);
  assert.deepEqual([view.active, view.other], [0, 3]);
  const link = readLink(writeLink(view));
  assert.equal(link.other, four[3].facts.variant);
});

test('the story of a page is that of the terminal, word by word', () => {
  const config = write({ name: 'numbers', tasks: [{ name: 'a 007 of 12345678901', count: 3, do: [{ log: '0 00 x1.05 <!-- 9' }, { cpu: '1.5ms' }, { log: '0 01 x2.50 <!-- 8' }] }],
    executors: { default: { kind: 'event-loop' } } });
  for (const file of [config, lesson('lessons/24-phases-of-the-loop.json')]) {
    const runs = load(file), terminal = execFileSync(quanta, ['run', '--explain', '--width', '1000', file], { encoding: 'utf8' }).split('\n').map(line => line.trim());
    for (const run of runs) {
      assert.ok(run.facts.story.length > 8);
      let from = 0;
      for (const [, , text] of run.facts.story) {
        const at = terminal.findIndex((line, i) => i >= from && line.endsWith(text));
        assert.ok(at >= 0, text);
        from = at;
      }
    }
  }
});

test('a line that differs from another in its numbers has only these', () => {
  assert.deepEqual(linesOf([[3, 0, 'a#0 waits 0.0 ms', 1, 2, '05'], [0, 1, 'b'], [4, 0, 0, 7, 0, '00']]),
    [[3, 0, 'a#1 waits 2.05 ms'], [3, 1, 'b'], [7, 0, 'a#7 waits 0.00 ms']]);
});
