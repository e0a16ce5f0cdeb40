/* runview.js - one run of the page: its title, its plot with pointer and wheel, its panel. */

import { el } from './dom.js';
import { FOOT_HEIGHT, Foot } from './foot.js';
import { gallop, segmentAt } from './lanes.js';
import { layout } from './layout.js';
import { Panel } from './panel.js';
import { Painter } from './render.js';
import { about, count, percent, ticks, time } from './text.js';
import { policyText, segmentFacts } from './why.js';

const DRAG = 4, GAP = 78, LOOKED = 200;

export class RunView {
  constructor(app, r) {
    const run = app.view.runs[r];
    this.app = app;
    this.r = r;
    this.run = run;
    this.layout = layout(run);
    this.canvas = el('canvas', {
      tabindex: '0', role: 'img',
      'aria-label': `Timeline of ${run.facts.variant}: ${count(run.facts.cores.length, 'core')}, ${count(run.ntasks, 'task')}. ` +
        'Left and right arrow step through its events; up and down choose a task; question mark lists all keys.',
    });
    this.spacer = el('div', { style: { height: `${this.layout.height}px` } }, this.canvas);
    this.lanes = el('div', { class: 'lanes' }, this.spacer);
    this.footCanvas = el('canvas', { 'aria-hidden': 'true' });
    this.plot = el('div', { class: 'plot' }, el('h2', {}, this.title()), el('p', { class: 'what' }, this.summary()), this.lanes, this.footCanvas, this.below = el('div', { class: 'below' }));
    this.side = el('aside', { class: 'side', 'aria-label': `State of ${run.facts.variant} at the cursor` });
    this.element = el('section', { class: 'run', 'aria-label': run.facts.variant }, this.plot, this.side);
    this.panel = new Panel(app, r, this.side, this.below);
    this.painter = new Painter(run, this.canvas, this.layout, app.theme);
    this.foot = new Foot(run, this.footCanvas, app.theme);
    this.pointers = new Map();
    this.listen();
  }

  title() {
    const { facts } = this.run, several = this.app.view.runs.length > 1;
    const files = new Set(this.app.view.runs.map(run => run.facts.name)).size;
    return !several ? `${count(facts.cores.length, 'core')}, ${policyText(facts)}` : files > 1 ? `${facts.name}: ${facts.variant}` : facts.variant;
  }

  summary() {
    const { facts } = this.run, s = facts.result?.summary, said = [];
    if (this.app.view.runs.length > 1) said.push(`${count(facts.cores.length, 'core')}, ${policyText(facts)}`);
    said.push(facts.outcome === 'completed' ? `done at ${time(facts.end)}` : `${facts.outcome} at ${time(facts.end)}`);
    if (s) said.push(`mean response ${about(s.response.mean)}`, `mean turnaround ${about(s.turnaround.mean)}`,
      count(s.context_switches, 'context switch', 'context switches'), `cores ${percent(s.utilization)} busy`);
    return said.join(', ');
  }

  setTheme(theme) {
    this.painter.theme = this.foot.theme = theme;
  }

  /* ---- drawing ------------------------------------------------------------------------------ */

  size() {
    const width = Math.max(200, this.plot.clientWidth - parseFloat(getComputedStyle(this.plot).paddingLeft) - 14);
    /* One run has the window for itself, but for what stands above and below. */
    const alone = innerHeight - this.plot.offsetTop - FOOT_HEIGHT - 72 - this.app.detail.element.offsetHeight;
    const room = Math.max(220, this.app.view.runs.length > 1 ? innerHeight * 0.55 : alone);
    const height = Math.min(this.layout.height, room);
    this.lanes.style.height = `${height}px`;
    this.lanes.style.width = `${width}px`;
    const inner = this.lanes.clientWidth || width;
    this.canvas.style.width = this.footCanvas.style.width = `${inner}px`;
    this.canvas.style.height = `${height}px`;
    this.footCanvas.style.height = `${FOOT_HEIGHT}px`;
    this.width = inner;
    this.height = height;
    this.gutter = width < 600 ? 92 : 148;
  }

  draw() {
    const { view } = this.app, axis = ticks(view.from, view.to, this.width - this.gutter, GAP);
    const dpr = Math.min(2, globalThis.devicePixelRatio || 1);
    const selected = view.selected?.run === this.r ? view.selected : null;
    this.element.classList.toggle('active', view.active === this.r && view.runs.length > 1);
    this.painter.draw(view, {
      width: this.width, height: this.height, gutter: this.gutter, top: this.lanes.scrollTop, dpr,
      cursor: view.t, selected, step: axis.step,
    });
    this.foot.draw(view, { width: this.width, gutter: this.gutter, dpr, cursor: view.t, ticks: axis });
  }

  /* ---- pointer and wheel ---------------------------------------------------------------------- */

  listen() {
    for (const canvas of [this.canvas, this.footCanvas]) {
      canvas.addEventListener('pointerdown', event => this.down(event));
      canvas.addEventListener('pointermove', event => this.move(event));
      canvas.addEventListener('pointerup', event => this.up(event));
      canvas.addEventListener('pointercancel', event => this.pointers.delete(event.pointerId));
      canvas.addEventListener('pointerleave', () => this.app.hideTip());
      canvas.addEventListener('wheel', event => this.wheel(event), { passive: false });
      canvas.addEventListener('dblclick', event => this.double(event));
    }
    this.lanes.addEventListener('scroll', () => this.app.redraw());
    this.canvas.addEventListener('focus', () => {
      const { view } = this.app;
      if (view.active !== this.r) view.goTo(view.t, this.r);
    });
  }

  wheel(event) {
    const { view } = this.app;
    /* Above the names it scrolls the rows, as everywhere. */
    if (event.offsetX < this.gutter && !event.ctrlKey) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1, width = view.to - view.from;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const by = (event.deltaX || event.deltaY) * unit * width / (this.width - this.gutter);
      view.look(view.from + by, view.to + by);
    } else {
      view.zoom(Math.exp(event.deltaY * unit * 0.0018), this.painter.t(event.offsetX));
    }
  }

  down(event) {
    event.currentTarget.setPointerCapture(event.pointerId);
    const { view } = this.app;
    this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    this.drag = {
      x: event.offsetX, from: view.from, to: view.to, moved: 0, t: this.painter.t(event.offsetX),
      range: event.shiftKey, spread: this.spread(),
    };
  }
  /* Between two fingers. */
  spread() {
    const [a, b] = [...this.pointers.values()];
    return b ? Math.abs(a.x - b.x) : 0;
  }

  move(event) {
    const { view } = this.app;
    if (!this.pointers.has(event.pointerId)) {
      this.hover(event);
      return;
    }
    this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    const { drag } = this, scale = (drag.to - drag.from) / (this.width - this.gutter);
    drag.moved = Math.max(drag.moved, Math.abs(event.offsetX - drag.x));
    if (this.pointers.size === 2 && drag.spread > 10) {
      view.zoom(drag.spread / Math.max(10, this.spread()), this.painter.t(drag.x));
      drag.spread = this.spread();
      drag.moved = Infinity;
    } else if (drag.moved > DRAG && drag.range) {
      view.selectRange(drag.t, this.painter.t(event.offsetX));
    } else if (drag.moved > DRAG) {
      const by = (drag.x - event.offsetX) * scale;
      view.look(drag.from + by, drag.to + by);
    }
  }

  up(event) {
    const { drag } = this;
    this.pointers.delete(event.pointerId);
    if (drag && drag.moved <= DRAG && this.pointers.size === 0) this.click(event);
    if (this.pointers.size === 0) this.drag = null;
  }

  click(event) {
    const { view } = this.app, t = this.painter.t(event.offsetX);
    const hit = event.currentTarget === this.canvas ? this.painter.hit(event.offsetX, event.offsetY) : null;
    if (hit && event.offsetX < this.gutter) {
      this.app.select(this.r, hit.row.lanes, hit.row.lane);
      return;
    }
    if (t >= 0) view.goTo(this.snap(t), this.r);
    if (hit && hit.segment >= 0) {
      /* Snapping may have gone beyond the segment: what was clicked counts. */
      view.select({ run: this.r, lanes: hit.row.lanes, lane: hit.row.lane, segment: hit.segment });
    } else {
      view.select(null);
    }
  }

  /* To an event that is so near that nobody could hit it exactly. */
  snap(t) {
    const { t: times, n } = this.run.tape, near = (this.app.view.to - this.app.view.from) / (this.width - this.gutter) * 6;
    const i = this.app.view.players[this.r].recordsAt(t);
    const before = i > 0 ? times[i - 1] : -Infinity, after = i < n ? times[i] : Infinity;
    if (t - before <= near && t - before <= after - t) return before;
    return after - t <= near ? after : Math.round(t);
  }

  double(event) {
    const hit = event.currentTarget === this.canvas ? this.painter.hit(event.offsetX, event.offsetY) : null;
    if (!hit || hit.segment < 0) return;
    const { start } = this.run[hit.row.lanes], from = start[hit.segment], to = start[hit.segment + 1];
    this.app.view.look(from - (to - from) * 0.5, to + (to - from) * 0.5);
  }

  hover(event) {
    const hit = event.currentTarget === this.canvas ? this.painter.hit(event.offsetX, event.offsetY) : null;
    if (!hit) {
      this.app.hideTip();
      return;
    }
    if (hit.segment < 0) {
      if (event.offsetX < this.gutter) this.app.showTip(event, hit.row.label);
      else this.app.hideTip();
      return;
    }
    const facts = segmentFacts(this.run, { lanes: hit.row.lanes, lane: hit.row.lane, segment: hit.segment });
    this.app.showTip(event, `${facts.title}\n${facts.length}`);
  }

  /* The row can be seen. */
  reveal(lanes, lane) {
    const row = this.layout.rowOf(lanes, lane), pinned = this.layout.pinned(this.height);
    if (pinned && lanes !== 'lanes') return;
    if (row.y < this.lanes.scrollTop + (pinned ? this.layout.tasksFrom : 0) || row.y + row.h > this.lanes.scrollTop + this.height)
      this.lanes.scrollTop = Math.max(0, row.y - this.height / 2);
  }

  /* Rows of tasks that are there at t can be seen; those that have come last, of very many. */
  followRows(t) {
    const { arrival, done } = this.run.tasks;
    if (this.layout.height <= this.height) return;
    let first = -1;
    for (let task = gallop(arrival, t, 0, arrival.length) - 1, looked = 0; task >= 0 && looked < LOOKED; task--, looked++)
      if (done[task] >= t && !this.run.isHelper(task)) first = task;
    if (first < 0) return;
    const row = this.layout.rowOf('lanes', first), above = this.layout.pinned(this.height) ? this.layout.tasksFrom : 0;
    if (row.y < this.lanes.scrollTop + above || row.y + row.h > this.lanes.scrollTop + this.height)
      this.lanes.scrollTop = Math.max(0, row.y - above - 2 * row.h);
  }

  /* The segment of a lane at t, else the nearest one. */
  segmentNear(lanes, lane, t) {
    const l = this.run[lanes], i = segmentAt(l, lane, t), first = l.first[lane], last = l.first[lane + 1] - 1;
    if (i >= 0 || last <= first) return i;
    return t < l.start[first] ? first : last - 1;
  }
}
