/* Runs pages in one Chromium, for browser_check.py.  A line of standard input is a page:
 * { id, file, lines, settle, patience }.  It is opened from the disk; when its log has so many lines, or
 * after `patience` ms, and `settle` ms later, a line of standard output is what the log says:
 * { id, log, said, complaints }, `said` being what the console got. */

import { createInterface } from 'node:readline';

let launch;
try {
  ({ launch } = await import('../plots/page/browser.mjs'));
} catch (error) {
  console.log(JSON.stringify({ missing: error.message.split('\n')[0] }));
  process.exit(0);
}
const browser = await launch().catch(error => {
  console.log(JSON.stringify({ missing: error.message.split('\n')[0] }));
  process.exit(0);
});
console.log(JSON.stringify({ version: browser.version() }));

async function run({ id, file, lines, settle, patience }) {
  const context = await browser.newContext(), page = await context.newPage();
  const said = [], complaints = [];
  page.on('console', message => { if (message.type() === 'log') said.push(message.text()); });
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => { if (!/^(file|blob):/.test(request.url())) complaints.push(request.url()); });
  try {
    await page.goto(`file://${file}`, { waitUntil: 'commit' });
    const there = n => document.querySelectorAll('#log li').length >= n && document.readyState === 'complete';
    await page.waitForFunction(there, lines, { timeout: patience, polling: 50 }).catch(() => {});
    await page.waitForTimeout(settle);
    return { id, log: await page.locator('#log li').allTextContents(), said, complaints };
  } catch (error) {
    return { id, log: [], said, complaints: [...complaints, error.message] };
  } finally {
    await context.close();
  }
}

const running = new Set();
for await (const line of createInterface({ input: process.stdin })) {
  const job = run(JSON.parse(line)).then(result => console.log(JSON.stringify(result)));
  running.add(job);
  job.finally(() => running.delete(job));
}
await Promise.all(running);
await browser.close();
