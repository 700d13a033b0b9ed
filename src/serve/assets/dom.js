// Elements from values. Texts become text nodes and never markup: a scenario may say anything.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `on…` are listeners; false and null are left out
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * The same for drawings.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  return filled(made, attributes, children);
}

/** @template {Element} T @param {T} made @returns {T} */
function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else made.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    made.append(child instanceof Node ? child : String(child));
  }
  return made;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/**
 * Replaces what is in an element.
 * @param {Element} inside
 * @param {...(Child | Child[])} children
 */
export function fill(inside, ...children) {
  inside.replaceChildren();
  filled(inside, {}, children);
}

/**
 * The same where the focus is kept: the element that had it is found again by its `data-key`.
 * @param {Element} inside
 * @param {...(Child | Child[])} children
 */
export function refill(inside, ...children) {
  const focused = document.activeElement;
  const key = inside.contains(focused) && focused instanceof HTMLElement && focused.dataset.key;
  const opened = new Set([...inside.querySelectorAll("details[open]")].map((one) => one.id));
  fill(inside, ...children);
  for (const one of inside.querySelectorAll("details")) {
    if (opened.has(one.id)) one.setAttribute("open", "");
  }
  if (!key) return;
  for (const one of inside.querySelectorAll("[data-key]")) {
    if (one instanceof HTMLElement && one.dataset.key === key) one.focus({ preventScroll: true });
  }
}

/** Words with their sign. @param {{words: string, sign: string, class: string}} said */
export function say(said) {
  return el("strong", { class: said.class }, `${said.sign} ${said.words}`);
}

/** A duration for people, two units at most. @param {number} ms */
export function duration(ms) {
  const units = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1_000]];
  const minus = ms < 0 ? "-" : "";
  let left = Math.abs(Math.round(ms / 1000) * 1000);
  const at = units.findIndex(([, size]) => left >= size);
  if (at < 0) return "0";
  const [unit, size] = units[at];
  const whole = Math.floor(left / size);
  left -= whole * size;
  const next = units[at + 1];
  const rest = next ? Math.floor(left / next[1]) : 0;
  return `${minus}${whole} ${unit}${rest ? ` ${rest} ${next[0]}` : ""}`;
}
