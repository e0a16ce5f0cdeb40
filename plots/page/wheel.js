/* wheel.js - the round of a loop as a wheel: where it is, how often it has been there, and in the
 * hub what comes between all callbacks. */

import { arc, svg } from './svg.js';

const SIZE = 168, RING = 62, WIDTH = 22, GAP = 0.012, DRAIN = ['tick', 'microtask', 'reaction', 'adoption', 'continuation'];

/* Phases in the order of a round; waiting is part of the poll, and a browser has another round. */
const ROUNDS = {
  node: ['timers', 'poll', 'check', 'closing'],
  browser: ['task', 'microtasks', 'render', 'wait'],
};

/* Between two callbacks: what comes before the loop goes on. */
function nextOf({ queue }, l) {
  if (!l.begun) return '';
  return ['ticks', 'microtasks'].find(name => l.queues[queue[name]] > 0) ?? '';
}

/* What a loop does now: the phase of its wheel, and the hub's two lines. */
export function wheelOf(run, l, browser, over = false) {
  const stage = run.words.stages[l.stage] ?? '', ended = over || stage === 'gone', round = browser ? ROUNDS.browser : ROUNDS.node;
  const call = l.call ? run.words.calls[l.call.kind] : '', next = call ? '' : nextOf(run.words, l);
  const drains = DRAIN.includes(call) || next !== '';
  const phase = stage === 'wait' && !browser ? 'poll' : stage;
  const hub = ended ? ['has ended', ''] : l.gc >= 0 ? ['garbage', 'collection'] : next ? [next, 'come next'] : drains ? [call === 'tick' ? 'ticks' : 'microtasks', 'run now'] :
    stage === 'script' ? (l.begun && !call ? ['the script', 'has run'] : ['the script', 'runs first']) : stage === 'wait' ? ['waits', 'nothing to do'] : call ? [call, 'runs'] : ['', ''];
  return { round, stage, phase: ended ? '' : phase, drains, hub, iteration: l.iteration };
}

export function wheelText({ stage, hub, iteration }) {
  return `Phase ${stage || 'none yet'}${iteration > 0 ? `, round ${iteration}` : ''}. ${hub.join(' ')}`.trim();
}

function spoke(name, i, n, is, waits) {
  const a = i / n + GAP, b = (i + 1) / n - GAP, middle = (a + b) / 2 * 2 * Math.PI, c = SIZE / 2;
  return svg('g', { class: `spoke${is ? ' is' : ''}${is && waits ? ' waits' : ''}` },
    svg('path', { d: arc(c, c, RING, a, b), 'stroke-width': WIDTH }),
    svg('text', {
      x: (c + RING * Math.sin(middle)).toFixed(1), y: (c - RING * Math.cos(middle) + 4).toFixed(1),
      transform: `rotate(${turned((a + b) / 2)} ${(c + RING * Math.sin(middle)).toFixed(1)} ${(c - RING * Math.cos(middle)).toFixed(1)})`,
    }, name));
}
/* Text along the ring, never on its head. */
const turned = turn => (turn > 0.25 && turn < 0.75 ? turn * 360 - 180 : turn > 0.5 ? turn * 360 - 360 : turn * 360).toFixed(1);

export function wheel(of) {
  const { round, phase, stage, drains, hub, iteration } = of, c = SIZE / 2;
  return svg('svg', { class: 'wheel', viewBox: `0 0 ${SIZE} ${SIZE}`, width: SIZE, height: SIZE, role: 'img', 'aria-label': wheelText(of) },
    ...round.map((name, i) => spoke(name, i, round.length, name === phase, stage === 'wait')),
    svg('circle', { class: `hub${drains || stage === 'script' ? ' is' : ''}`, cx: c, cy: c, r: RING - WIDTH / 2 - 6 }),
    svg('text', { class: 'hub1', x: c, y: c - (iteration > 0 ? 4 : -2) }, hub[0]),
    svg('text', { class: 'hub2', x: c, y: c + (iteration > 0 ? 10 : 16) }, hub[1]),
    iteration > 0 ? svg('text', { class: 'hub2', x: c, y: c + 26 }, `round ${iteration}`) : null);
}
