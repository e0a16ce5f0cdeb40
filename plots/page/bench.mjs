/* bench.mjs - how fast a page of a million slices loads, pans and steps: node bench.mjs
 *
 * Reports; asserts nothing, as machines differ. */

import fs from 'node:fs';
import { launch } from './browser.mjs';
import { quanta, plot, write } from './test/pages.mjs';

/* Sixteen cores, a slice a millisecond; about a million of them. */
const config = write({
  machine: { cores: 16, scheduler: { policy: 'rr', quantum: '1ms' }, context_switch: '2us' },
  devices: { disk: { service: { exp: '3ms' }, channels: 8 } },
  tasks: [{ name: 'req', count: 60, do: [{ repeat: 1000, do: [{ cpu: { exp: '16ms' } }, { io: 'disk' }] }] }],
});

const began = performance.now(), file = plot(config);
console.log(`${quanta} plot: ${Math.round(performance.now() - began)} ms, ${(fs.statSync(file).size / 1e6).toFixed(1)} MB`);
const browser = await launch(), page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const opened = performance.now();
await page.goto(`file://${file}`, { timeout: 120000 });
await page.waitForFunction(() => globalThis.quanta !== undefined, null, { timeout: 120000 });
console.log(`opens in ${Math.round(performance.now() - opened)} ms`);
const told = await page.evaluate(async () => {
  const { app, view } = globalThis.quanta, run = view.runs[0], { state } = run.cores;
  let slices = 0;
  for (let i = 0; i < state.length; i++) if (state[i] === 1 || state[i] === 2) slices++;
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const scenes = { whole: [0, view.span], 'a tenth': [0.3, 0.4], 'a thousandth': [0.5, 0.501], 'ten slices': [0.5, 0.500002] };
  const results = { slices, records: run.tape.n, scenes: {} };
  const draws = [], draw = app.draw.bind(app);
  app.draw = () => {
    const t = performance.now();
    draw();
    draws.push(performance.now() - t);
  };
  for (const [name, [a, b]] of Object.entries(scenes)) {
    view.look(b > 1 ? a : a * view.span, b > 1 ? b : b * view.span);
    await frame();
    draws.length = 0;
    const began = performance.now();
    for (let i = 0; i < 60; i++) {
      view.look(view.from + (i % 2 === 0 ? 0.01 : -0.01) * (view.to - view.from), view.to - 0.001 * (view.to - view.from));
      await frame();
    }
    const fps = Math.round(60000 / (performance.now() - began));
    draws.sort((x, y) => x - y);
    results.scenes[name] = { fps, least: draws[0].toFixed(1), median: draws[draws.length >> 1].toFixed(1), n: draws.length };
  }
  const times = {};
  for (const [name, action] of Object.entries({
    'step to the end': () => view.goTo(run.end), 'step back': () => view.step(-1), 'to the middle': () => view.goTo(run.end / 2),
    'step on': () => view.step(1), 'why': () => app.select(0, 'lanes', 30) })) {
    const t = performance.now();
    action();
    app.draw();
    times[name] = `${(performance.now() - t).toFixed(1)} ms`;
  }
  results.times = times;
  return results;
});
console.log(`${told.slices} slices, ${told.records} records`);
for (const [name, s] of Object.entries(told.scenes)) console.log(`panning, ${name}: ${s.fps} frames a second; a redraw takes ${s.median} ms, at best ${s.least} ms`);
for (const [name, ms] of Object.entries(told.times)) console.log(`${name}: ${ms}`);
await browser.close();
