/* codec.js - from the text in the page to the records: typed arrays, an element a record.
 *
 * The format is that of plots/page.h.  Numbers are doubles: exact up to 2^53, which as
 * nanoseconds are 104 days. */

const TIME = 1, PLACE = 2, TASK = 4, ARG = 8, EXTRA = 16, TEXT = 32, FLAG_BITS = 6;

const SIXBITS = (() => {
  const of = new Uint8Array(128);
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < 64; i++) of[digits.charCodeAt(i)] = i;
  return of;
})();

/* Base64 (RFC 4648, with padding) as bytes. */
export function bytesOf(text) {
  let len = text.length;
  while (len > 0 && text.charCodeAt(len - 1) === 61) len--;
  const bytes = new Uint8Array(Math.floor(len * 3 / 4));
  let at = 0, i = 0;
  for (; i + 4 <= len; i += 4) {
    const bits = SIXBITS[text.charCodeAt(i)] << 18 | SIXBITS[text.charCodeAt(i + 1)] << 12 |
      SIXBITS[text.charCodeAt(i + 2)] << 6 | SIXBITS[text.charCodeAt(i + 3)];
    bytes[at++] = bits >> 16;
    bytes[at++] = bits >> 8;
    bytes[at++] = bits;
  }
  if (at < bytes.length) {
    const bits = SIXBITS[text.charCodeAt(i)] << 18 | SIXBITS[text.charCodeAt(i + 1)] << 12 |
      (i + 2 < len ? SIXBITS[text.charCodeAt(i + 2)] << 6 : 0);
    bytes[at++] = bits >> 16;
    if (at < bytes.length) bytes[at++] = bits >> 8;
  }
  return bytes;
}

/* The records: `n` of them, each column an array; `text` maps a record to its text, where it
 * has one. */
export function decode(bytes, n, kinds) {
  const tape = {
    n,
    kind: new Uint8Array(n), t: new Float64Array(n), place: new Int32Array(n),
    task: new Int32Array(n), arg: new Float64Array(n), extra: new Float64Array(n),
    text: new Map(),
  };
  const place = new Int32Array(kinds), arg = new Float64Array(kinds),
    extra = new Float64Array(kinds);
  let at = 0, t = 0, task = 0;

  /* Past 28 bits the shifts of JavaScript end and multiplication takes over. */
  function varint() {
    let byte = bytes[at++], value = byte & 127;
    if (byte < 128) return value;
    for (let factor = 128; at < bytes.length; factor *= 128) {
      byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new Error('the tape ends within a record');
  }
  function zigzag() {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  for (let i = 0; i < n; i++) {
    const head = varint(), kind = head >> FLAG_BITS;
    if (head & TIME) t += varint();
    if (head & PLACE) place[kind] = zigzag();
    if (head & TASK) task += zigzag();
    if (head & ARG) arg[kind] = zigzag();
    if (head & EXTRA) extra[kind] = zigzag();
    if (head & TEXT) tape.text.set(i, varint());
    tape.kind[i] = kind;
    tape.t[i] = t;
    tape.place[i] = place[kind];
    tape.task[i] = task;
    tape.arg[i] = arg[kind];
    tape.extra[i] = extra[kind];
  }
  if (at !== bytes.length) throw new Error('the records do not fill the tape');
  return tape;
}

/* The same in the other direction, for tests and benches. */
export function encode(records) {
  const bytes = [], before = new Map();
  let t = 0, task = 0;
  const varint = value => {
    while (value >= 128) {
      bytes.push(value % 128 + 128);
      value = Math.floor(value / 128);
    }
    bytes.push(value);
  };
  const zigzag = value => varint(value < 0 ? -2 * value - 1 : 2 * value);
  for (const r of records) {
    const last = before.get(r.kind) ?? { place: 0, arg: 0, extra: 0 };
    const flags = (r.t !== t ? TIME : 0) | (r.place !== last.place ? PLACE : 0) |
      (r.task !== task ? TASK : 0) | (r.arg !== last.arg ? ARG : 0) |
      (r.extra !== last.extra ? EXTRA : 0) | (r.text !== undefined ? TEXT : 0);
    varint(r.kind * 64 + flags);
    if (flags & TIME) varint(r.t - t);
    if (flags & PLACE) zigzag(r.place);
    if (flags & TASK) zigzag(r.task - task);
    if (flags & ARG) zigzag(r.arg);
    if (flags & EXTRA) zigzag(r.extra);
    if (flags & TEXT) varint(r.text);
    before.set(r.kind, r);
    t = r.t;
    task = r.task;
  }
  return Uint8Array.from(bytes);
}
