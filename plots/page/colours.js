/* colours.js - colours by theme: of tasks, of text on them, of thin lines beside them.
 *
 * The hues are those of M. Okabe and K. Ito, Color Universal Design (2008), with the blue
 * darkened and the pink lightened so that the first four stay apart under protan, deutan and
 * tritan vision; beyond eight tasks they repeat, and the names tell. */

const HUES = 8;

function channels(hex) {
  const full = hex.length === 4 ? hex.replace(/[^#]/g, '$&$&') : hex;
  return [1, 3, 5].map(i => parseInt(full.slice(i, i + 2), 16));
}
const hexOf = rgb => `#${rgb.map(x => Math.round(x).toString(16).padStart(2, '0')).join('')}`;

/* WCAG 2.2, relative luminance and contrast ratio. */
export function luminance(hex) {
  const [r, g, b] = channels(hex).map(x => x / 255).map(x =>
    x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
export function contrast(a, b) {
  const [x, y] = [luminance(a) + 0.05, luminance(b) + 0.05];
  return x > y ? x / y : y / x;
}

/* The text colour that reads better on it. */
export const textOn = hex => contrast(hex, '#ffffff') >= contrast(hex, '#101820') ? '#ffffff' : '#101820';

/* The colour moved away from the background until a line of it has 3:1. */
export function thin(hex, background) {
  const away = luminance(background) > 0.5 ? 0 : 255;
  let rgb = channels(hex);
  for (let n = 0; n < 60 && contrast(hexOf(rgb), background) < 3; n++)
    rgb = rgb.map(x => x * 0.96 + away * 0.04);
  return hexOf(rgb);
}

/* As a pixel of ImageData, on a little-endian machine as all that run browsers are. */
export function pixel(hex) {
  const [r, g, b] = channels(hex);
  return (255 << 24 | b << 16 | g << 8 | r) >>> 0;
}

/* What the style sheet says at this moment. */
export function readTheme(element) {
  const style = getComputedStyle(element), get = name => style.getPropertyValue(`--${name}`).trim();
  const theme = { font: style.fontFamily };
  for (const name of ['bg', 'ink', 'mut', 'faint', 'line', 'panel', 'sw', 'acc', 'focus', 'many', 'level', 'level2'])
    theme[name] = get(name);
  theme.hues = Array.from({ length: HUES }, (_, i) => get(`c${i}`));
  theme.on = theme.hues.map(textOn);
  theme.thin = theme.hues.map(hex => thin(hex, theme.bg));
  theme.pixels = Object.fromEntries(Object.entries(theme).filter(([, v]) => typeof v === 'string' && v[0] === '#')
    .map(([name, hex]) => [name, pixel(hex)]));
  theme.huePixels = Uint32Array.from(theme.hues, pixel);
  theme.thinPixels = Uint32Array.from(theme.thin, pixel);
  return theme;
}

/* A hue for each task of each run: the same name, the same hue.  Many copies of few kinds are
 * told apart by kind rather than by number. */
export function giveHues(runs) {
  const hues = new Map();
  const hueOf = key => {
    if (!hues.has(key)) hues.set(key, hues.size % HUES);
    return hues.get(key);
  };
  for (const run of runs) {
    const kinds = new Set(run.tasks.spec), byKind = kinds.size > 1 && run.ntasks > 4 * HUES;
    run.hue = Uint8Array.from({ length: run.ntasks }, (_, task) => byKind ?
      hueOf(`kind ${run.facts.specs[run.tasks.spec[task]].name}`) :
      run.ntasks > 5000 ? task % HUES : hueOf(run.name(task)));
  }
}
