/* svg.js - elements of drawings in one call, as dom.js has them for text. */

const SPACE = 'http://www.w3.org/2000/svg';

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  element.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/* A stretch of a ring, from `a` to `b` in turns, 0 at the top, clockwise. */
export function arc(x, y, radius, a, b) {
  const point = turn => [x + radius * Math.sin(turn * 2 * Math.PI), y - radius * Math.cos(turn * 2 * Math.PI)].map(v => v.toFixed(1)).join(' ');
  return `M${point(a)}A${radius} ${radius} 0 ${b - a > 0.5 ? 1 : 0} 1 ${point(b)}`;
}
