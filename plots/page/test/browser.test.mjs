/* The page in a real browser, opened from the disk as by a double click. */

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { launch } from '../browser.mjs';
import { contrast } from '../colours.js';
import { lesson, plot, write } from './pages.mjs';

let browser;
const files = {};

before(async () => {
  browser = await launch();
  files.four = plot(lesson('lessons/01-concurrency-vs-parallelism.json'));
  files.loop = plot(lesson('lessons/25-ticks-and-microtasks.json'));
  files.leak = plot(lesson('lessons/38-a-leak-to-its-crash.json'));
  files.dead = plot(lesson('lessons/19-a-deadlock.json'));
});
after(() => browser?.close());

/* The page answers what was done to it at its next frame. */
const drawn = page => page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));

/* A page whose every complaint, and every request that leaves it, fails the test. */
async function open(file, hash = '', options = {}) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options }), complaints = [];
  page.on('console', message => complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.stack));
  page.on('request', request => { if (!request.url().startsWith('file:')) complaints.push(request.url()); });
  await page.goto(`file://${file}${hash}`);
  await page.waitForFunction(() => globalThis.quanta !== undefined);
  return {
    page,
    run: r => page.locator('section.run').nth(r),
    view: () => page.evaluate(() => {
      const { view } = globalThis.quanta;
      return { t: view.t, at: view.at, from: view.from, to: view.to, active: view.active, selected: view.selected, range: view.range, span: view.span };
    }),
    async keys(...keys) {
      for (const key of keys) await page.keyboard.press(key);
      await drawn(page);
    },
    async choose(select, option) {
      await select.selectOption(option);
      await drawn(page);
    },
    /* The address, once it tells what the page shows. */
    async hash() {
      await drawn(page);
      await page.waitForFunction(() => globalThis.quanta.app.linking === 0);
      return `#${page.url().split('#')[1]}`;
    },
    async close() {
      await page.close();
      assert.deepEqual(complaints, []);
    },
  };
}

/* The colour of a point of a run's plot, where lane and time say. */
const colourAt = (page, r, lanes, lane, t) => page.evaluate(([r, lanes, lane, t]) => {
  const v = globalThis.quanta.app.views[r], row = v.layout.rowOf(lanes, lane), d = v.painter.dpr;
  const copy = new OffscreenCanvas(v.canvas.width, v.canvas.height), g = copy.getContext('2d', { willReadFrequently: true });
  g.drawImage(v.canvas, 0, 0);
  return [...g.getImageData(Math.round(v.painter.x(t) * d), Math.round((v.layout.yOf(row, v.lanes.scrollTop, v.painter.pinned) + row.h / 2 - 5) * d), 1, 1).data];
}, [r, lanes, lane, t]);

test('it opens from the disk, without a complaint, and shows every variant', async () => {
  const p = await open(files.four);
  assert.equal(await p.page.title(), 'Concurrency and parallelism');
  assert.deepEqual(await p.page.locator('h2').allTextContents(), ['one core, FIFO', 'one core, round robin', 'four cores', 'one event loop', 'Keys']);
  assert.deepEqual(await colourAt(p.page, 0, 'cores', 0, 10e6), [0, 0x62, 0x98, 255]);
  assert.deepEqual(await colourAt(p.page, 0, 'cores', 0, 41e6), [0, 0, 0, 0]);
  assert.deepEqual(await colourAt(p.page, 1, 'cores', 0, 6e6), [0xe0, 0x99, 0, 255]);
  await p.close();
});

test('the queues at an instant, by a link', async () => {
  const p = await open(files.four, '#t=16600&run=one%20core,%20round%20robin&task=C'), side = p.run(1).locator('.side');
  const text = await side.innerText();
  assert.match(text, /What happens at 16\.6 ms\s+A runs on core0, for 4 ms at most/);
  assert.match(text, /On the cores\s+A\s+until 20\.6 ms at most/);
  assert.match(text, /Run queue: 1 ready\s+C\s+waited 3\.8 ms/);
  assert.match(text, /net\s+B\s+5\.8 ms left\s+D\s+5\.6 ms left/);
  assert.match(await p.page.locator('.detail').innerText(), /C is ready, waiting for a core: 12\.8 ms to 20\.6 ms[^]*held by A \(4 ms\) and D \(3 ms\)/);
  await p.close();
});

test('it steps both ways, event by event and instant by instant', async () => {
  const p = await open(files.four);
  await p.keys('Home', 'v');
  const places = [];
  for (let i = 0; i < 20; i++) {
    places.push((await p.view()).at);
    await p.keys('ArrowRight');
  }
  for (let i = 19; i >= 0; i--) {
    await p.keys('ArrowLeft');
    assert.equal((await p.view()).at, places[i]);
  }
  const { t } = await p.view();
  await p.keys('Shift+ArrowRight');
  assert.ok((await p.view()).t > t);
  await p.keys('Shift+ArrowLeft');
  assert.equal((await p.view()).t, t);
  assert.match(await p.page.locator('[aria-live]').textContent(), /\d|0/);
  await p.close();
});

test('it plays', async () => {
  const p = await open(files.four);
  await p.choose(p.page.getByLabel('events a second'), '30');
  await p.keys('Home', 'Space');
  await p.page.waitForFunction(() => globalThis.quanta.view.at > 10);
  await p.keys('Space');
  const { at } = await p.view();
  await p.page.waitForTimeout(120);
  assert.equal((await p.view()).at, at);
  await p.close();
});

test('d jumps to the first difference and says what differs', async () => {
  const p = await open(files.four);
  await p.keys('d');
  assert.equal((await p.view()).t, 4e6);
  assert.match(await p.page.locator('.detail').innerText(), /At 4 ms they differ\. one core, FIFO: A is still running.*round robin: A leaves core0: its slice is over/s);
  await p.keys('d');
  assert.equal((await p.view()).t, 4.4e6);
  await p.keys('Shift+D');
  assert.equal((await p.view()).t, 4e6);
  await p.close();
});

test('it zooms and pans by wheel, drag and keys', async () => {
  const p = await open(files.four), box = await p.run(0).locator('canvas').first().boundingBox(), x = box.x + 500, y = box.y + 30;
  const whole = await p.view(), width = v => v.to - v.from;
  await p.page.mouse.move(x, y);
  const under = () => p.page.evaluate(x => globalThis.quanta.app.views[0].painter.t(x), x - box.x);
  const before = await under();
  await p.page.mouse.wheel(0, -400);
  await p.page.waitForFunction(from => globalThis.quanta.view.from > from, whole.from);
  await drawn(p.page);
  const near = await p.view();
  assert.ok(width(near) < width(whole) * 0.6);
  assert.ok(Math.abs(await under() - before) < width(near) / 500, 'what is under the pointer stays there');
  await p.page.mouse.down();
  await p.page.mouse.move(x - 200, y, { steps: 4 });
  await p.page.mouse.up();
  await drawn(p.page);
  assert.ok((await p.view()).from > near.from);
  await p.keys('f');
  assert.deepEqual([(await p.view()).from, (await p.view()).to], [whole.from, whole.to]);
  await p.keys('w', 'w', 'w');
  assert.ok(width(await p.view()) < width(whole) * 0.6);
  const left = await p.view();
  await p.keys('Shift');
  await p.page.keyboard.down('d');
  for (let i = 0; i < 5; i++) await p.page.keyboard.down('d');
  await p.page.keyboard.up('d');
  assert.ok((await p.view()).from > left.from, 'd held pans');
  assert.equal((await p.view()).t, left.t, 'and does not jump');
  await p.keys('a', 's', 's', 's', 's', 's', 's', 's', 's');
  assert.equal(width(await p.view()), width(whole));
  await p.close();
});

test('two fingers zoom', async () => {
  const p = await open(files.four, '', { hasTouch: true }), before = await p.view();
  await p.page.evaluate(() => {
    const canvas = globalThis.quanta.app.views[0].canvas, box = canvas.getBoundingClientRect();
    canvas.setPointerCapture = () => {};
    const send = (type, pointerId, x) => canvas.dispatchEvent(new PointerEvent(type, { pointerId, pointerType: 'touch', clientX: box.x + x, clientY: box.y + 20, bubbles: true }));
    send('pointerdown', 1, 500);
    send('pointerdown', 2, 600);
    for (let i = 1; i <= 10; i++) send('pointermove', 2, 600 + 20 * i);
    send('pointerup', 1, 500);
    send('pointerup', 2, 800);
  });
  const after = await p.view();
  assert.ok(after.to - after.from < (before.to - before.from) * 0.5);
  await p.close();
});

test('a hover tells, a click selects and says why', async () => {
  const p = await open(files.four), box = await p.run(1).locator('canvas').first().boundingBox();
  const at = await p.page.evaluate(() => {
    const v = globalThis.quanta.app.views[1], row = v.layout.rowOf('lanes', 2);
    return { x: v.painter.x(16e6), y: row.y + row.h / 2 };
  });
  await p.page.mouse.move(box.x + at.x, box.y + at.y);
  assert.match(await p.page.locator('.tip').innerText(), /C is ready, waiting for a core\n12\.8 ms to 20\.6 ms, 7\.8 ms/);
  await p.page.mouse.click(box.x + at.x, box.y + at.y);
  assert.deepEqual({ run: (await p.view()).selected.run, lane: (await p.view()).selected.lane }, { run: 1, lane: 2 });
  await p.page.waitForFunction(() => /why|quantum/.test(document.querySelector('.detail').textContent));
  await p.keys('Escape');
  assert.equal((await p.view()).selected, null);
  await p.close();
});

test('it finds a task among ten thousand, and shows it', async () => {
  const file = plot(write({ machine: { cores: 64, scheduler: { policy: 'fifo' } }, tasks: [{ name: 'req', count: 10000, rate: '20000/s', do: [{ cpu: '2ms' }] }] }));
  const p = await open(file);
  await p.keys('/');
  await p.page.keyboard.type('req#7654');
  await p.keys('Enter');
  const { selected, t } = await p.view();
  assert.equal(selected.lane, 7653);
  assert.ok(t > 0);
  assert.match(await p.page.locator('.detail').innerText(), /req#7654/);
  const visible = await p.page.evaluate(() => {
    const v = globalThis.quanta.app.views[0], row = v.layout.rowOf('lanes', 7653);
    return row.y >= v.lanes.scrollTop && row.y < v.lanes.scrollTop + v.height;
  });
  assert.ok(visible);
  await p.close();
});

test('the loop: phase, stack, queues and the lines printed so far', async () => {
  const p = await open(files.loop), below = p.run(0).locator('.below');
  await p.keys('Home');
  for (let i = 0; i < 60 && !/micro 1/.test(await below.locator('.lines').innerText().catch(() => '')); i++) await p.keys('ArrowRight');
  const text = await below.innerText();
  assert.match(text, /script ends\s[^]*tick\s[^]*micro 1/);
  assert.match(text, /microtask of main/);
  assert.match(text, /timers\s+2/);
  assert.match(await below.locator('.wheel').getAttribute('aria-label'), /^Phase script/);
  await p.close();
});

test('a deadlock: who holds and awaits each lock', async () => {
  const p = await open(files.dead, '#t=9ms');
  assert.match(await p.run(0).locator('.side').innerText(), /account1\s+A to B\s+holds it since 1 ms, line \d+\s+awaited by\s+B to A\s+for ever/);
  await p.close();
});

test('a range gives totals', async () => {
  const p = await open(files.four, '#t=10ms');
  await p.keys('[');
  await p.page.evaluate(() => globalThis.quanta.view.goTo(30e6));
  await p.keys(']');
  assert.deepEqual((await p.view()).range, { from: 10e6, to: 30e6 });
  assert.match(await p.page.locator('.detail').innerText(), /10 ms to 30 ms, 20 ms[^]*one core, FIFO: cores [\d.]+ % busy/);
  await p.close();
});

test('the address follows, and leads back', async () => {
  const p = await open(files.four, '#t=16.6ms&run=four%20cores');
  await p.keys('w', 'ArrowRight');
  const hash = await p.hash(), view = await p.view();
  const q = await open(files.four, hash), same = await q.view();
  assert.deepEqual([same.t, same.active, Math.round(same.from / 1e3)], [view.t, view.active, Math.round(view.from / 1e3)]);
  await q.close();
  await p.close();
});

test('keyboard alone: rows, help; names for who cannot see', async () => {
  const p = await open(files.four);
  await p.keys('ArrowDown');
  assert.match(await p.page.locator('[aria-live]').textContent(), /A/);
  await p.keys('?');
  assert.ok(await p.page.locator('dialog').isVisible());
  await p.keys('Escape');
  const unnamed = await p.page.evaluate(() => [...document.querySelectorAll('button, select, input, canvas:not([aria-hidden])')]
    .filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.title)).length);
  assert.equal(unnamed, 0);
  await p.close();
});

test('dark where that is preferred, light on paper', async () => {
  const p = await open(files.four, '', { colorScheme: 'dark' }), background = () => p.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await background(), 'rgb(15, 22, 29)');
  assert.deepEqual(await colourAt(p.page, 0, 'cores', 0, 10e6), [0x2f, 0x86, 0xcc, 255]);
  await p.page.emulateMedia({ media: 'print' });
  await p.page.waitForFunction(() => globalThis.quanta.app.theme.bg === '#fff');
  assert.equal(await background(), 'rgb(255, 255, 255)');
  assert.deepEqual(await colourAt(p.page, 0, 'cores', 0, 10e6), [0, 0x62, 0x98, 255]);
  assert.ok((await p.page.pdf()).length > 10000);
  await p.close();
});

test('one chooses which two variants are compared', async () => {
  const p = await open(files.four), first = p.page.getByLabel('the run that has the blue edge'), second = p.page.getByLabel('the run that it is compared with');
  await p.choose(second, { label: 'four cores' });
  await p.page.getByRole('button', { name: 'Difference' }).click();
  await drawn(p.page);
  assert.match(await p.page.locator('.detail').innerText(), /At 0 s? ?they differ\. one core, FIFO: [^]*four cores: /);
  await p.keys('Escape', 'v');
  assert.equal(await first.evaluate(e => e.selectedOptions[0].text), 'one core, round robin');
  await p.choose(second, { label: 'one core, round robin' }); /* itself: they change places */
  assert.deepEqual([await first.inputValue(), await second.inputValue()], ['2', '1']);
  const q = await open(files.four, await p.hash());
  assert.equal(await q.page.getByLabel('the run that it is compared with').inputValue(), '1');
  await q.close();
  await p.close();
});

/* Every text of the loop's panel on what lies behind it: WCAG 2.2, 1.4.3 asks for 4.5:1. */
const contrasts = page => page.evaluate(() => {
  const rgb = text => (text.match(/[\d.]+/g) ?? []).map(Number);
  const light = c => c.slice(0, 3).map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
    .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const behind = e => {
    const spoke = e.closest('.spoke')?.querySelector('path'), hub = /^hub\d/.test(e.getAttribute('class') ?? '') && e.closest('.wheel').querySelector('.hub');
    if (spoke) return rgb(getComputedStyle(spoke).stroke);
    if (hub) return rgb(getComputedStyle(hub).fill);
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('.below *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length > 0)
    .map(e => {
      const style = getComputedStyle(e), own = rgb(e.closest('svg') ? style.fill : style.color), on = behind(e), seen = Number(style.opacity);
      return [`${e.tagName}.${e.getAttribute('class')} ${e.textContent.slice(0, 20)}`, ratio(own.slice(0, 3).map((x, i) => x * seen + on[i] * (1 - seen)), on)];
    });
});

test('the panel of a loop can be read in both themes', async () => {
  for (const colorScheme of ['light', 'dark'])
    for (const [file, t] of [[files.loop, '0'], [files.loop, '6ms'], [files.loop, '8ms'], [files.leak, '2.2115s'], [files.leak, '2.6s'], [files.leak, '7s']]) {
      const p = await open(file, `#t=${t}`, { colorScheme, reducedMotion: 'reduce' }), found = await contrasts(p.page);
      assert.ok(found.length > 10);
      assert.deepEqual(found.filter(([, ratio]) => ratio < 4.5), [], `${colorScheme} at ${t}`);
      await p.close();
    }
});

test('the heap: areas and marks stand out from what they lie on, whatever the eye', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const p = await open(files.leak, '#t=2.6s', { colorScheme }), chart = p.run(0).locator('.heap');
    const colour = (selector, what) => chart.locator(selector).evaluate((e, what) => `#${getComputedStyle(e)[what].match(/\d+/g).slice(0, 3).map(x => Number(x).toString(16).padStart(2, '0')).join('')}`, what);
    const bg = await colour('.halo', 'stroke'), used = await colour('.used', 'fill'), alive = await colour('.alive', 'fill');
    for (const [a, b] of [[alive, bg], [alive, used], [await colour('.used', 'stroke'), bg], [await colour('.limit', 'stroke'), bg], [await colour('.cursor', 'stroke'), bg], [await colour('.sweeps', 'stroke'), bg], [await colour('.ticks', 'stroke'), bg]])
      assert.ok(contrast(a, b) >= (a === alive && b === used ? 2 : 3), `${colorScheme}: ${a} on ${b} has ${contrast(a, b)}`);
    assert.deepEqual(await p.run(0).locator('.key').allTextContents(), ['alive', 'garbage', 'limit', 'scavenge', 'mark-sweep']);
    assert.match(await p.run(0).locator('.below').innerText(), /5\d(\.\d+)? MB in use/);
    await p.close();
  }
});

test('the loop of a process that has ended says so', async () => {
  const p = await open(files.leak, '#t=7.9s');
  assert.match(await p.run(0).locator('.below').innerText(), /none any more: its process has ended/);
  assert.match(await p.run(0).locator('.wheel').getAttribute('aria-label'), /has ended/);
  assert.doesNotMatch(await p.run(2).locator('.wheel').getAttribute('aria-label'), /has ended/);
  await p.close();
});

test('on a telephone nothing is wider than the screen, and the bar at the foot is one line', async () => {
  const p = await open(files.loop, '#t=6ms', { viewport: { width: 390, height: 844 } });
  assert.ok(await p.page.evaluate(() => document.documentElement.scrollWidth) <= 390);
  assert.ok((await p.page.locator('.detail').boundingBox()).height < 40);
  await p.close();
});
