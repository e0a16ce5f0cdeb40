/* The page's state against what quanta itself says of the same run. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { CORE, TASK, isBusy, segmentAt } from '../lanes.js';
import { loadPage } from '../load.js';
import { Player, requestsOf, slotsIn } from '../model.js';
import { lesson, plot, results, write } from './pages.mjs';

const CONFIGS = ['lessons/01-concurrency-vs-parallelism.json', 'lessons/02-cpu-busy-and-idle.json', 'lessons/10-thread-pool-too-small.json',
  'lessons/19-a-deadlock.json', 'lessons/21-lock-convoy.json', 'lessons/22-priority-inversion.json', 'lessons/29-await-does-not-block.json',
  'lessons/32-the-pool-of-four.json', 'races/bounded-buffer.json', 'servers/health-check-behind-a-backlog.json', 'servers/thousand-requests.json'];

const load = config => loadPage(fs.readFileSync(plot(config), 'utf8'));
const sumOf = (run, sum, c) => sum[run.cores.first[c + 1] - 1];

for (const name of CONFIGS) {
  test(`${name}: cores, tasks and levels as in the result document`, () => {
    const runs = load(lesson(name)), documents = results(lesson(name));
    assert.equal(runs.length, documents.length);
    runs.forEach((run, r) => check(run, documents[r]));
  });
}

function check(run, document) {
  assert.equal(run.facts.variant, document.variant);
  assert.equal(run.end, document.end);
  document.cores.forEach((core, c) => {
    assert.equal(sumOf(run, run.busySum, c), core.user + core.kernel, `${core.name} busy`);
    const lost = segmentsOf(run, c).filter(s => s.state === CORE.SWITCH).reduce((sum, s) => sum + s.to - s.from, 0);
    assert.equal(lost, core.switch, `${core.name} switches`);
  });
  assert.equal(mostFor(run.level.t, run.level.inProgress, run.end), document.summary.concurrency.max);
  assert.equal(mostFor(run.level.t, run.level.running, run.end), document.summary.parallelism.max);
  for (let task = 0; task < run.ntasks; task++) {
    const told = document.tasks?.[run.name(task)];
    if (!told || run.isHelper(task)) continue;
    assert.equal(run.tasks.arrival[task], told.arrival, run.name(task));
    assert.equal(run.tasks.done[task], told.completion ?? Infinity, `${run.name(task)} ends`);
    assert.equal(run.runSum[run.lanes.first[task + 1] - 1], told.cpu, `${run.name(task)} ran`);
  }
  const printed = Array.from(run.lines, i => run.facts.texts[run.tape.text.get(i)]);
  const log = [...document.log ?? [], ...document.faults ?? []].map(line => line.text ?? line.message);
  assert.deepEqual(printed.slice().sort(), log.slice().sort());
}

const segmentsOf = (run, c) => {
  const { first, start, state, what } = run.cores, list = [];
  for (let i = first[c]; i < first[c + 1] - 1; i++) list.push({ from: start[i], to: start[i + 1], state: state[i], what: what[i] });
  return list;
};

/* The most that lasts for any time at all. */
function mostFor(t, values, end) {
  let most = 0;
  for (let i = 0; i < t.length; i++) if ((i + 1 < t.length ? t[i + 1] : end) > t[i]) most = Math.max(most, values[i]);
  return most;
}

test('who runs when is what the segments of the result document say', () => {
  const config = lesson('lessons/21-lock-convoy.json'), documents = results(config);
  load(config).forEach((run, r) => {
    for (const s of documents[r].segments.filter(s => s.kind !== 'switch')) {
      const i = segmentAt(run.cores, s.core, s.from);
      assert.ok(isBusy(run.cores.state[i]), `core ${s.core} at ${s.from}`);
      assert.equal(run.name(run.cores.what[i]), s.task);
    }
    assert.ok(documents[r].segments.length >= 6);
  });
});

test('the queues at 16.6 ms of round robin are known', () => {
  const run = load(lesson('lessons/01-concurrency-vs-parallelism.json'))[1], player = new Player(run);
  const state = player.seek(player.recordsAt(16600000)), who = slot => run.name(state.slots.task[slot]);
  assert.deepEqual(state.cores.map(c => who(c.slot)), ['A']);
  assert.deepEqual(slotsIn(state, TASK.READY).map(slot => [who(slot), 16600000 - state.slots.since[slot]]), [['C', 3800000]]);
  assert.deepEqual(requestsOf(state, 0).map(r => [run.name(r.task), r.served + r.service - 16600000]), [['B', 5800000], ['D', 5600000]]);
});

test('a deadlock: each holds what the other waits for', () => {
  const run = load(lesson('lessons/19-a-deadlock.json'))[0], player = new Player(run), state = player.seek(run.tape.n);
  assert.deepEqual(state.owners.map(list => list.map(o => run.name(o.task))), [['A to B'], ['B to A']]);
  assert.deepEqual(slotsIn(state, TASK.DEAD).map(slot => [run.name(state.slots.task[slot]), run.facts.syncs[state.slots.place[slot]].name]),
    [['A to B', 'account2'], ['B to A', 'account1']]);
});

test('who ends by a fault, and whose process does, has not finished well', () => {
  const broke = run => [...run.tasks.broke.keys()].filter(task => run.tasks.broke[task]).map(task => run.name(task));
  const [crash, , , cluster] = load(lesson('lessons/42-one-error-ends-them-all.json'));
  assert.deepEqual(broke(crash), ['third', 'late#1', 'late#2', 'late#3']);
  assert.deepEqual(broke(cluster), ['third', 'late#2']);
});

test('every record: forwards and backwards give the same state', () => {
  for (const name of ['lessons/22-priority-inversion.json', 'lessons/25-ticks-and-microtasks.json', 'races/bounded-buffer.json'])
    for (const run of load(lesson(name))) {
      const forward = new Player(run), backward = new Player(run), seen = [];
      for (let n = 0; n <= run.tape.n; n++) seen.push(JSON.stringify(plain(forward.seek(n))));
      for (let n = run.tape.n; n >= 0; n--) assert.equal(JSON.stringify(plain(backward.seek(n))), seen[n], `${name}, record ${n}`);
    }
});

/* Maps as arrays, typed arrays up to what is used. */
function plain(state) {
  return { ...state, slots: Array.from(state.slots.task, (task, slot) => task < 0 ? null : [task, state.slots.state[slot], state.slots.since[slot], state.slots.place[slot]]),
    devices: state.devices.map(d => [...d]), frames: [...state.frames], deadlock: [...state.deadlock] };
}

test('the loop: its phase, its call and its queues between callbacks', () => {
  const run = load(lesson('lessons/25-ticks-and-microtasks.json'))[0], player = new Player(run), { words, tape } = run;
  let open = 0, calls = 0;
  for (let n = 1; n <= tape.n; n++) {
    const state = player.seek(n), kind = words.kinds[tape.kind[n - 1]];
    if (kind === 'call') { open++; calls++; }
    if (kind === 'return') open--;
    assert.equal(state.loops[0].call !== null, open === 1);
    for (const length of state.loops[0].queues) assert.ok(length === undefined || length >= 0);
  }
  assert.equal(open, 0);
  assert.ok(calls > 5);
  assert.equal(player.state.loops[0].queues[words.queue.ticks], 0);
});

test('names cannot break out of the page', () => {
  const name = '</script><!--<b>&amp;"\'\\ \u2028 ünï 漢', config = write({ name, tasks: [{ name, do: [{ cpu: 5 }, { log: `${name} prints` }] }] });
  const html = fs.readFileSync(plot(config), 'utf8'), run = loadPage(html)[0];
  assert.equal(run.facts.name, name);
  assert.equal(run.name(0), name);
  assert.equal(run.facts.texts[run.tape.text.get(run.lines[0])], `${name} prints`);
  assert.equal(html.split('</script>').length - 1, 3);
  assert.ok(!html.includes('<!--'));
  assert.ok(!/https?:\/\//.test(html.replace(/http:\/\/www\.w3\.org/g, '').split('id="facts"')[0]));
});

test('clients, periods and spawned tasks have the names of the result document', () => {
  const config = write({ until: '30ms', unit: 'ms', devices: { net: { service: 1 } }, tasks: [
    { name: 'c', clients: 2, think: 1, do: [{ cpu: 1 }, { io: 'net' }] },
    { name: 'p', period: 5, do: [{ cpu: 1 }] },
    { name: 'parent', do: [{ repeat: 3, do: [{ spawn: 'child' }] }, { join: 'child' }] }], programs: { child: [{ cpu: 2 }] } });
  const run = load(config)[0], [document] = results(config);
  const names = Array.from({ length: run.ntasks }, (_, task) => run.name(task));
  assert.deepEqual([...new Set(names)].sort(), Object.keys(document.tasks).sort());
});
