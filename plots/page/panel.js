/* panel.js - the state of a run at the cursor, in words: what a step changes can be read here,
 * also by a screen reader. */

import { TASK, gallop } from './lanes.js';
import { loopPanel } from './panel_loop.js';
import { requestsOf, slotsIn } from './model.js';
import { lastEvent, isQuiet } from './steps.js';
import { el, replace } from './dom.js';
import { about, count, shorter, time } from './text.js';
import { lineOf, tell } from './words.js';

const CHIPS = 14, SORTED = 2000, CELLS = 12, EVENTS = 60;

export class Panel {
  constructor(app, r, element, below) {
    this.app = app;
    this.r = r;
    this.run = app.view.runs[r];
    this.element = element;
    this.below = below; /* under the plot: what is wide */
  }

  draw() {
    const { view } = this.app, state = view.state(this.r);
    this.state = state;
    replace(this.element,
      this.events(view.records(this.r)), this.cores(state), this.queues(state), this.devices(state),
      this.locks(state), this.asleep(state), this.executors(state), this.done(state));
    replace(this.below, ...loopPanel(this, state), this.lines(view.records(this.r)));
    const at = this.element.querySelector('.last');
    if (at) at.parentNode.scrollTop = at.offsetTop - at.parentNode.offsetTop - 40;
    const lines = this.below.querySelector('.lines');
    if (lines) lines.scrollTop = lines.scrollHeight;
  }

  section(title, half, ...content) {
    return el('section', { class: half ? 'half' : '' }, el('h3', {}, title), ...content);
  }
  row(...content) {
    return el('div', { class: 'row' }, ...content);
  }
  none(text) {
    return el('span', { class: 'none' }, text);
  }
  more(n) {
    return n > 0 ? this.none(`and ${count(n, 'other')}`) : null;
  }

  /* A task: a click selects what it does at the cursor. */
  chip(task, extra, waits = false) {
    const { theme } = this.app, hue = this.run.hue[task], name = this.run.name(task);
    return el('button', {
      class: `chip${waits ? ' waits' : ''}`, title: `${name}${extra ? `, ${extra}` : ''}: select it`,
      style: { background: theme.hues[hue], color: theme.on[hue] },
      onclick: () => this.app.selectTask(this.r, task),
    }, el('b', {}, name), extra ? el('i', {}, extra) : null);
  }

  taskOf(slot) {
    return this.state.slots.task[slot];
  }
  since(slot) {
    return this.state.t >= 0 ? this.app.view.t - this.state.slots.since[slot] : 0;
  }

  /* ---- what happens ----------------------------------------------------------------------- */

  /* The events of the cursor's instant; what has happened is dark, the last one marked. */
  events(at) {
    const { run, app } = this, { t, n } = run.tape, now = app.view.t, last = lastEvent(run, at);
    let from = gallop(t, now - 0.5, 0, n), to = from;
    while (to < n && t[to] <= now) to++;
    const total = to - from, skip = Math.max(0, at - from - EVENTS / 2);
    from += skip;
    const list = el('ul', { class: 'events' });
    for (let i = from; i < to && list.childElementCount < EVENTS; i++) {
      if (isQuiet(run, i)) continue;
      const is = i === last && this.r === app.view.active;
      list.append(el('li', {
        class: `${i < at ? 'done' : ''}${is ? ' last' : ''}`,
        onclick: () => app.view.goToRecord(this.r, i + 1),
      }, tell(run, i)));
    }
    if (total === 0) {
      const next = to < n ? this.nextLoud(to) : -1;
      list.append(el('li', {}, 'nothing at this instant'),
        next >= 0 ? el('li', { onclick: () => app.view.goToRecord(this.r, next + 1) }, `next, in ${about(t[next] - now)}: ${tell(run, next)}`) : '');
    }
    return this.section(`What happens at ${time(now)}`, false, list);
  }

  nextLoud(i) {
    while (i < this.run.tape.n && isQuiet(this.run, i)) i++;
    return i < this.run.tape.n ? i : -1;
  }

  /* ---- cores and queues -------------------------------------------------------------------- */

  cores(state) {
    const { facts } = this.run, many = facts.cores.length > CELLS;
    const cells = facts.cores.map((name, c) => many ? this.cell(state.cores[c], name) : this.core(state.cores[c], name));
    return this.section('On the cores', false, many ? el('div', { class: 'grid' }, ...cells) : this.row(...cells));
  }
  core(core, name) {
    if (core.slot < 0) return this.none(`${name} is idle`);
    const task = this.taskOf(core.slot), one = this.run.facts.cores.length === 1;
    if (core.switching) return el('span', {}, this.none(`${name} switches to `), this.chip(task, `until ${time(core.until)}`));
    const until = core.until < 4e18 ? `${one ? '' : `${name}, `}until ${time(core.until)} at most` : one ? `since ${time(core.since)}` : name;
    return this.chip(task, `${core.kernel ? 'kernel, ' : ''}${until}`);
  }
  cell(core, name) {
    if (core.slot < 0) return el('span', { class: 'cell free', title: `${name} is idle` }, '·');
    const task = this.taskOf(core.slot), { theme } = this.app, hue = this.run.hue[task];
    return el('button', {
      class: 'cell', title: `${name}: ${this.run.name(task)}`,
      style: { background: theme.hues[hue], color: theme.on[hue] }, onclick: () => this.app.selectTask(this.r, task),
    }, core.switching ? '\u2573' : shorter(this.run.name(task), 6) || '#');
  }

  /* When it next gets a core: the run is known to its end. */
  nextRun(task) {
    const { lanes } = this.run, last = lanes.first[task + 1] - 1;
    let i = gallop(lanes.start, this.app.view.t, lanes.first[task], last);
    while (i < last && ![TASK.RUN, TASK.KERNEL, TASK.SWITCH].includes(lanes.state[i])) i++;
    return i < last ? lanes.start[i] : Infinity;
  }

  queues(state) {
    const ready = slotsIn(state, TASK.READY, TASK.NEW), { slots } = state, { facts } = this.run;
    if (ready.length <= SORTED) {
      const next = new Map(ready.map(slot => [slot, this.nextRun(slots.task[slot])]));
      ready.sort((a, b) => next.get(a) - next.get(b) || slots.since[a] - slots.since[b] || a - b);
    } else {
      ready.sort((a, b) => slots.since[a] - slots.since[b] || a - b);
    }
    if (!facts.perCore || facts.cores.length > CELLS)
      return this.section(`${facts.perCore ? 'Run queues' : 'Run queue'}: ${ready.length} ready${ready.length > 1 ? ', next first' : ''}`, ready.length < 5, this.queue(ready));
    const rows = facts.cores.map((name, c) => el('div', { class: 'lock' }, el('span', {}, name),
      this.queue(ready.filter(slot => slots.place[slot] === c))));
    const nowhere = ready.filter(slot => slots.place[slot] < 0);
    if (nowhere.length > 0) rows.push(this.queue(nowhere));
    return this.section('Run queues, next first', false, ...rows);
  }
  queue(ready) {
    if (ready.length === 0) return this.row(this.none('empty'));
    const chips = [];
    for (const slot of ready.slice(0, CHIPS)) {
      const priority = this.state.slots.priority[slot];
      if (chips.length > 0) chips.push(el('span', { class: 'arrow' }, '›'));
      chips.push(this.chip(this.taskOf(slot), `${isNaN(priority) ? '' : `priority ${priority}, `}waited ${about(this.since(slot))}`));
    }
    return this.row(...chips, this.more(ready.length - CHIPS));
  }

  /* ---- devices ------------------------------------------------------------------------------- */

  devices(state) {
    const { devices } = this.run.facts;
    if (devices.length === 0) return null;
    const sections = devices.map((device, d) => el('div', { class: 'lock' }, el('span', {}, device.name), ...this.device(state, d)));
    return this.section('Devices: what is left', devices.length < 3, ...sections);
  }
  device(state, d) {
    const requests = requestsOf(state, d), now = this.app.view.t;
    if (requests.length === 0) return [this.none('nothing to do')];
    const chips = requests.slice(0, CHIPS).map(r => {
      if (isNaN(r.served)) return this.chip(r.task, `queued for ${about(now - r.submitted)}`);
      if (!isNaN(r.done)) return this.chip(r.task, 'served, on its way back');
      return this.chip(r.task, `${about(Math.max(0, r.served + r.service - now))} left`);
    });
    return [...chips, this.more(requests.length - CHIPS)];
  }

  /* ---- locks ---------------------------------------------------------------------------------- */

  locks(state) {
    const { syncs } = this.run.facts;
    if (syncs.length === 0) return null;
    const waiting = slotsIn(state, TASK.LOCK, TASK.DEAD);
    const rows = syncs.slice(0, CHIPS).map((sync, s) => this.lock(state, sync, s, waiting.filter(slot => state.slots.place[slot] === s)));
    return this.section('Locks and their like', false, ...rows, this.more(syncs.length - CHIPS));
  }
  lock(state, sync, s, waiting) {
    const owners = state.owners[s].map(o => o.task >= 0 ?
      this.chip(o.task, `${o.slot < 0 ? 'has ended with it' : o.shared ? 'shares it' : 'holds it'} since ${time(o.since)}${this.line(o.where)}`) : null);
    const waits = waiting.slice(0, CHIPS).map(slot => {
      const dead = state.slots.state[slot] === TASK.DEAD;
      return this.chip(this.taskOf(slot), dead ? 'for ever' : about(this.since(slot)));
    });
    return el('div', { class: 'lock' }, el('span', { title: `${sync.model}: ${sync.help}` }, sync.name),
      ...(owners.length > 0 ? owners : [this.none(waits.length > 0 ? '' : 'free')]),
      waits.length > 0 ? this.none('awaited by') : null, ...waits, this.more(waiting.length - CHIPS));
  }
  line(place) {
    const line = lineOf(this.run, place);
    return line ? `, ${line}` : '';
  }

  /* ---- what waits otherwise ---------------------------------------------------------------------- */

  asleep(state) {
    const { slots } = state, asleep = slotsIn(state, TASK.SLEEP).filter(slot => !this.run.isHelper(slots.task[slot]));
    const late = slotsIn(state, TASK.LOOP);
    if (asleep.length + late.length === 0) return null;
    const chips = asleep.slice(0, CHIPS).map(slot => this.chip(this.taskOf(slot), this.sleepText(slot)));
    return this.section('Waiting for something else', false, this.row(...chips, this.more(asleep.length - CHIPS),
      ...late.slice(0, CHIPS).map(slot => this.chip(this.taskOf(slot), `for its loop, ${about(this.since(slot))}`)), this.more(late.length - CHIPS)));
  }
  sleepText(slot) {
    const { words, lanes } = this.run, task = this.taskOf(slot), last = lanes.first[task + 1] - 1;
    const why = words.blocks[this.state.slots.why[slot]], i = gallop(lanes.start, this.app.view.t, lanes.first[task], last);
    const end = lanes.start[Math.min(i, last)];
    return `${{ sleep: 'sleeps', join: 'children', period: 'next period', pool: 'pool', promise: 'promise' }[why] ?? why}${end < this.run.end ? `, ${about(end - this.app.view.t)} left` : ''}`;
  }

  executors(state) {
    const rows = this.run.facts.executors.map((executor, e) => ({ executor, is: state.executors[e] }))
      .filter(({ is }) => is.queue > 0 || is.rejected > 0);
    if (rows.length === 0) return null;
    return this.section('Waiting for a thread', false, ...rows.map(({ executor, is }) =>
      el('div', {}, `${executor.name}: ${count(is.queue, 'task')} in its queue, ${count(is.threads, 'thread')}${is.rejected ? `, ${is.rejected} rejected` : ''}`)));
  }

  /* ---- lines and the finished ----------------------------------------------------------------------- */

  lines(at) {
    const { run, app } = this, { lines } = run;
    if (lines.length === 0) return null;
    const n = gallop(lines, at - 1, 0, lines.length);
    const shown = Array.from(lines.subarray(Math.max(0, n - 30), n), i => el('li', {
      onclick: () => app.view.goToRecord(this.r, i + 1),
    }, el('small', {}, `${time(run.tape.t[i])}  ${run.name(run.taskAt(i))}  `), run.facts.texts[run.tape.text.get(i)] ?? ''));
    return this.section(`Printed: ${n} of ${count(lines.length, 'line')}`, false, el('ol', { class: 'lines' }, ...shown));
  }

  done(state) {
    const { run, app } = this, t = app.view.t;
    let total = 0;
    const last = [];
    if (run.ntasks <= SORTED) {
      for (let task = 0; task < run.ntasks; task++)
        if (run.tasks.done[task] <= t && !run.isHelper(task) && (run.tasks.done[task] < t || this.isGone(state, task))) last.push(task);
      total = last.length;
      last.sort((a, b) => run.tasks.done[b] - run.tasks.done[a] || b - a);
    } else {
      total = state.finished;
    }
    const chips = last.slice(0, CELLS).map(task => this.chip(task, `at ${time(run.tasks.done[task])}`));
    return this.section(`Finished: ${total.toLocaleString('en-US')}${chips.length > 1 ? ', last first' : ''}`, run.ntasks < 6,
      this.row(...(chips.length > 0 ? chips : [this.none(total > 0 ? '' : 'none yet')]), last.length > CELLS ? this.more(last.length - CELLS) : null));
  }
  /* At the very instant of its end it may be still to come. */
  isGone(state, task) {
    const { slots } = state, slot = this.run.tape.task[this.run.tasks.rec[task]];
    return slots.task[slot] !== task;
  }
}

