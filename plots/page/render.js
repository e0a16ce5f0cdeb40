/* render.js - draws the lanes of a run; what it costs depends on the pixels, not the run.
 *
 * A segment of three pixels or more is a shape with a label.  Smaller ones are pixels of one
 * image: a segment that has a pixel for itself gets its colour, where several share a pixel
 * the bar is as high as the core was busy there, in the colour of the task that had most of
 * it.  To the next pixel leads a search by strides that double. */

import { CORE, TASK, gallop, isBusy, isRunning, segmentAt, sumAt } from './lanes.js';
import { shorter } from './text.js';

const WIDE = 3;     /* pixels of a shape */
const SAMPLES = 5;  /* segments of a shared pixel that are looked at */
const BAR = 15;     /* most height of a running task's bar */

const isSwitch = state => state === CORE.SWITCH || state === CORE.IRQ;

/* What has ended by a fault. */
export function cross(g, x, y, colour) {
  g.strokeStyle = colour;
  g.lineWidth = 2;
  g.beginPath();
  for (const way of [1, -1]) {
    g.moveTo(x - 3.5, y - 3.5 * way);
    g.lineTo(x + 3.5, y + 3.5 * way);
  }
  g.stroke();
}

export class Painter {
  constructor(run, canvas, layout, theme) {
    this.run = run;
    this.canvas = canvas;
    this.layout = layout;
    this.theme = theme;
  }

  /* Draws the stretch from..to of time below the gutter, and rows from `top` on. */
  draw(view, { width, height, gutter, top, dpr, cursor, selected, step }) {
    const c = this.canvas, w = Math.round(width * dpr), h = Math.round(height * dpr);
    if (c.width !== w || c.height !== h || !this.image) {
      c.width = w;
      c.height = h;
      /* Written as pixels each time: it stays where the program can write. */
      this.g = c.getContext('2d', { willReadFrequently: true });
      this.image = this.g.createImageData(w, h);
      this.px = new Uint32Array(this.image.data.buffer);
    }
    Object.assign(this, { w, h, width, height, gutter, top, dpr, from: view.from, to: view.to });
    this.scale = (width - gutter) / (view.to - view.from);
    this.px.fill(0);
    this.carry = { row: null, i: -1, p: -1, busy: 0, lost: 0 };
    this.shapes = [];
    this.marks = [];
    this.grid(step);
    this.pinned = this.layout.pinned(height);
    const rows = [...this.layout.visible(top, top + height, this.pinned)];
    for (const row of rows) this.lane(row);
    this.g.setTransform(1, 0, 0, 1, 0, 0);
    this.g.putImageData(this.image, 0, 0);
    this.g.setTransform(dpr, 0, 0, dpr, 0, 0);
    this.g.save();
    this.g.beginPath();
    this.g.rect(gutter, 0, width - gutter, height);
    this.g.clip();
    this.drawShapes();
    for (const mark of this.marks) this.mark(mark);
    if (view.range) this.range(view.range);
    if (selected) this.outline(selected);
    this.line(cursor, this.theme.acc, 1.5);
    this.g.restore();
    this.labels(rows, selected);
  }

  x(t) {
    return this.gutter + (t - this.from) * this.scale;
  }
  t(x) {
    return this.from + (x - this.gutter) / this.scale;
  }

  /* ---- pixels ------------------------------------------------------------------------------- */

  /* Within a lane, into its own small image, which stands on its side: columns are written, and
   * a column's pixels are neighbours there. */
  fillLane(x, y, w, h, colour) {
    const { column, wide, strip } = this;
    const left = Math.max(x - this.left, 0), right = Math.min(x - this.left + w, wide), top = y - this.barY;
    for (let at = left; at < right; at++)
      for (let i = at * column + top, end = i + h; i < end; i++) strip[i] = colour;
  }

  beginLane(row) {
    [this.barY, this.column] = this.bar(row);
    this.left = Math.round(this.gutter * this.dpr);
    this.wide = this.w - this.left;
    const need = this.wide * this.column;
    if (!this.strip || this.strip.length < need) this.strip = new Uint32Array(need);
    else this.strip.fill(0, 0, need);
  }

  endLane() {
    const { strip, px, w, wide, column, barY, left } = this;
    const from = Math.max(0, -barY), to = Math.min(column, this.h - barY);
    for (let y = from; y < to; y++) {
      let at = (barY + y) * w + left;
      for (let i = y, end = wide * column; i < end; i += column, at++) {
        const colour = strip[i];
        if (colour !== 0) px[at] = colour;
      }
    }
  }

  fill(x, y, w, h, colour) {
    const left = Math.max(x, Math.round(this.gutter * this.dpr)), right = Math.min(x + w, this.w);
    const bottom = Math.min(y + h, this.h);
    for (let row = Math.max(0, y); row < bottom; row++)
      if (right > left) this.px.fill(colour, row * this.w + left, row * this.w + right);
  }

  grid(step) {
    for (let t = Math.ceil(this.from / step) * step; t <= this.to; t += step)
      this.fill(Math.round(this.x(t) * this.dpr), 0, 1, this.h, this.theme.pixels.line);
  }

  /* Calls that take no time, as ticks. */
  ticks(row) {
    const times = this.run.instants[row.lane], k = this.scale * this.dpr, origin = this.gutter * this.dpr;
    const [y, h] = this.bar(row), wide = Math.max(1, Math.round(this.dpr * 1.5));
    let i = gallop(times, this.from, 0, times.length);
    while (i < times.length && times[i] <= this.to) {
      const p = Math.floor(origin + (times[i] - this.from) * k);
      this.fill(p, y + 2, wide, h - 4, this.theme.pixels.mut);
      i = gallop(times, this.from + (p + 1 - origin) / k, i + 1, times.length);
    }
  }

  lane(row) {
    if (row.lanes === 'calls') this.ticks(row);
    const lanes = this.run[row.lanes], first = lanes.first[row.lane], last = lanes.first[row.lane + 1] - 1;
    if (last <= first || lanes.start[first] >= this.to || lanes.start[last] <= this.from) {
      if (row.lanes === 'lanes') this.ring(row, lanes, last);
      return;
    }
    this.beginLane(row);
    this.segments(row, lanes, first, last);
    this.endLane();
    if (row.lanes === 'lanes') this.ring(row, lanes, last);
  }

  segments(row, lanes, first, last) {
    const { start } = lanes, k = this.scale * this.dpr, origin = this.gutter * this.dpr;
    let i = Math.max(first, gallop(start, this.from, first, last) - 1), stride = 1;
    while (i < last && start[i] < this.to) {
      const x0 = origin + (start[i] - this.from) * k, x1 = origin + (start[i + 1] - this.from) * k;
      if (x1 - x0 >= WIDE * this.dpr) {
        this.shapes.push(row, i);
        i++;
        continue;
      }
      const p = Math.floor(x0), end = this.from + (p + 1 - origin) / k;
      const j = gallop(start, end, i + 1, last, stride);
      stride = Math.max(1, j - i >> 1);
      if (j - i < 2) {
        this.single(row, lanes, i, p, Math.max(1, Math.ceil(x1) - p));
        i++;
      } else {
        this.shared(row, lanes, i, j, p, Math.max(start[i], end - 1 / k), Math.min(end, start[last]), 1 / k);
        i = j - 1;
      }
    }
  }

  /* Where a bar of the row is on the canvas, in its pixels: [y, height]. */
  bar(row) {
    const d = this.dpr, h = row.lanes === 'lanes' ? Math.min(BAR, row.h - 4) : row.h;
    const y = this.layout.yOf(row, this.top, this.pinned) + (row.lanes === 'lanes' ? Math.floor((row.h - h) / 2) : 0);
    return [Math.round(y * d), Math.round(h * d)];
  }

  hue(row, lanes, i) {
    const task = row.lanes === 'lanes' ? row.lane : lanes.what[i];
    return task >= 0 ? this.run.hue[task] : -1;
  }

  single(row, lanes, i, p, w) {
    const state = lanes.state[i], hue = this.hue(row, lanes, i), { theme, barY: y, column: h } = this;
    if (row.lanes === 'cores') {
      if (state !== CORE.IDLE)
        this.fillLane(p, y, w, h, isBusy(state) ? theme.huePixels[hue] : theme.pixels.sw);
    } else if (row.lanes === 'calls') {
      if (state > 0) this.fillLane(p, y, w, h, hue >= 0 ? theme.huePixels[hue] : theme.pixels.many);
    } else if (isRunning(state)) {
      this.fillLane(p, y, w, h, theme.huePixels[hue]);
    } else {
      this.fillLane(p, y + (h >> 1) - 1, w, Math.max(1, Math.round(this.dpr)), theme.thinPixels[hue]);
    }
  }

  /* Segments i..j-1 share a pixel. */
  shared(row, lanes, i, j, p, from, to, width) {
    const { theme, run, carry, barY: y, column: h } = this;
    /* Where the pixel before ended, this one begins: its sums are known. */
    const known = carry.row === row && carry.i === i && carry.p === p - 1;
    if (row.lanes === 'cores') {
      const busyTo = sumAt(lanes, run.busySum, isBusy, j - 1, to), lostTo = sumAt(lanes, run.switchSum, isSwitch, j - 1, to);
      const busy = busyTo - (known ? carry.busy : sumAt(lanes, run.busySum, isBusy, i, from));
      const lost = lostTo - (known ? carry.lost : sumAt(lanes, run.switchSum, isSwitch, i, from));
      this.carried(row, j - 1, p, busyTo, lostTo);
      const high = Math.min(h, Math.round(h * busy / width)), more = Math.min(h - high, Math.round(h * lost / width));
      this.fillLane(p, y + h - high, 1, high, this.dominant(lanes, i, j, busy));
      this.fillLane(p, y + h - high - more, 1, more, theme.pixels.sw);
    } else if (row.lanes === 'calls') {
      this.fillLane(p, y + 3, 1, h - 3, theme.pixels.many);
    } else {
      const ranTo = sumAt(lanes, run.runSum, isRunning, j - 1, to);
      const ran = ranTo - (known ? carry.busy : sumAt(lanes, run.runSum, isRunning, i, from));
      this.carried(row, j - 1, p, ranTo, 0);
      const high = Math.min(h, Math.round(h * ran / width)), hue = run.hue[row.lane];
      this.fillLane(p, y + (h >> 1) - 1, 1, Math.max(1, Math.round(this.dpr)), theme.thinPixels[hue]);
      this.fillLane(p, y + (h - high >> 1), 1, high, theme.huePixels[hue]);
    }
  }

  carried(row, i, p, busy, lost) {
    const { carry } = this;
    carry.row = row;
    carry.i = i;
    carry.p = p;
    carry.busy = busy;
    carry.lost = lost;
  }

  /* The colour of who had most of the pixel, as far as samples tell; grey where nobody had a
   * third of what was busy. */
  dominant(lanes, i, j, busy) {
    const stride = Math.max(1, (j - i) / SAMPLES | 0);
    let longest = 0, task = -1;
    for (let s = i; s < j; s += stride) {
      const length = lanes.start[s + 1] - lanes.start[s];
      if (isBusy(lanes.state[s]) && length > longest) {
        longest = length;
        task = lanes.what[s];
      }
    }
    return task >= 0 && longest * 3 >= busy ? this.theme.huePixels[this.run.hue[task]] : this.theme.pixels.many;
  }

  /* ---- shapes ------------------------------------------------------------------------------- */

  drawShapes() {
    for (let n = 0; n < this.shapes.length; n += 2) {
      const row = this.shapes[n], i = this.shapes[n + 1], lanes = this.run[row.lanes];
      const x = this.x(lanes.start[i]), w = this.x(lanes.start[i + 1]) - x;
      const left = Math.max(x, this.gutter - 20), right = Math.min(x + w, this.width + 20);
      const [y, h] = this.bar(row).map(v => v / this.dpr);
      if (row.lanes === 'cores') this.core(lanes, i, left, y, right - left, h);
      else if (row.lanes === 'calls') this.call(lanes, i, left, y, right - left, h);
      else this.task(row, lanes, i, left, y, right - left, h);
    }
  }

  box(x, y, w, h, r, colour) {
    this.g.fillStyle = colour;
    this.g.beginPath();
    this.g.roundRect(x, y, Math.max(1, w), h, h < 12 ? 1 : Math.min(r, w / 3));
    this.g.fill();
  }

  text(text, x, y, w, h, colour, weight = 700, size = 13) {
    const g = this.g;
    size = Math.min(size, h - 1);
    if (size < 7 || w < 12) return;
    g.font = `${weight} ${size}px ${this.theme.font}`;
    const wide = g.measureText(text).width;
    const from = Math.max(x, this.gutter), to = Math.min(x + w, this.width);
    if (to - from < 10) return;
    const shown = wide <= to - from - 6 ? text : shorter(text, Math.floor((to - from - 6) / (wide / text.length)));
    if (!shown) return;
    g.fillStyle = colour;
    g.textAlign = 'center';
    g.textBaseline = 'middle';
    g.fillText(shown, (from + to) / 2, y + h / 2 + 0.5);
  }

  /* Slanted lines over a bar: the kernel's part. */
  hatch(x, y, w, h, colour) {
    const g = this.g;
    g.save();
    g.beginPath();
    g.rect(x, y, w, h);
    g.clip();
    g.globalAlpha = 0.45;
    g.strokeStyle = colour;
    g.lineWidth = 1.2;
    g.beginPath();
    for (let at = Math.floor((x - h) / 6) * 6; at < x + w; at += 6) {
      g.moveTo(at, y + h);
      g.lineTo(at + h, y);
    }
    g.stroke();
    g.restore();
  }

  core(lanes, i, x, y, w, h) {
    const state = lanes.state[i], task = lanes.what[i], { theme } = this;
    if (state === CORE.IDLE) {
      if (h >= 15 && w > 60) this.text('idle', x, y, w, h, theme.faint, 'italic 400', 12);
      return;
    }
    if (!isBusy(state)) {
      this.box(x, y, w - 1, h, 1, theme.sw);
      return;
    }
    const hue = this.run.hue[task];
    this.box(x, y, w - 0.5, h, 3, theme.hues[hue]);
    if (state === CORE.KERNEL) this.hatch(x, y, w - 0.5, h, theme.on[hue]);
    this.text(this.run.name(task), x, y, w, h, theme.on[hue]);
  }

  call(lanes, i, x, y, w, h) {
    const kind = lanes.state[i] - 1, task = lanes.what[i], { theme } = this;
    if (kind < 0) return;
    const colour = task >= 0 ? theme.hues[this.run.hue[task]] : theme.many;
    this.box(x, y, w - 1, h, 3, colour);
    const what = this.run.words.calls[kind], name = task >= 0 ? this.run.name(task) : '';
    const label = [`${name} ${what}`, what, name].find(text => text.length * 6.4 < w - 8);
    if (label) this.text(label, x, y, w, h, task >= 0 ? theme.on[this.run.hue[task]] : theme.bg, 600, 11.5);
  }

  task(row, lanes, i, x, y, w, h) {
    const state = lanes.state[i], hue = this.run.hue[row.lane], { theme, g } = this, m = y + h / 2;
    if (isRunning(state)) {
      this.box(x, y, w, h, 2, theme.hues[hue]);
      if (state === TASK.KERNEL) this.hatch(x, y, w, h, theme.on[hue]);
      return;
    }
    waits(g, state, x, m, w, state === TASK.DEAD ? theme.acc : theme.thin[hue]);
  }

  /* A ring behind the last segment of a task that has ended, a cross if by a fault; "for ever" where it never will. */
  ring(row, lanes, last) {
    const x = this.x(lanes.start[last]);
    if (last < 0 || x < this.gutter || x > this.width) return;
    const ended = this.run.tasks.done[row.lane] < Infinity;
    if (ended || lanes.state[last - 1] === TASK.DEAD) this.marks.push({ row, x, ended });
  }

  mark({ row, x, ended }) {
    const { g, theme } = this, y = this.layout.yOf(row, this.top, this.pinned) + row.h / 2;
    if (ended && this.run.tasks.broke[row.lane]) {
      cross(g, x + 6, y, theme.acc);
      return;
    }
    if (ended) {
      g.strokeStyle = theme.thin[this.run.hue[row.lane]];
      g.lineWidth = 2;
      g.beginPath();
      g.arc(x + 6, y, 3.6, 0, 7);
      g.stroke();
      return;
    }
    g.fillStyle = theme.acc;
    g.font = `italic 12px ${theme.font}`;
    g.textAlign = 'left';
    g.textBaseline = 'middle';
    g.fillText('for ever', x + 6, y);
  }

  outline(selected) {
    const row = this.layout.rowOf(selected.lanes, selected.lane), lanes = this.run[selected.lanes], { g } = this;
    if (!row || selected.segment < 0) return;
    if (this.pinned && row.lanes === 'lanes' && row.y - this.top < this.layout.tasksFrom) return;
    const x = this.x(lanes.start[selected.segment]), w = this.x(lanes.start[selected.segment + 1]) - x;
    const [y, h] = this.bar(row).map(v => v / this.dpr);
    g.strokeStyle = this.theme.ink;
    g.lineWidth = 2;
    g.strokeRect(Math.max(x, this.gutter - 4) - 1, y - 1.5, Math.min(x + Math.max(w, 2), this.width + 4) - Math.max(x, this.gutter - 4) + 2, h + 3);
  }

  range({ from, to }) {
    const { g } = this, x = this.x(from), w = this.x(to) - x;
    g.fillStyle = this.theme.focus;
    g.globalAlpha = 0.13;
    g.fillRect(x, 0, w, this.height);
    g.globalAlpha = 1;
    g.fillRect(x - 0.5, 0, 1, this.height);
    g.fillRect(x + w - 0.5, 0, 1, this.height);
  }

  line(t, colour, width) {
    this.g.fillStyle = colour;
    this.g.fillRect(this.x(t) - width / 2, 0, width, this.height);
  }

  labels(rows, selected) {
    const { g, theme, gutter } = this;
    g.textAlign = 'right';
    g.textBaseline = 'middle';
    for (const row of rows) {
      const y = this.layout.yOf(row, this.top, this.pinned) + row.h / 2;
      if (row.lanes === 'cores' && row.h < 9 && row.lane % 8 !== 0) continue;
      const is = selected && selected.lanes === row.lanes && selected.lane === row.lane;
      g.font = `${is ? 700 : 400} ${row.h < 13 && row.lanes !== 'cores' ? 11 : 12}px ${theme.font}`;
      g.fillStyle = row.lanes === 'lanes' ? theme.ink : theme.mut;
      g.fillText(fitted(g, row.label, gutter - 16), gutter - 10, y + 0.5);
    }
  }

  /* What is at a point of the canvas: { row, segment, t }; segment -1: nothing. */
  hit(x, y) {
    const row = this.layout.at(y, this.top, this.pinned);
    if (!row) return null;
    const t = this.t(x);
    return { row, t, segment: x < this.gutter ? -1 : segmentAt(this.run[row.lanes], row.lane, t) };
  }
}

/* The line of a task that does not run: thin: ready; dashed: ready, but its loop is not;
 * dots: something will wake it; double: a lock; crosses: nobody will. */
export function waits(g, state, x, y, w, colour) {
  g.strokeStyle = g.fillStyle = colour;
  if (state === TASK.NEW || state === TASK.READY || state === TASK.SWITCH) {
    g.fillRect(x, y - 1, w, 2);
  } else if (state === TASK.LOOP) {
    g.lineWidth = 2;
    g.setLineDash([7, 4]);
    stroke(g, x, x + w, y);
  } else if (state === TASK.LOCK) {
    g.fillRect(x, y - 3, w, 1.7);
    g.fillRect(x, y + 1.3, w, 1.7);
  } else if (state === TASK.DEAD) {
    g.lineWidth = 1.6;
    g.beginPath();
    for (let at = x + 4; at < x + w - 2; at += 10) {
      g.moveTo(at - 3, y - 3);
      g.lineTo(at + 3, y + 3);
      g.moveTo(at + 3, y - 3);
      g.lineTo(at - 3, y + 3);
    }
    g.stroke();
  } else if (w > 5) {
    g.lineWidth = 3;
    g.lineCap = 'round';
    g.setLineDash([0.1, 6]);
    stroke(g, x + 4, x + w - 3, y);
    g.lineCap = 'butt';
  } else {
    g.fillRect(x + w / 2 - 1, y - 1, 2, 2);
  }
  g.setLineDash([]);
}

function stroke(g, from, to, y) {
  g.beginPath();
  g.moveTo(from, y);
  g.lineTo(to, y);
  g.stroke();
}

/* The beginning of a text that fits. */
export function fitted(g, text, width) {
  if (g.measureText(text).width <= width) return text;
  let n = text.length;
  while (n > 1 && g.measureText(`${text.slice(0, n)}…`).width > width) n--;
  return `${text.slice(0, n)}…`;
}
