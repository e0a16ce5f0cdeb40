/* main.js - puts the page together and connects keys, pointer, address and print. */

import { giveHues, readTheme } from './colours.js';
import { Detail } from './detail.js';
import { differenceText, firstDifference } from './diff.js';
import { el } from './dom.js';
import { helpDialog } from './help.js';
import { TASK } from './lanes.js';
import { legend } from './legend.js';
import { readLink, writeLink } from './links.js';
import { load } from './load.js';
import { RunView } from './runview.js';
import { Search } from './search.js';
import { lastEvent } from './steps.js';
import { time } from './text.js';
import { View } from './view.js';
import { tell } from './words.js';

const SPEEDS = [1, 2, 5, 10, 30]; /* events a second */

class App {
  constructor(root, runs) {
    this.root = root;
    this.view = new View(runs);
    giveHues(runs);
    this.theme = readTheme(document.body);
    this.playing = 0;
    this.build();
    this.view.onChange(() => this.redraw());
    this.listen();
  }

  build() {
    const { view } = this, { facts } = view.runs[0];
    this.now = el('span', { class: 'now' });
    this.live = el('div', { class: 'hidden', 'aria-live': 'polite', role: 'status' });
    this.play = el('button', { onclick: () => this.toggle(), title: 'Space', 'aria-label': 'play' }, '▶');
    this.speed = el('select', { 'aria-label': 'events a second', title: 'events a second' }, ...SPEEDS.map(n => el('option', { value: n, selected: n === 2 }, `${n}/s`)));
    this.search = new Search(this);
    this.help = helpDialog();
    this.tip = el('div', { class: 'tip' });
    const button = (text, title, action) => el('button', { title, onclick: action }, text);
    this.header = el('header', {}, el('h1', {}, facts.name),
      el('div', { class: 'group', role: 'toolbar', 'aria-label': 'Cursor' },
        button('◀ event', '←', () => this.step(-1)), this.play, button('event ▶', '→', () => this.step(1)), this.speed),
      this.now,
      el('div', { class: 'group' }, button('Fit', 'F', () => view.fit()),
        ...this.pair(button),
        button('?', 'all keys', () => this.help.showModal())),
      this.search.element);
    this.views = view.runs.map((_, r) => new RunView(this, r));
    this.detail = new Detail(this);
    this.legend = legend(view.runs, this.theme);
    this.main = el('main', {}, ...this.views.map(v => v.element));
    this.root.append(this.header, this.about(facts), this.legend, this.main, this.detail.element, this.live, this.tip, this.help);
  }

  /* Which two runs are compared; of two there is no choice. */
  pair(button) {
    const { view } = this;
    if (view.runs.length < 2) return [];
    const difference = button('Difference', 'd', () => this.difference(false));
    if (view.runs.length === 2) return [difference];
    const choice = (label, action) => el('select', { class: 'variant', 'aria-label': label, title: label, onchange: event => action(Number(event.target.value)) },
      ...view.runs.map((run, r) => el('option', { value: r }, run.facts.variant)));
    this.first = choice('the run that has the blue edge', r => view.goTo(view.t, r));
    this.second = choice('the run that it is compared with', r => view.compareWith(r));
    return [difference, this.first, '–', this.second];
  }
  drawPair() {
    if (!this.first) return;
    this.first.value = this.view.active;
    this.second.value = this.view.other;
  }

  about(facts) {
    if (!facts.about) return '';
    const [first, ...rest] = facts.about.split('\n');
    return el('details', { class: 'about' }, el('summary', {}, first), ...[first, ...rest].map(text => el('p', {}, text)));
  }

  /* ---- drawing ---------------------------------------------------------------------------------- */

  redraw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => { this.asked = 0; this.draw(); });
  }
  resize() {
    for (const v of this.views) v.size();
    document.body.style.paddingBottom = `${this.detail.element.offsetHeight + 12}px`;
    this.draw();
  }
  draw() {
    const { view } = this, run = view.runs[view.active], key = `${view.t} ${view.at} ${view.active}`;
    for (const v of this.views) v.draw();
    this.drawPair();
    /* Panels are words: as long as the cursor stays they stay. */
    if (key !== this.shown) {
      this.shown = key;
      this.now.replaceChildren(time(view.t), el('small', {}, `record ${view.at.toLocaleString('en-US')} of ${run.tape.n.toLocaleString('en-US')}`));
      for (const v of this.views) {
        v.panel.draw();
        if (!view.selected) v.followRows(view.t);
      }
    }
    const chosen = JSON.stringify([view.selected, view.range, view.said]);
    if (chosen !== this.chosen) {
      this.chosen = chosen;
      this.detail.draw();
    }
    clearTimeout(this.linking);
    this.linking = setTimeout(() => this.link(), 250);
  }
  link() {
    this.linking = 0;
    try {
      history.replaceState(null, '', writeLink(this.view));
    } catch {
      /* Some browsers forbid it for files: the page works without. */
    }
  }

  setTheme() {
    this.theme = readTheme(document.body);
    for (const v of this.views) v.setTheme(this.theme);
    const fresh = legend(this.view.runs, this.theme);
    this.legend.replaceWith(fresh);
    this.legend = fresh;
    this.shown = this.chosen = '';
    this.resize();
  }

  showTip(event, text) {
    this.tip.textContent = text;
    this.tip.style.display = 'block';
    this.tip.style.left = `${Math.min(event.clientX + 14, innerWidth - this.tip.offsetWidth - 8)}px`;
    this.tip.style.top = `${Math.min(event.clientY + 16, innerHeight - this.tip.offsetHeight - 8)}px`;
  }
  hideTip() {
    this.tip.style.display = 'none';
  }

  /* ---- commands --------------------------------------------------------------------------------- */

  step(direction) {
    const { view } = this;
    view.said = '';
    if (!view.step(direction)) {
      this.announce(direction > 0 ? 'That was the last event.' : 'This is the beginning.');
      this.stop();
      return;
    }
    const run = view.runs[view.active], last = lastEvent(run, view.at);
    this.announce(last >= 0 ? `${time(view.t)}: ${tell(run, last)}` : 'the beginning');
    this.follow();
  }
  instant(direction) {
    const { view } = this;
    view.said = '';
    if (view.instant(direction)) this.announce(time(view.t));
    this.follow();
  }
  announce(text) {
    this.live.textContent = text;
  }
  /* The selection goes along with the cursor: the same lane, what it does now. */
  follow() {
    const { selected, t } = this.view;
    if (!selected) return;
    const v = this.views[selected.run];
    this.view.select({ ...selected, segment: v.segmentNear(selected.lanes, selected.lane, t) });
  }

  toggle() {
    if (this.playing) this.stop();
    else {
      this.play.textContent = '⏸';
      this.play.setAttribute('aria-label', 'pause');
      const tick = () => {
        this.step(1);
        if (this.playing) this.playing = setTimeout(tick, 1000 / Number(this.speed.value));
      };
      this.playing = setTimeout(tick, 0);
    }
  }
  stop() {
    clearTimeout(this.playing);
    this.playing = 0;
    this.play.textContent = '▶';
    this.play.setAttribute('aria-label', 'play');
  }

  select(r, lanes, lane) {
    const v = this.views[r];
    v.reveal(lanes, lane);
    this.view.said = '';
    this.view.select({ run: r, lanes, lane, segment: v.segmentNear(lanes, lane, this.view.t) });
    this.announce(this.detail.element.textContent);
  }
  selectTask(r, task) {
    this.select(r, 'lanes', task);
  }
  /* As after a search: the cursor goes where the task lives. */
  showTask(r, task) {
    const { view } = this, { arrival, done } = view.runs[r].tasks;
    if (view.t < arrival[task] || view.t > done[task]) view.goTo(arrival[task], r);
    this.selectTask(r, task);
  }
  /* Rows in the order in which they are drawn. */
  row(direction) {
    const { view } = this, r = view.selected?.run ?? view.active, run = view.runs[r];
    const order = [['cores', run.cores.n], ['calls', run.calls.n], ['lanes', run.ntasks]];
    let at = view.selected ? 0 : order[0][1] + order[1][1] - (direction > 0 ? 1 : 0);
    if (view.selected) {
      for (const [lanes, n] of order) {
        if (lanes === view.selected.lanes) break;
        at += n;
      }
      at += view.selected.lane;
    }
    at = Math.max(0, Math.min(at + direction, run.cores.n + run.calls.n + run.ntasks - 1));
    for (const [lanes, n] of order) {
      if (at < n) return this.select(r, lanes, at);
      at -= n;
    }
  }

  difference(first) {
    const { view } = this, { runs } = view;
    if (runs.length < 2) return;
    const a = view.active, b = view.other, known = this.compared === `${a} ${b} ${view.t}`;
    const after = first || !known ? -1 : view.t;
    const found = firstDifference(runs[a], runs[b], after);
    if (found) view.goTo(found.t);
    this.compared = `${a} ${b} ${view.t}`;
    view.selected = null;
    view.range = null;
    view.say(differenceText(runs[a], runs[b], found));
    this.announce(view.said);
  }

  bound(which) {
    const { view } = this, { range, t } = view;
    if (which === 'from') view.selectRange(t, range && range.to > t ? range.to : Math.min(view.span, view.to));
    else view.selectRange(range && range.from < t ? range.from : 0, t);
  }

  escape() {
    const { view } = this;
    this.stop();
    view.said = '';
    if (view.range) view.selectRange(null);
    else view.select(null);
  }

  zoomToSelected() {
    const { view } = this;
    if (view.range) return view.look(view.range.from, view.range.to);
    if (!view.selected || view.selected.segment < 0) return;
    const { start } = view.runs[view.selected.run][view.selected.lanes], from = start[view.selected.segment], to = start[view.selected.segment + 1];
    view.look(from - (to - from) / 2, to + (to - from) / 2);
  }
  nextVariant() {
    const { view } = this, r = (view.active + 1) % view.runs.length;
    view.selected = null;
    view.goTo(view.t, r);
    this.views[r].element.scrollIntoView({ block: 'nearest' });
    this.announce(view.runs[r].facts.variant);
  }
  focusRun() {
    this.views[this.view.active].canvas.focus({ preventScroll: true });
  }

  /* ---- keys -------------------------------------------------------------------------------------- */

  listen() {
    addEventListener('keydown', event => this.keyDown(event));
    addEventListener('keyup', event => this.keyUp(event));
    addEventListener('resize', () => this.resize());
    addEventListener('hashchange', () => this.follows(location.hash));
    for (const query of ['(prefers-color-scheme: dark)', 'print'])
      matchMedia(query).addEventListener('change', () => this.setTheme());
    addEventListener('beforeprint', () => this.setTheme());
    addEventListener('afterprint', () => this.setTheme());
  }

  keyDown(event) {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || this.help.open;
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ' && event.target.tagName === 'BUTTON') return;
    if (event.key === 'Enter' && event.target.tagName === 'BUTTON') return;
    const { view } = this, key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    /* D held pans, as A does; tapped it asks for the difference, where there are two runs. */
    if (key === 'd' && !event.shiftKey) {
      if (event.repeat) {
        this.held = true;
        view.pan(0.06);
      } else if (view.runs.length < 2) view.pan(0.12);
      event.preventDefault();
      return;
    }
    const action = {
      ArrowRight: () => event.shiftKey ? this.instant(1) : this.step(1),
      ArrowLeft: () => event.shiftKey ? this.instant(-1) : this.step(-1),
      ArrowUp: () => this.row(-1), ArrowDown: () => this.row(1),
      Home: () => view.goTo(0), End: () => view.goTo(view.runs[view.active].end),
      ' ': () => this.toggle(), w: () => view.zoom(0.8), s: () => view.zoom(1.25),
      a: () => view.pan(event.repeat ? -0.06 : -0.12), f: () => view.fit(),
      d: () => this.difference(true), v: () => this.nextVariant(), Enter: () => this.zoomToSelected(),
      '/': () => this.search.focus(), '[': () => this.bound('from'), ']': () => this.bound('to'),
      Escape: () => this.escape(), '?': () => this.help.showModal(),
    }[key];
    if (!action) return;
    action();
    event.preventDefault();
  }
  keyUp(event) {
    if (event.key !== 'd' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || this.help.open) return;
    if (!this.held) this.difference(false);
    this.held = false;
  }

  /* ---- the address ---------------------------------------------------------------------------------- */

  follows(hash) {
    const link = readLink(hash), { view } = this;
    const named = view.runs.findIndex(run => run.facts.variant === link.run);
    const r = named >= 0 ? named : 0;
    const other = view.runs.findIndex(run => run.facts.variant === link.other);
    if (link.from !== undefined && link.to !== undefined && link.to > link.from) view.look(link.from, link.to);
    if (link.t !== undefined) view.goTo(link.t, r);
    if (link.event !== undefined && link.event <= view.runs[r].tape.n && view.runs[r].tape.t[link.event - 1] === view.t) view.goToRecord(r, link.event);
    if (other >= 0 && other !== view.active) view.compareWith(other);
    if (link.rangeFrom !== undefined && link.rangeTo !== undefined) view.selectRange(link.rangeFrom, link.rangeTo);
    if (link.task !== undefined) {
      const run = view.runs[r];
      for (let task = 0; task < run.ntasks; task++)
        if (run.name(task) === link.task) {
          if (link.t === undefined) this.showTask(r, task);
          else this.selectTask(r, task);
          break;
        }
    }
  }
}


function start() {
  const facts = JSON.parse(document.getElementById('facts').textContent);
  const tapes = Array.from(document.querySelectorAll('.tape'), tape => {
    const text = tape.textContent;
    tape.remove(); /* it is large, and read once */
    return text;
  });
  const app = new App(document.getElementById('app'), load(facts, tapes));
  app.resize();
  if (location.hash.length > 1) app.follows(location.hash);
  app.draw();
  /* For tests, benches and the curious at the console. */
  globalThis.quanta = { app, view: app.view, states: TASK };
}

start();
