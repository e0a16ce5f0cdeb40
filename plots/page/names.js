/* names.js - what the numbers in the records are called. */

/* { arrive: 0, ready: 1, ... } of a list of names. */
export function numbers(names) {
  return Object.fromEntries(names.map((name, i) => [name, i]));
}

/* A copy of a task, as the simulator calls it: "req", "req#3", of a client "req#3.2". */
export function taskName(spec, copy) {
  if (copy === 0) return spec.name;
  if (!spec.clients) return `${spec.name}#${copy}`;
  const client = (copy - 1) % spec.clients + 1;
  const request = Math.floor((copy - 1) / spec.clients) + 1;
  return spec.requests === 1 ? `${spec.name}#${client}` : `${spec.name}#${client}.${request}`;
}
