/* links.js - the view as the address has it: #t=16600&task=C&run=1&from=0&to=50400
 *
 * Times are microseconds, as fractions where they need be, or have a unit: t=16.6ms. */

import { instant } from './text.js';

const micros = ns => String(Math.round(ns) / 1000);

/* What an address asks for; members that it does not name are undefined. */
export function readLink(hash) {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const number = name => {
    const value = params.has(name) ? instant(params.get(name)) : NaN;
    return isNaN(value) ? undefined : value;
  };
  const count = name => /^\d+$/.test(params.get(name) ?? '') ? Number(params.get(name)) : undefined;
  return {
    t: number('t'), from: number('from'), to: number('to'), event: count('event'),
    run: params.get('run') ?? undefined, other: params.get('with') ?? undefined, task: params.get('task') ?? undefined,
    rangeFrom: number('a'), rangeTo: number('b'),
  };
}

export function writeLink(view) {
  const params = new URLSearchParams(), run = view.runs[view.active], whole = view.players[view.active].recordsAt(view.t);
  params.set('t', micros(view.t));
  if (view.active > 0) params.set('run', run.facts.variant);
  if (view.runs.length > 2 && view.other !== (view.active === 0 ? 1 : 0)) params.set('with', view.runs[view.other].facts.variant);
  if (view.at !== whole) params.set('event', view.at);
  const { selected } = view;
  if (selected?.lanes === 'lanes') params.set('task', view.runs[selected.run].name(selected.lane));
  if (view.from > 0 || view.to < view.span) {
    params.set('from', micros(view.from));
    params.set('to', micros(view.to));
  }
  if (view.range) {
    params.set('a', micros(view.range.from));
    params.set('b', micros(view.range.to));
  }
  return `#${params}`;
}
