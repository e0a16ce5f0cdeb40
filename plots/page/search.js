/* search.js - finds a task by a part of its name. */

import { el, replace } from './dom.js';
import { time } from './text.js';

const SHOWN = 40;

/* Tasks whose names contain the text, those that begin with it first: { run, task, name }. */
export function findTasks(runs, text, active = 0, limit = SHOWN) {
  const wanted = text.trim().toLowerCase(), exact = [], begins = [], contains = [];
  if (wanted === '') return [];
  const run = runs[active];
  for (let task = 0; task < run.ntasks; task++) {
    const name = run.name(task), lower = name.toLowerCase();
    if (lower === wanted) exact.push(task);
    else if (lower.startsWith(wanted)) { if (begins.length < limit) begins.push(task); } else if (contains.length < limit && lower.includes(wanted)) contains.push(task);
  }
  return [...exact, ...begins, ...contains].slice(0, limit).map(task => ({ run: active, task, name: run.name(task) }));
}

export class Search {
  constructor(app) {
    this.app = app;
    this.at = 0;
    this.input = el('input', {
      type: 'search', placeholder: 'Find a task  /', 'aria-label': 'Find a task', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'found',
      oninput: () => this.find(), onkeydown: event => this.key(event), onblur: () => setTimeout(() => this.close(), 150),
    });
    this.list = el('ul', { class: 'found', id: 'found', role: 'listbox', hidden: true });
    this.element = el('div', { class: 'search' }, this.input, this.list);
  }

  focus() {
    this.input.focus();
    this.input.select();
  }
  close() {
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
  }

  find() {
    const { view } = this.app, run = view.runs[view.active];
    this.found = findTasks(view.runs, this.input.value, view.active);
    this.at = 0;
    this.list.hidden = this.input.value.trim() === '';
    this.input.setAttribute('aria-expanded', String(!this.list.hidden));
    replace(this.list, ...(this.found.length > 0 ? this.found.map((hit, i) => el('li', {
      role: 'option', 'aria-selected': String(i === this.at), onclick: () => this.take(hit),
    }, hit.name, el('small', {}, `arrived at ${time(run.tasks.arrival[hit.task])}`))) : [el('li', {}, 'no task of that name')]));
  }

  key(event) {
    if (event.key === 'Escape') {
      this.input.value = '';
      this.close();
      this.app.focusRun();
    } else if (event.key === 'Enter' && this.found?.length > 0) {
      this.take(this.found[this.at]);
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && this.found?.length > 0) {
      this.at = (this.at + (event.key === 'ArrowDown' ? 1 : this.found.length - 1)) % this.found.length;
      [...this.list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === this.at)));
      this.list.children[this.at].scrollIntoView({ block: 'nearest' });
    } else {
      return;
    }
    event.preventDefault();
  }

  take(hit) {
    this.close();
    this.app.showTask(hit.run, hit.task);
    this.app.focusRun();
  }
}
