import assert from 'node:assert/strict';
import test from 'node:test';
import { contrast, textOn, thin } from '../colours.js';
import { readLink } from '../links.js';
import { about, instant, list, shorter, ticks, time } from '../text.js';

test('times are exact, and as short as that allows', () => {
  const said = [[0, '0'], [400, '400 ns'], [4400000, '4.4 ms'], [52600000, '52.6 ms'], [56821452, '56.821452 ms'],
    [100e9, '100 s'], [1.5e9, '1.5 s'], [1000, '1 us'], [Infinity, 'for ever'], [2 ** 63, 'for ever']];
  for (const [ns, text] of said) assert.equal(time(ns), text);
  assert.equal(about(12666667), '12.67 ms');
  assert.equal(list(['a', 'b', 'c']), 'a, b and c');
});

test('instants of links are microseconds, or have a unit', () => {
  assert.equal(instant('16600'), 16600000);
  assert.equal(instant('0.5'), 500);
  assert.equal(instant('16.6ms'), 16600000);
  assert.equal(instant('2 s'), 2e9);
  for (const bad of ['', 'x', '-1', '1 h', '1e3', '0x10']) assert.ok(Number.isNaN(instant(bad)), bad);
});

test('a link is read, whatever else stands in it', () => {
  const link = readLink('#t=16600&task=a%26b&run=four%20cores&from=0&to=2ms&event=7&nonsense');
  assert.deepEqual([link.t, link.task, link.run, link.from, link.to, link.event], [16600000, 'a&b', 'four cores', 0, 2000000, 7]);
  assert.deepEqual(Object.values(readLink('#t=x&event=-1')), Array(9).fill(undefined).slice(0, Object.keys(readLink('')).length));
});

test('an axis has ticks of 1, 2 or 5, not closer than asked', () => {
  for (const span of [20, 999, 52.6e6, 3e9, 7.7e13]) {
    const { step, size } = ticks(0, span, 900, 78);
    assert.ok(step / span * 900 >= 78 || step === 1, `${span}`);
    assert.match(String(step / 10 ** Math.floor(Math.log10(step) + 1e-9)), /^[125]$/);
    assert.ok(span >= size || size === 1);
  }
});

test('names in little room keep what tells them apart', () => {
  assert.equal(shorter('default/pool#1', 6), 'pool#1');
  assert.equal(shorter('request#12', 4), '#12');
  assert.equal(shorter('resize image', 6), 'resiz…');
  assert.equal(shorter('resize', 2), '');
});

test('text on every hue has at least 4.5:1, thin lines 3:1', () => {
  const themes = { '#ffffff': ['#006298', '#e09900', '#009e73', '#dda5c4', '#d55e00', '#7fc4ee', '#7a5cad', '#8a9a2e'],
    '#0f161d': ['#2f86cc', '#f2b134', '#1fa67e', '#f0c6dc', '#e8743b', '#9ad4f5', '#a58bd8', '#b3c25a'] };
  for (const [background, hues] of Object.entries(themes))
    for (const hue of hues) {
      assert.ok(contrast(textOn(hue), hue) >= 4.5, `${hue}: ${contrast(textOn(hue), hue)}`);
      assert.ok(contrast(thin(hue, background), background) >= 3, hue);
    }
});
