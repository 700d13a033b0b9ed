// Everything else that can be changed: runbooks and their steps, people, rates, objectives, and
// the rest of the keys. A change is a key and a value, as `--set` takes them.

import { byId, el, refill } from "./dom.js";

/** @typedef {(key: string, value: string | ((view: any) => string)) => void} Change */

const STAFF = [
  "operators.error_probability", "operators.error_correction", "operators.assumption",
  "operators.reseeding",
];
const SHIFTS = [
  "operators.shifts.from", "operators.shifts.to", "operators.shifts.days",
  "operators.shifts.on_duty", "operators.shifts.off_duty",
];
const RATES = [
  "failures.site_disaster", "failures.site_outage", "failures.inter_site_link",
  "failures.local_link", "failures.grey_failure",
];
const OBJECTIVES = [
  "per_year.availability >= 99.9%", "per_year.outage.p95 <= 4h", "per_year.any_loss <= 1%",
  "given_site_loss.time_to_recover.p95 <= 4h", "given_site_loss.data_lost.p95 <= 30min",
];

/** Words for the last part of a key. @param {string} key */
export function words(key) {
  const last = key.split(".").pop() ?? key;
  return last.replaceAll("_", " ");
}

/**
 * An input for a value.
 * @param {any} one
 * @param {Change} change
 * @param {string} [label]
 */
function input(one, change, label) {
  const set = (/** @type {any} */ event) => change(one.key, event.target.value.trim());
  const common = { "data-key": one.key, "aria-label": label ?? one.key, onchange: set };
  if (one.input.kind === "words") {
    const known = one.value === null ? ["", ...one.input.words] : one.input.words;
    return el("select", common, known.map((/** @type {string} */ word) =>
      el("option", { value: word, selected: word === one.value }, word)));
  }
  if (one.input.kind === "text" && one.value?.startsWith("{")) {
    return delay(one.value, one.key, label ?? one.key, (text) => change(one.key, text));
  }
  const { kind, least, most } = one.input;
  const range = kind === "number" ? `${least} to ${most}` : one.input.range;
  return el("input", { ...common, value: one.value ?? "", placeholder: one.default ?? "not set",
    title: range, spellcheck: "false", autocomplete: "off" });
}

const LOGNORMAL = /^\{ lognormal = \{ median = "([^"]*)", sigma = ([0-9.]+) \} \}$/;

/**
 * An input for a delay: the two numbers of a lognormal one, the text of any other.
 * @param {string} text
 * @param {string} key
 * @param {string} label
 * @param {(text: string) => void} change
 */
function delay(text, key, label, change) {
  const field = (/** @type {string} */ value, /** @type {string} */ part,
    /** @type {string} */ what, /** @type {(text: string) => string} */ made) =>
    el("input", { value, "data-key": key + part, "aria-label": label + what, spellcheck: "false",
      autocomplete: "off", title: `${label}${what}: a duration or a distribution of durations`,
      onchange: (/** @type {any} */ event) => change(made(event.target.value.trim())) });
  const found = LOGNORMAL.exec(text);
  if (!found) return field(text, "", "", (typed) => typed);
  const [, median, sigma] = found;
  // What is typed for the median may be a distribution, which then takes the place of this one.
  const made = (/** @type {string} */ m, /** @type {string} */ s) =>
    /[{]/.test(m) ? m : `{ lognormal = { median = ${JSON.stringify(m)}, sigma = ${s} } }`;
  return el("span", { class: "delay", title: text },
    field(median, "", ", median", (typed) => made(typed, sigma)), el("span", {}, "σ"),
    field(sigma, ".sigma", ", sigma", (typed) => made(median, typed)));
}

/** Where a value comes from. @param {any} one @param {Set<string>} mine */
function origin(one, mine) {
  if (mine.has(one.key)) return el("span", { class: "origin mine" }, "mine");
  if (one.value === null) return el("span", { class: "origin" }, "not set");
  if (!one.is_default) return el("span", { class: "origin" }, "from the file");
  return el("span", { class: "origin", title: one.source }, `default, grade ${one.grade ?? "-"}`);
}

/**
 * A row of a form.
 * @param {any} one
 * @param {Change} change
 * @param {Set<string>} mine
 * @param {string} [label]
 */
function row(one, change, mine, label) {
  return el("div", { class: "row" },
    el("span", { class: "label", title: `${one.key}: ${one.meaning}` }, label ?? words(one.key)),
    input(one, change, label), origin(one, mine));
}

/**
 * Draws all forms.
 * @param {any} view
 * @param {{change: Change, own: (key: string, from: string,
 *   edited: (steps: number[]) => number[], all: number[]) => void, mine: Set<string>,
 *   ownOf: (key: string) => any}} page
 */
export function drawForms(view, page) {
  const all = new Map(view.values.map((/** @type {any} */ one) => [one.key, one]));
  const rows = (/** @type {string[]} */ keys) => keys.map((key) => all.get(key)).filter(Boolean)
    .map((one) => row(one, page.change, page.mine));
  refill(byId("runbooks"), view.runbooks.map((/** @type {any} */ one) => runbook(one, page)));
  const shifts = all.get("operators.shifts.from")?.value !== null;
  refill(byId("staff"), rows(STAFF), el("h3", {}, "Hours of work"),
    shifts ? rows(SHIFTS) : el("p", {}, "Alarms are seen as the runbooks say, at any hour. ",
      el("button", { type: "button", "data-key": "shifts", onclick: () =>
        page.change("operators.shifts.days", "5") }, "Set hours of work")));
  refill(byId("rates"), Object.entries(view.modes).map(([key, list]) => modes(key, list, page)),
    el("h3", {}, "Sites and links"), RATES.flatMap((key) => ["rate", "repair"]
      .map((what) => all.get(`${key}.${what}`)).filter(Boolean).map((one) =>
        row(one, page.change, page.mine, `${words(key)}, ${words(one.key)}`))));
  refill(byId("goals"), objectives(view, page));
  const shown = new Set([...STAFF, ...SHIFTS,
    ...RATES.flatMap((key) => [`${key}.rate`, `${key}.repair`]),
    ...view.runbooks.map((/** @type {any} */ one) => one.key), ...Object.keys(view.modes),
    "expect.objectives", "allow.rules"]);
  const rest = view.values.filter((/** @type {any} */ one) => !shown.has(one.key));
  refill(byId("values"), tables(rest, page));
}

/** @param {any[]} rest @param {any} page */
function tables(rest, page) {
  const parts = [];
  let table = "";
  for (const one of rest) {
    const [name] = one.key.split(/\.[^.]*$/);
    if (name !== table) parts.push(el("h3", {}, name));
    table = name;
    parts.push(row(one, page.change, page.mine));
  }
  return parts;
}

/** @param {any} one @param {any} page */
function runbook(one, page) {
  const own = page.ownOf(one.key);
  const known = one.choices.map((/** @type {string[]} */ choice) => choice[0]);
  const file = own ? own.from : one.file;
  const choose = (/** @type {any} */ event) => page.change(one.key, event.target.value);
  const options = one.choices.map((/** @type {string[]} */ choice) =>
    el("option", { value: choice[0], selected: choice[0] === file }, choice[1] || choice[0]));
  if (file && !known.includes(file)) {
    options.unshift(el("option", { value: file, selected: true }, file));
  }
  const about = (/** @type {any} */ step) => [step.actor,
    step.wait_for && `waits for ${step.wait_for}`, step.is_optional && "where possible"]
    .filter(Boolean).join(", ");
  const steps = one.steps.map((/** @type {any} */ step, /** @type {number} */ at) =>
    el("li", {}, el("span", { class: "does" }, step.does, el("small", {}, about(step))),
    delay(step.duration, `${one.key}.${at}.duration`, `Duration of step ${at + 1}`,
      (text) => page.change(step.duration_key, text)),
    el("span", { class: "moves" }, move("↑", at, at - 1), move("↓", at, at + 1),
      move("×", at, null))));
  /** @param {string} sign @param {number} at @param {number|null} to */
  function move(sign, at, to) {
    const before = own ? own.steps : [...one.steps.keys()];
    const there = to === null || (to >= 0 && to < before.length);
    const label = to === null ? `Leave out step ${at + 1}`
      : `Move step ${at + 1} ${to < at ? "up" : "down"}`;
    return el("button", { type: "button", "aria-label": label, title: label,
      "data-key": `${one.key}.${at}${sign}`,
      disabled: !there || (to === null && before.length === 1),
      onclick: () => page.own(one.key, file, (/** @type {number[]} */ now) => {
        const steps = [...now];
        const [step] = steps.splice(at, 1);
        if (to !== null) steps.splice(to, 0, step);
        return steps;
      }, before) }, sign);
  }
  return el("div", { class: "runbook" },
    el("div", { class: "row" }, el("span", { class: "label" }, one.role.replaceAll("-", " ")),
      el("select", { "data-key": one.key, "aria-label": `Runbook for ${one.role}`,
        onchange: choose },
        el("option", { value: "none", selected: !one.file }, "none"), options),
      el("span", { class: `origin ${own || page.mine.has(one.key) ? "mine" : ""}` },
        own ? "own order" : page.mine.has(one.key) ? "mine" : "from the file")),
    steps.length > 0 && el("details", { id: `steps-${one.role}` },
      el("summary", {}, `${steps.length} steps`), el("ol", { class: "steps" }, steps)));
}

/** A value in TOML. @param {any} value @returns {string} */
function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{ ${Object.entries(value).map(([key, one]) => `${key} = ${toml(one)}`).join(", ")} }`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** A value as it is typed. @param {any} value */
function typed(value) {
  return typeof value === "string" ? value : toml(value);
}

/** What was typed, as a value in TOML. @param {string} text */
function read(text) {
  return /^\s*[{[]/.test(text) ? text.trim() : JSON.stringify(text.trim());
}

/**
 * The failure modes of a kind of component.
 * @param {string} key
 * @param {any[]} list
 * @param {any} page
 */
function modes(key, list, page) {
  // From the state at hand: another change may have come before this one is made.
  const change = (/** @type {number} */ at, /** @type {string} */ what,
    /** @type {string} */ text) =>
    page.change(key, (/** @type {any} */ view) => {
      const items = view.modes[key].map((/** @type {any} */ mode, /** @type {number} */ index) => {
        const parts = Object.entries(mode).map(([name, one]) =>
          `${name} = ${index === at && name === what ? read(text) : toml(one)}`);
        return `{ ${parts.join(", ")} }`;
      });
      return `[${items.join(", ")}]`;
    });
  const field = (/** @type {any} */ mode, /** @type {number} */ at, /** @type {string} */ what) =>
    mode[what] !== undefined && el("div", { class: "field" }, el("span", {}, what),
      delay(typed(mode[what]), `${key}.${at}.${what}`, `${mode.name}, ${what}`,
        (text) => change(at, what, text)));
  return el("div", { class: "modes" }, el("h3", {}, words(key), page.mine.has(key)
    && el("span", { class: "origin mine" }, " mine")),
  list.map((mode, at) => el("div", { class: "mode" },
    el("span", { class: "label" }, mode.name), field(mode, at, "rate"), field(mode, at, "every"),
    field(mode, at, "repair"))));
}

/** @param {any} view @param {any} page */
function objectives(view, page) {
  const set = (/** @type {(texts: string[]) => string[]} */ edited) =>
    page.change("expect.objectives", (/** @type {any} */ now) =>
      `[${edited(now.objectives).map((text) => JSON.stringify(text)).join(", ")}]`);
  const texts = view.objectives;
  const rows = texts.map((/** @type {string} */ text, /** @type {number} */ at) =>
    el("div", { class: "row goal" },
      el("input", { value: text, "data-key": `goal.${at}`, "aria-label": `Objective ${at + 1}`,
        spellcheck: "false", onchange: (/** @type {any} */ event) =>
          set((now) => now.with(at, event.target.value.trim())) }),
      el("button", { type: "button", "aria-label": `Remove objective ${at + 1}`,
        onclick: () => set((now) => now.toSpliced(at, 1)) }, "×")));
  const open = OBJECTIVES.filter((text) => !texts.some((/** @type {string} */ known) =>
    known.split(/[<>]/)[0].trim() === text.split(/[<>]/)[0].trim()));
  return [...rows, open.length > 0 && el("p", { class: "offers" }, "Add: ", open.map((text) =>
    el("button", { type: "button", onclick: () => set((now) => [...now, text]) }, text)))];
}

/** Shows the keys that have a text in them. @param {string} text */
export function find(text) {
  const wanted = text.trim().toLowerCase().replaceAll(" ", "_");
  for (const one of byId("values").querySelectorAll(".row")) {
    const key = one.querySelector("[data-key]")?.getAttribute("data-key") ?? "";
    one.toggleAttribute("hidden", !key.includes(wanted));
  }
  for (const one of byId("values").querySelectorAll("h3")) {
    one.toggleAttribute("hidden", wanted !== "");
  }
}
