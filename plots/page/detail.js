/* detail.js - the bar at the foot of the page: what is selected and why it is so, or the totals
 * of a stretch of time. */

import { el, replace } from './dom.js';
import { about, count, percent, time } from './text.js';
import { segmentFacts, totals, why } from './why.js';

const TOP = 8;

export class Detail {
  constructor(app) {
    this.app = app;
    this.element = el('footer', { class: 'detail', 'aria-label': 'Selection' });
  }

  draw() {
    const { view } = this.app;
    if (view.range) replace(this.element, this.close(() => view.selectRange(null)), ...this.range(view.range));
    else if (view.selected && view.selected.segment >= 0) replace(this.element, this.close(() => view.select(null)), ...this.selection(view.selected));
    else replace(this.element, el('p', {}, this.app.view.said || 'Click a bar or a line to see why it is there.'),
      el('p', { class: 'facts' }, el('kbd', {}, '←'), ' ', el('kbd', {}, '→'), ' one event   ', el('kbd', {}, 'W'), ' ', el('kbd', {}, 'S'), ' zoom   ',
        el('kbd', {}, 'A'), ' ', el('kbd', {}, 'D'), ' pan   ', el('kbd', {}, 'Shift'), ' and drag: totals   ', el('kbd', {}, '?'), ' all keys'));
  }

  close(action) {
    return el('button', { class: 'close', onclick: action, title: 'Escape' }, 'Close');
  }

  selection(selected) {
    const run = this.app.view.runs[selected.run], facts = segmentFacts(run, selected);
    const said = [el('p', {}, el('b', {}, `${facts.title}: `), facts.length, el('span', { class: 'facts' }, this.taskFacts(run, selected)))];
    const because = why(run, selected);
    if (because.length > 0) said.push(el('p', { class: 'why' }, because.join(' ')));
    if (this.app.view.said) said.push(el('p', { class: 'facts' }, this.app.view.said));
    return said;
  }

  /* Of the task that the segment is about. */
  taskFacts(run, { lanes, lane, segment }) {
    const task = lanes === 'lanes' ? lane : run[lanes].what[segment];
    if (!(task >= 0) || (lanes === 'cores' && !(run.cores.state[segment] >= 1 && run.cores.state[segment] <= 3))) return '';
    const spec = run.facts.specs[run.tasks.spec[task]], said = [`arrived at ${time(run.tasks.arrival[task])}`];
    if (run.tasks.done[task] < Infinity) said.push(`done at ${time(run.tasks.done[task])}, after ${time(run.tasks.done[task] - run.tasks.arrival[task])}`);
    const last = run.lanes.first[task + 1] - 1;
    said.push(`ran for ${time(run.runSum[last])}`);
    if (spec.priority) said.push(`priority ${spec.priority}`);
    if (spec.nice) said.push(`nice ${spec.nice}`);
    if (spec.deadline) said.push(`deadline after ${time(spec.deadline)}`);
    return `   ${run.name(task)}: ${said.join(', ')}`;
  }

  range({ from, to }) {
    const { runs } = this.app.view;
    return [el('p', {}, el('b', {}, `${time(Math.round(from))} to ${time(Math.round(to))}, ${about(to - from)}`)),
      el('div', { class: 'totals' }, ...runs.map(run => this.totals(run, from, to)))];
  }

  totals(run, from, to) {
    const sum = totals(run, from, to), rows = sum.tasks.slice(0, TOP);
    return el('div', {},
      el('p', {}, `${this.app.view.runs.length > 1 ? `${run.facts.variant}: ` : ''}cores ${sum.share} busy, ${count(sum.switches, 'switch', 'switches')}, ${about(sum.lost)} lost in them`),
      el('table', {}, el('tr', {}, ...['task', 'ran', 'ready', 'waited'].map(name => el('th', {}, name))),
        ...rows.map(row => el('tr', {}, el('td', {}, run.name(row.task)), el('td', {}, about(row.ran)), el('td', {}, about(row.ready)), el('td', {}, about(row.blocked)))),
        sum.tasks.length > TOP ? el('tr', {}, el('td', {}, `and ${sum.tasks.length - TOP} others`)) : null),
      sum.cores.length > 1 && sum.cores.length <= 16 ? el('p', { class: 'facts' }, sum.cores.map(c => `${c.name} ${percent(sum.length ? c.busy / sum.length : 0)}`).join(', ')) : null);
  }
}
