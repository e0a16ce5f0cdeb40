/* legend.js - what the shapes mean, drawn by what draws them. */

import { CORE, TASK } from './lanes.js';
import { el } from './dom.js';
import { cross, waits } from './render.js';

const W = 34, H = 14;

/* Which states there are in the runs: only those are explained. */
function states(runs, lanes) {
  const there = new Set();
  for (const run of runs) {
    const { state } = run[lanes];
    for (let i = 0; i < state.length && i < 200000; i++) there.add(state[i]);
  }
  return there;
}

function sample(draw) {
  const dpr = 2, canvas = el('canvas', { width: W * dpr, height: H * dpr, 'aria-hidden': 'true', style: { width: `${W}px`, height: `${H}px` } });
  const g = canvas.getContext('2d');
  g.scale(dpr, dpr);
  draw(g);
  return canvas;
}

export function legend(runs, theme) {
  const tasks = states(runs, 'lanes'), cores = states(runs, 'cores'), colour = theme.thin[0], items = [];
  const item = (text, draw) => items.push(el('span', {}, sample(draw), text));
  item('running', g => { g.fillStyle = theme.hues[0]; g.beginPath(); g.roundRect(0, 1, W, 12, 2); g.fill(); });
  if (tasks.has(TASK.KERNEL) || cores.has(CORE.KERNEL)) item('in the kernel', g => {
    g.fillStyle = theme.hues[0];
    g.fillRect(0, 1, W, 12);
    g.strokeStyle = theme.on[0];
    for (let x = -12; x < W; x += 6) { g.beginPath(); g.moveTo(x, 13); g.lineTo(x + 12, 1); g.stroke(); }
  });
  const line = (state, text) => { if (tasks.has(state)) item(text, g => waits(g, state, 0, H / 2, W, state === TASK.DEAD ? theme.acc : colour)); };
  if (tasks.has(TASK.READY) || tasks.has(TASK.NEW)) item('ready, waiting for a core', g => waits(g, TASK.READY, 0, H / 2, W, colour));
  line(TASK.LOOP, 'ready, waiting for its loop');
  if (tasks.has(TASK.IO) || tasks.has(TASK.SLEEP)) item('waiting for a device, a timer ...', g => waits(g, TASK.IO, 0, H / 2, W, colour));
  line(TASK.LOCK, 'waiting for a lock or its like');
  line(TASK.DEAD, 'waiting for ever');
  item('finished', g => { g.strokeStyle = colour; g.lineWidth = 2; g.beginPath(); g.arc(W / 2, H / 2, 3.6, 0, 7); g.stroke(); });
  if (runs.some(run => run.tasks.broke.includes(1))) item('ended by a fault', g => cross(g, W / 2, H / 2, theme.acc));
  if (cores.has(CORE.SWITCH) || cores.has(CORE.IRQ)) item('context switch, interrupt', g => { g.fillStyle = theme.sw; g.fillRect(W / 2 - 3, 0, 6, H); });
  item('tasks in progress, running', g => { g.fillStyle = theme.level; g.fillRect(0, 2, W, 12); g.fillStyle = theme.level2; g.fillRect(0, 9, W, 5); });
  return el('div', { class: 'legend', 'aria-label': 'What the shapes mean' }, ...items);
}
