/* foot.js - below the lanes: how many tasks are in progress and how many cores run one, and the
 * axis of time. */

import { gallop } from './lanes.js';

export const FOOT_HEIGHT = 66;

const STRIP = 34, BLOCK = 256;

/* The most of a level within each stretch of BLOCK changes, so that a pixel that holds many
 * is found quickly. */
function blockMaxima(values) {
  const max = new Int32Array(Math.ceil(values.length / BLOCK));
  for (let i = 0; i < values.length; i++)
    if (values[i] > max[i / BLOCK | 0]) max[i / BLOCK | 0] = values[i];
  return max;
}

function mostOf(values, blocks, from, to) {
  let most = 0;
  for (let i = from; i < to;) {
    if (i % BLOCK === 0 && i + BLOCK <= to) {
      most = Math.max(most, blocks[i / BLOCK]);
      i += BLOCK;
    } else {
      most = Math.max(most, values[i++]);
    }
  }
  return most;
}

export class Foot {
  constructor(run, canvas, theme) {
    this.run = run;
    this.canvas = canvas;
    this.theme = theme;
    const { inProgress, running } = run.level;
    this.blocks = [blockMaxima(inProgress), blockMaxima(running)];
    this.peak = [mostOf(inProgress, this.blocks[0], 0, inProgress.length), mostOf(running, this.blocks[1], 0, running.length)];
  }

  draw(view, { width, gutter, dpr, cursor, ticks }) {
    const { canvas, theme } = this, g = canvas.getContext('2d', { willReadFrequently: true }), scale = (width - gutter) / (view.to - view.from);
    canvas.width = Math.round(width * dpr);
    canvas.height = Math.round(FOOT_HEIGHT * dpr);
    g.setTransform(dpr, 0, 0, dpr, 0, 0);
    const x = t => gutter + (t - view.from) * scale;
    g.textBaseline = 'middle';
    g.font = `12px ${theme.font}`;
    g.textAlign = 'center';
    const first = Math.ceil(view.from / ticks.step) * ticks.step;
    for (let t = first; t <= view.to; t += ticks.step) {
      g.fillStyle = theme.line;
      g.fillRect(Math.round(x(t)), 0, 1, STRIP + 12);
      g.fillStyle = theme.mut;
      const number = Number((t / ticks.size).toFixed(9));
      if (x(t) < width - 14) g.fillText(t === first ? `${number} ${ticks.unit}` : String(number), x(t), STRIP + 20);
    }
    this.strip(g, view, { width, gutter, scale, dpr });
    g.fillStyle = theme.acc;
    if (cursor >= view.from && cursor <= view.to) g.fillRect(x(cursor) - 0.75, 0, 1.5, STRIP + 12);
    g.textAlign = 'right';
    g.fillStyle = theme.mut;
    g.font = `11px ${theme.font}`;
    const long = gutter > 120;
    g.fillText(`in progress${long ? ', peak' : ''} ${this.peak[0]}`, gutter - 10, 12);
    g.fillStyle = theme.ink;
    g.fillText(`running${long ? ', peak' : ''} ${this.peak[1]}`, gutter - 10, 28);
  }

  /* The running ones over those in progress: each level in a pass of its own. */
  strip(g, view, at) {
    const { inProgress, running } = this.run.level, top = Math.max(1, this.peak[0], this.peak[1]);
    this.level(g, view, at, inProgress, this.blocks[0], top, this.theme.level);
    this.level(g, view, at, running, this.blocks[1], top, this.theme.level2);
    g.fillStyle = this.theme.line;
    g.fillRect(at.gutter, STRIP + 2, at.width - at.gutter, 1);
  }

  /* Columns of one height are one rectangle. */
  level(g, view, { width, gutter, scale, dpr }, values, blocks, top, colour) {
    const { t } = this.run.level, columns = Math.round((width - gutter) * dpr), per = 1 / (scale * dpr);
    const last = gallop(t, this.run.end, 0, t.length);
    let i = 0, begin = 0, height = 0;
    g.fillStyle = colour;
    for (let p = 0; p <= columns; p++) {
      const from = view.from + p * per;
      let most = 0;
      if (from <= this.run.end && p < columns) {
        i = gallop(t, from, i, last);
        const first = Math.max(0, i - 1);
        most = mostOf(values, blocks, first, Math.max(gallop(t, from + per, i, last), first + 1));
      }
      if (most === height && p < columns) continue;
      const high = Math.max(1, height / top * STRIP);
      if (height > 0) g.fillRect(gutter + begin / dpr, STRIP + 2 - high, (p - begin) / dpr, high);
      begin = p;
      height = most;
    }
  }
}
