/* help.js - the list of keys. */

import { el } from './dom.js';

export const KEYS = [
  [['←', '→'], 'the event before, the next one, of the run that has the blue edge'],
  [['Shift ←', 'Shift →'], 'the instant before, the next one, of any run'],
  [['Home', 'End'], 'the beginning, the end'],
  [['Space'], 'play and pause'],
  [['W', 'S'], 'zoom in, zoom out, around the cursor; or the wheel'],
  [['A', 'D'], 'move to the left, to the right (D: hold it); or drag, or Shift and the wheel'],
  [['F'], 'all of it'],
  [['d'], 'the next instant at which two variants differ, and in what; Shift d: the first one. Above one chooses which two'],
  [['↑', '↓'], 'the row above, the one below; its state at the cursor and why'],
  [['Enter'], 'zoom to what is selected'],
  [['V'], 'the next variant gets the blue edge'],
  [['/'], 'find a task'],
  [['[', ']'], 'totals: from the cursor, up to the cursor; or Shift and drag'],
  [['Esc'], 'close, select nothing'],
  [['?'], 'this list'],
];

export function helpDialog() {
  const dialog = el('dialog', { 'aria-label': 'Keys' }, el('h2', {}, 'Keys'),
    el('dl', {}, ...KEYS.flatMap(([keys, text]) => [el('dt', {}, ...keys.flatMap(key => [el('kbd', {}, key), ' '])), el('dd', {}, text)])),
    el('p', { class: 'none' }, 'A click puts the cursor and selects; a double click zooms to what was hit. With two fingers one zooms, with one one moves. The address holds what is shown: copy it to show another the same.'),
    el('button', { onclick: () => dialog.close() }, 'Close'));
  return dialog;
}
