// Several states at once: pinned states side by side, a value over a range, and advice. Each is a
// question to the program, whose answer grows and can be stopped.

import { byId, duration, el, fill, refill } from "./dom.js";
import { evidence } from "./table.js";

/** @typedef {{label: string, changes: any}} Pin */

const PINS_MOST = 6;
const POINTS = { one: 6, two: 4 };

/** @type {Pin[]} */
let pins = [];
/** @type {EventSource | null} */
let listening = null;
let run = 0;
let asked = 0;
/** @type {{post: (path: string, body: any) => Promise<any>, plain: (changes: any) => any,
 *   now: () => any, changed: () => void} | null} */
let page = null;

/** Takes what the page gives. @param {any} given */
export function begin(given) {
  page = given;
  byId("advise").addEventListener("click", () => ask("advice", { kind: "advise" }));
  byId("compare").addEventListener("click", () => ask("comparison", { kind: "compare",
    variants: pins.map(({ label, changes }) => ({ label, changes: page?.plain(changes) })) }));
  byId("sweep").addEventListener("click", sweep);
  for (const id of ["swept-one", "swept-two"]) {
    byId(id).addEventListener("change", () => {
      ends(id);
      if (id === "swept-two" || chosen("swept-one")) sweepIfSeen();
    });
    for (const end of ["low", "high"]) {
      byId(`${id}-${end}`).addEventListener("input", () => ends(id));
      byId(`${id}-${end}`).addEventListener("change", sweep);
    }
  }
  showPins();
}

/** The pinned states. */
export function pinned() {
  return pins;
}

/** @param {Pin[]} found */
export function restorePins(found) {
  pins = found.slice(0, PINS_MOST);
  showPins();
}

/** Keeps a state; false where there are as many as can be kept. @param {Pin} pin */
export function pin(pin) {
  const same = pins.some((one) => JSON.stringify(one.changes) === JSON.stringify(pin.changes));
  if (same || pins.length >= PINS_MOST) return;
  pins.push(pin);
  showPins();
  page?.changed();
}

function showPins() {
  const remove = (/** @type {number} */ at) => {
    pins.splice(at, 1);
    showPins();
    page?.changed();
  };
  refill(byId("pins"), pins.map((one, at) => el("li", {}, one.label,
    el("button", { type: "button", "data-key": `pin.${at}`,
      "aria-label": `Remove the pinned state ${one.label}`, onclick: () => remove(at) }, "×"))));
  byId("pins-note").textContent = pins.length === 0
    ? "Pin two to six states, at the top of the page, to set them side by side."
    : `${pins.length} of ${PINS_MOST} pinned; the others are compared with the first.`;
  /** @type {HTMLButtonElement} */ (byId("compare")).disabled = pins.length < 2;
  /** @type {HTMLButtonElement} */ (byId("pin")).disabled = pins.length >= PINS_MOST;
}

/** @param {string} id */
function chosen(id) {
  return /** @type {HTMLSelectElement} */ (byId(id)).value;
}

/** The values of the scenario that have a range. @type {Map<string, string>} */
let ranged = new Map();

const NUMBER = /^([0-9.]+)((?:\/[a-z]+)?)$/;
const UNITS = /** @type {Record<string, number>} */ (
  { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 });

/** A duration in milliseconds; null where it is none. @param {string} text */
function milliseconds(text) {
  const parts = [...text.matchAll(/([0-9.]+)(ms|s|min|h|d)\s*/g)];
  if (parts.length === 0 || parts.map((one) => one[0]).join("") !== text) return null;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit], 0);
}

/**
 * A value times a factor, as it is asked and as it is shown.
 * @param {string} value
 * @param {number} factor
 */
function times(value, factor) {
  const ms = milliseconds(value);
  if (ms !== null) return [`${Math.round(ms * factor)}ms`, duration(ms * factor)];
  const found = NUMBER.exec(value);
  if (!found) return [`x${Number(factor.toPrecision(4))}`, `${Number(factor.toPrecision(3))} ×`];
  const [, digits, unit] = found;
  const whole = !digits.includes(".") && unit === "";
  const number = Number(digits) * factor;
  const text = `${whole ? Math.round(number) : Number(number.toPrecision(4))}${unit}`;
  return [text, text];
}

/** The factor of a slider: an octave for each four steps. @param {string} id */
function factor(id) {
  return 2 ** (Number(/** @type {HTMLInputElement} */ (byId(id)).value) / 4);
}

/** Shows the ends of a range. @param {string} id */
function ends(id) {
  const value = ranged.get(chosen(id));
  byId(`${id}-range`).hidden = value === undefined;
  if (value === undefined) return;
  for (const end of ["low", "high"]) {
    const [, words] = times(value, factor(`${id}-${end}`));
    byId(`${id}-${end}`).setAttribute("aria-valuetext", words);
    byId(`${id}-${end}-words`).textContent = words;
  }
}

/** Offers the values that can be swept. @param {any} view */
export function offer(view) {
  const fits = (/** @type {any} */ one) => one.value !== null && (milliseconds(one.value) !== null
    || (NUMBER.test(one.value) && Number(one.value.split("/")[0]) > 0)
    || one.value.startsWith("{ lognormal"));
  const can = view.values.filter((/** @type {any} */ one) =>
    !one.key.startsWith("simulate.") && fits(one));
  ranged = new Map(can.map((/** @type {any} */ one) => [one.key, one.value]));
  for (const id of ["swept-one", "swept-two"]) {
    const now = chosen(id);
    fill(byId(id), el("option", { value: "" }, id === "swept-one" ? "choose a value" : "no second"),
      [...ranged.keys()].map((key) => el("option", { value: key, selected: key === now }, key)));
    ends(id);
  }
}

function sweepIfSeen() {
  if (!byId("sweep-found").hidden) sweep();
}

function sweep() {
  const ids = ["swept-one", "swept-two"].filter((id) => chosen(id));
  if (ids.length === 0 || (ids.length === 2 && chosen(ids[0]) === chosen(ids[1]))) return;
  const ranges = ids.map((id) => {
    const value = /** @type {string} */ (ranged.get(chosen(id)));
    const [low, high] = ["low", "high"].map((end) => factor(`${id}-${end}`))
      .sort((a, b) => a - b).map((one) => times(value, one)[0]);
    return { path: chosen(id), low, high, points: ids.length === 1 ? POINTS.one : POINTS.two };
  });
  ask("sweep", { kind: "sweep", ranges });
}

/**
 * Asks a question and shows its answer while it grows.
 * @param {"advice" | "comparison" | "sweep"} name
 * @param {any} study
 */
async function ask(name, study) {
  if (!page) return;
  stop();
  const question = ++asked;
  const place = byId(`${name}-found`);
  const state = el("p", { class: "work", role: "status" }, "Waiting for the answer above …");
  const halt = el("button", { type: "button", onclick: stop }, "Stop");
  const shown = el("div", {});
  place.hidden = false;
  fill(place, el("p", { class: "buttons" }, state, halt), shown);
  const end = (/** @type {string} */ text) => {
    state.textContent = text;
    halt.hidden = true;
  };
  try {
    const found = await page.post("api/studies", { changes: page.plain(page.now()), study });
    if (question !== asked) {
      fetch(`api/runs/${found.run}`, { method: "DELETE" });
      end("Stopped");
      return;
    }
    run = found.run;
    listen(found, state, shown, end);
  } catch (/** @type {any} */ error) {
    const mistakes = error.found?.mistakes?.map((/** @type {any} */ one) => one.message) ?? [];
    end(`Not possible: ${mistakes[0] ?? error.found?.error ?? error.message}`);
  }
}

/** @param {any} found @param {Element} state @param {Element} shown @param {any} end */
function listen(found, state, shown, end) {
  const number = found.run;
  const source = new EventSource(`api/runs/${number}/events`);
  listening = source;
  let turn = 0;
  const on = (/** @type {string} */ event, /** @type {(data: any) => void} */ take) =>
    source.addEventListener(event, (one) =>
      take(JSON.parse(/** @type {MessageEvent} */ (one).data)));
  on("study", (data) => {
    turn += 1;
    fill(shown, evidence(data.evidence, number, turn),
      data.is_complete && home(data.evidence, number, found.variants));
  });
  on("progress", (data) => {
    const words = data.stage === "simulate" ? "Simulating" : "Searching";
    const total = data.total === null ? " states" : ` of ${data.total.toLocaleString("en")} trials`;
    state.textContent = `${words}: ${data.done.toLocaleString("en")}${total}`;
  });
  const close = (/** @type {string} */ text) => {
    source.close();
    if (source === listening) listening = null;
    end(text);
  };
  on("done", () => close("Complete: the same as the command below it"));
  on("cancelled", () => close("Stopped"));
  on("failed", (data) => close(`Not possible: ${data.error || "see the terminal"}`));
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) close("The server does not answer");
  };
}

/** @param {any} found @param {number} number @param {(string | null)[]} variants */
function home(found, number, variants) {
  const link = (/** @type {string} */ path, /** @type {string} */ text, saves = true) =>
    el("a", { class: "button", href: `api/runs/${number}/${path}`, download: saves,
      target: saves ? null : "_blank", rel: "noopener" }, text);
  const name = { candidate: "advice", variant: "comparison", point: "sweep" }[
    /** @type {"candidate"} */ (found.row_head)];
  const files = variants.map((file, at) => file && link(`variants/${at}`, file));
  return el("div", {}, el("p", { class: "buttons" }, files,
    link("index.html", "Open the report", false), link(`${name}.json`, `${name}.json`),
    link(`${name}.csv`, `${name}.csv`)), el("pre", {}, found.command));
}

/** Stops what is at work. */
export function stop() {
  asked += 1;
  if (listening && run) fetch(`api/runs/${run}`, { method: "DELETE" });
}
