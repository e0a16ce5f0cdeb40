/* heap.js - the heap of a loop as a line over the whole run: what is in use and what of it is
 * alive, its limit, its collections, the cursor. */

import { svg } from './svg.js';
import { count } from './text.js';

const WIDTH = 560, HEIGHT = 96, TOP = 14, FLAT = 4;

export const bytesText = bytes => bytes >= 1e9 ? `${Math.round(bytes / 1e7) / 100} GB` : bytes >= 1e5 ? `${Math.round(bytes / 1e4) / 100} MB` : `${Math.round(bytes / 10) / 100} kB`;

/* Of each loop, once a run: most, and per pixel the bytes in use and alive at most, and what
 * collections there were. */
function curvesOf(run) {
  if (run.heaps) return run.heaps;
  const { tape, words } = run, { kind, place, arg, extra, t, n } = tape, K = words.kind, heaps = run.heaps = new Map(), now = new Map();
  const at = time => Math.min(WIDTH - 1, Math.floor(time / Math.max(1, run.end) * WIDTH));
  for (let i = 0; i < n; i++) {
    if (kind[i] !== K.heap && kind[i] !== K.gc) continue;
    let h = heaps.get(place[i]);
    if (!h) {
      heaps.set(place[i], h = { most: 0, used: new Float64Array(WIDTH), alive: new Float64Array(WIDTH), scavenges: [], sweeps: [], counts: [0, 0], last: 0 });
      now.set(place[i], [0, 0]);
    }
    const x = at(t[i]), is = now.get(place[i]);
    if (kind[i] === K.gc) {
      const sweep = words.gcs[arg[i]] === 'mark-sweep', list = sweep ? h.sweeps : h.scavenges;
      if (extra[i] > 0 || !h.pausing) {
        h.counts[sweep ? 1 : 0]++;
        if (list[list.length - 1] !== x) list.push(x);
      }
      h.pausing = extra[i] > 0;
      continue;
    }
    fill(h, is, x);
    is[0] = arg[i];
    is[1] = arg[i] - extra[i];
    h.used[x] = Math.max(h.used[x], is[0]);
    h.alive[x] = Math.max(h.alive[x], is[1]);
    h.most = Math.max(h.most, is[0]);
  }
  for (const [loop, h] of heaps) fill(h, now.get(loop), WIDTH - 1);
  return heaps;
}
function fill(h, [used, alive], x) {
  for (let i = h.last + 1; i <= x; i++) {
    h.used[i] = Math.max(h.used[i], used);
    h.alive[i] = Math.max(h.alive[i], alive);
  }
  h.last = Math.max(h.last, x);
}

const area = (values, high) => `M0 ${HEIGHT}${Array.from(values, (v, i) => `L${i} ${high(v)}`).join('')}L${WIDTH - 1} ${HEIGHT}Z`;

/* The chart of a loop at the cursor, NULL where it has no heap; `limit` in bytes, 0: none. */
export function heapChart(run, loop, l, t, limit) {
  const h = curvesOf(run).get(loop);
  if (!h || h.most === 0) return null;
  const shown = limit > 0 && limit / FLAT <= h.most, scale = Math.max(h.most, shown ? limit : 0);
  const high = bytes => (HEIGHT - bytes / scale * (HEIGHT - TOP)).toFixed(1), x = (t / Math.max(1, run.end) * WIDTH).toFixed(1);
  const said = heapText(h, l, limit);
  return {
    said, limit: shown, scavenges: h.counts[0] > 0, sweeps: h.counts[1] > 0,
    chart: svg('svg', { class: 'heap', viewBox: `0 0 ${WIDTH} ${HEIGHT + 8}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `The heap over time. ${said}` },
      svg('path', { class: 'used', d: area(h.used, high) }), svg('path', { class: 'alive', d: area(h.alive, high) }),
      svg('path', { class: 'ticks', d: h.scavenges.map(at => `M${at} ${HEIGHT}v5`).join('') }),
      svg('path', { class: 'sweeps', d: h.sweeps.map(at => `M${at} ${HEIGHT}V${TOP - 8}h5l-5 5`).join('') }),
      svg('path', { class: 'halo', d: `${shown ? `M0 ${high(limit)}H${WIDTH}` : ''}M${x} 0V${HEIGHT}` }),
      shown ? svg('path', { class: 'limit', d: `M0 ${high(limit)}H${WIDTH}` }) : null,
      svg('path', { class: 'cursor', d: `M${x} 0V${HEIGHT + 8}` })),
  };
}

function heapText(h, l, limit) {
  const now = isNaN(l.heap) ? 'nothing allocated yet' : l.heap === 0 ? 'none any more: its process has ended' : `${bytesText(l.heap)} in use, of it ${bytesText(l.garbage)} garbage`;
  const gcs = `${count(h.counts[0], 'scavenge')}, ${count(h.counts[1], 'mark-sweep')} in all`;
  return `${now}${l.gc >= 0 ? '; stops to collect it' : ''}; at most ${bytesText(h.most)}${limit > 0 ? ` of ${bytesText(limit)}` : ''}; ${gcs}`;
}
