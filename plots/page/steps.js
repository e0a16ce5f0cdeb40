/* steps.js - which records the cursor stops at.  Some only tell how long a queue is, or repeat
 * what another says; the cursor takes them along with the one before. */

const QUIET = new Set(['turn', 'loop', 'queued', 'enqueue', 'dequeue', 'heap', 'queue', 'try', 'spawn', 'serves', 'memory']);

function quietOf(run) {
  run.quiet ??= Uint8Array.from(run.words.kinds, kind => QUIET.has(kind) ? 1 : 0);
  return run.quiet;
}

/* What leaves its queue to be called belongs to the call: before it stands there still. */
function isTaken(run, i) {
  const { kind, place, n } = run.tape, K = run.words.kind, quiet = quietOf(run);
  if (kind[i] !== K.dequeue) return false;
  let next = i;
  while (next < n && quiet[kind[next]]) next++;
  return next < n && kind[next] === K.call && place[next] === place[i];
}

export const isQuiet = (run, i) => quietOf(run)[run.tape.kind[i]] === 1;

/* The records up to event i and what is quiet behind it, within the same instant. */
function stop(run, i) {
  const { kind, t, n } = run.tape, quiet = quietOf(run);
  let to = i + 1;
  while (to < n && quiet[kind[to]] && t[to] === t[i] && !isTaken(run, to)) to++;
  return to;
}

/* Records that have happened after the next event; -1: there is none. */
export function stepAfter(run, at) {
  const { kind, n } = run.tape, quiet = quietOf(run);
  let i = at;
  while (i < n && quiet[kind[i]]) i++;
  return i < n ? stop(run, i) : -1;
}

/* ... and before the last one, 0: nothing has; -1: that is so already. */
export function stepBefore(run, at) {
  for (let i = lastEvent(run, at); i >= 0; i = lastEvent(run, i)) {
    const to = stop(run, i);
    if (to < at) return to;
  }
  return at > 0 ? 0 : -1;
}

/* The event that has happened last; -1: none. */
export function lastEvent(run, at) {
  const { kind } = run.tape, quiet = quietOf(run);
  let i = at - 1;
  while (i >= 0 && quiet[kind[i]]) i--;
  return i;
}
