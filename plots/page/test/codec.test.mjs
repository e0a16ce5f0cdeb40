import assert from 'node:assert/strict';
import test from 'node:test';
import { bytesOf, decode, encode } from '../codec.js';
import { taskName } from '../names.js';

test('base64 of every length is read as Node writes it', () => {
  for (let n = 0; n < 70; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => i * 37 + n & 255);
    assert.deepEqual(bytesOf(Buffer.from(bytes).toString('base64')), bytes);
  }
});

test('records come back as they were', () => {
  let seed = 12345;
  const random = n => (seed = seed * 1103515245 + 12345 & 0x7fffffff) % n;
  const sizes = [1, 100, 1e5, 2 ** 31, 2 ** 45];
  let t = 0;
  const records = Array.from({ length: 5000 }, () => {
    t += random(3) === 0 ? random(1e6) * sizes[random(4)] : 0;
    return {
      kind: random(38), t: Math.min(t, 2 ** 52), place: random(70) - 1, task: random(1000) - 1,
      arg: (random(3) - 1) * random(1e6) * sizes[random(5)] % 2 ** 50, extra: random(4) * sizes[random(5)],
      ...random(9) === 0 ? { text: random(300) } : {},
    };
  }).map(r => ({ ...r, arg: r.arg + 0 })).sort((a, b) => a.t - b.t);
  const tape = decode(encode(records), records.length, 38);
  records.forEach((r, i) => {
    assert.deepEqual([tape.kind[i], tape.t[i], tape.place[i], tape.task[i], tape.arg[i], tape.extra[i], tape.text.get(i)],
      [r.kind, r.t, r.place, r.task, r.arg, r.extra, r.text], `record ${i}`);
  });
});

test('a tape that is cut off is refused', () => {
  const bytes = encode([{ kind: 3, t: 700, place: 1, task: 2, arg: 3, extra: 4 }, { kind: 3, t: 900, place: 1, task: 2, arg: 3, extra: 4 }]);
  assert.throws(() => decode(bytes, 1, 8), /do not fill/);
  assert.throws(() => decode(bytes.slice(0, -1), 2, 8));
});

test('copies have the names that the simulator gives them', () => {
  assert.equal(taskName({ name: 'req' }, 0), 'req');
  assert.equal(taskName({ name: 'req' }, 3), 'req#3');
  assert.equal(taskName({ name: 'c', clients: 4, requests: 3 }, 6), 'c#2.2');
  assert.equal(taskName({ name: 'c', clients: 4, requests: 1 }, 3), 'c#3');
});
