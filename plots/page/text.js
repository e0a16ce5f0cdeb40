/* text.js - times and numbers as people write them. */

const UNITS = [['s', 1e9, 9], ['ms', 1e6, 6], ['us', 1e3, 3], ['ns', 1, 0]];

/* A duration or an instant, exactly: "24 ms", "52.6 ms", "56.821452 ms", "0". */
export function time(ns) {
  if (!(ns < 4e18)) return 'for ever';
  if (ns === 0) return '0';
  const [name, size, digits] = UNITS.find(([, size]) => Math.abs(ns) >= size) ?? UNITS[3];
  return `${(ns / size).toFixed(digits).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')} ${name}`;
}

/* As time(), with two decimals: for sums, and where room is short. */
export function about(ns) {
  if (!(ns < 4e18)) return 'for ever';
  for (const [name, size] of UNITS)
    if (Math.abs(ns) >= size) return `${Math.round(ns / size * 100) / 100} ${name}`;
  return ns === 0 ? '0' : `${Math.round(ns * 100) / 100} ns`;
}

export function percent(share) {
  return `${Math.round(share * 1000) / 10} %`;
}

export function count(n, one, many = `${one}s`) {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

/* "a, b and c" */
export function list(words) {
  return words.length < 2 ? words.join('') :
    `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/* Ticks of an axis: the step, 1, 2 or 5 times a power of ten ns, that leaves at least `gap`
 * pixels, and the unit in which all of them are whole or short. */
export function ticks(from, to, pixels, gap) {
  const least = (to - from) * gap / pixels;
  let step = Math.pow(10, Math.ceil(Math.log10(Math.max(least, 1))));
  for (const part of [5, 2]) if (step / part >= least && step / part >= 1) { step /= part; break; }
  const [unit, size] = UNITS.find(([, size]) => to >= size && step >= size / 1000) ?? UNITS[3];
  return { step, unit, size };
}

/* Text, a bare number of microseconds or a number with its unit, as an instant; NaN: none. */
export function instant(text) {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(s|ms|us|\u00b5s|ns)?\s*$/.exec(text);
  if (!match) return NaN;
  const unit = { s: 1e9, ms: 1e6, us: 1e3, 'µs': 1e3, ns: 1 }[match[2] ?? 'us'];
  return Math.round(Number(match[1]) * unit);
}

/* A name in so few letters that it fits: what tells it from its like stands at its end.  "":
 * it cannot be told so shortly. */
export function shorter(name, letters) {
  if (name.length <= letters) return name;
  for (const mark of ['/', '#']) {
    const end = name.slice(name.lastIndexOf(mark) + (mark === '/' ? 1 : 0));
    if (name.includes(mark) && end.length <= letters) return end;
  }
  return letters > 3 ? `${name.slice(0, letters - 1)}\u2026` : '';
}
