/* view.js - where one looks: the stretch of time, the cursor, what is selected.  One for all
 * runs of the page, so they share one axis and one cursor. */

import { Player } from './model.js';
import { stepAfter, stepBefore } from './steps.js';

const NARROWEST = 20; /* ns that fill the width */
const ROOM = 1.03;    /* of the longest run that fits in */

export class View {
  constructor(runs) {
    this.runs = runs;
    this.players = runs.map(run => new Player(run));
    this.span = Math.max(...runs.map(run => run.end), 1) * ROOM;
    this.from = 0;
    this.to = this.span;
    this.active = 0; /* the run whose events the keys step through */
    this.other = Math.min(1, runs.length - 1); /* the one that it is compared with */
    this.t = 0;
    this.at = this.players[0].recordsAt(0); /* records of the active run that have happened */
    this.selected = null; /* { run, lanes: 'cores' | 'lanes' | 'calls', lane, segment } */
    this.range = null;    /* { from, to } */
    this.said = '';       /* for who listens rather than looks */
    this.listeners = [];
  }

  onChange(listener) {
    this.listeners.push(listener);
  }
  changed() {
    for (const listener of this.listeners) listener(this);
  }

  /* A run gets the keys; they are never compared with themselves. */
  activate(r) {
    if (r === this.other) this.other = this.active;
    this.active = r;
  }
  /* The active run is compared with r. */
  compareWith(r) {
    if (r === this.active) this.goTo(this.t, this.other);
    else this.other = r;
    this.changed();
  }

  /* Records that have happened in a run at the cursor. */
  records(r) {
    return r === this.active ? this.at : this.players[r].recordsAt(this.t);
  }
  state(r) {
    return this.players[r].seek(this.records(r));
  }

  /* ---- time ------------------------------------------------------------------------------ */

  look(from, to) {
    const width = Math.min(this.span, Math.max(NARROWEST, to - from));
    this.from = Math.max(0, Math.min(from, this.span - width));
    this.to = this.from + width;
    this.changed();
  }
  zoom(factor, around = this.t) {
    const width = Math.min(this.span, Math.max(NARROWEST, (this.to - this.from) * factor));
    if (around < this.from || around > this.to) around = (this.from + this.to) / 2;
    const share = (around - this.from) / (this.to - this.from);
    this.look(around - share * width, around + (1 - share) * width);
  }
  pan(share) {
    const by = (this.to - this.from) * share;
    this.look(this.from + by, this.to + by);
  }
  fit() {
    this.look(0, this.span);
  }
  /* So that the cursor can be seen; a jump far away puts it in the middle. */
  reveal() {
    const width = this.to - this.from;
    if (this.t < this.from || this.t > this.to) this.look(this.t - width / 2, this.t + width / 2);
  }

  /* ---- the cursor ------------------------------------------------------------------------ */

  goTo(t, r = this.active) {
    this.t = Math.max(0, Math.min(t, this.span));
    this.activate(r);
    this.at = this.players[r].recordsAt(this.t);
    this.reveal();
    this.changed();
  }
  goToRecord(r, at) {
    this.activate(r);
    this.at = at;
    this.t = at > 0 ? this.runs[r].tape.t[at - 1] : 0;
    this.reveal();
    this.changed();
  }
  /* One event on or back; false: there is none. */
  step(direction) {
    const run = this.runs[this.active];
    const at = direction > 0 ? stepAfter(run, this.at) : stepBefore(run, this.at);
    if (at < 0) return false;
    this.goToRecord(this.active, at);
    return true;
  }
  /* To the next instant at which anything happens in any run. */
  instant(direction) {
    let best = NaN;
    this.players.forEach((player, r) => {
      const times = this.runs[r].tape.t, n = player.recordsAt(this.t);
      let i = n;
      if (direction < 0) {
        i = n - 1;
        while (i >= 0 && times[i] >= this.t) i--;
      }
      if (i < 0 || i >= times.length) return;
      if (isNaN(best) || (direction > 0 ? times[i] < best : times[i] > best)) best = times[i];
    });
    if (isNaN(best)) return false;
    this.goTo(best);
    return true;
  }

  /* ---- selection -------------------------------------------------------------------------- */

  select(selected) {
    this.selected = selected;
    if (selected && selected.run !== this.active) {
      this.activate(selected.run);
      this.at = this.players[this.active].recordsAt(this.t);
    }
    this.changed();
  }
  selectRange(from, to) {
    this.range = from === null ? null : { from: Math.max(0, Math.min(from, to)), to: Math.min(this.span, Math.max(from, to)) };
    this.changed();
  }
  say(text) {
    this.said = text;
    this.changed();
  }
}
