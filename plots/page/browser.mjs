/* browser.mjs - Chromium without a window, for tests, benches and pictures. */

import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

/* CHROMIUM, or what the system calls it. */
function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome'])
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch { /* the next name */ }
  throw new Error('no Chromium: .ci/install.sh browser, or set CHROMIUM');
}

/* Root has no sandbox there; the page fetches nothing and is our own. */
export const launch = () => chromium.launch({
  executablePath: executable(), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
