// @ts-check
// The page: a history of states, each a set of changes to the scenario, and the answer to the one
// that is shown. The program has all rules and words; this only asks and shows.

import { showAnswer, showDifferences, showRefined, summary } from "./answer.js";
import { byId, el, fill } from "./dom.js";
import { drawPool } from "./picture.js";
import * as study from "./study.js";
import { drawForms, find, words } from "./values.js";

/**
 * @typedef {{from: string, steps: number[], key?: string}} Own
 * @typedef {{set: [string, string][], own: Own[]}} Changes
 * @typedef {{changes: Changes, label: string, note: string, key?: string}} State
 */

/** @type {State[]} */
let states = [{ changes: { set: [], own: [] }, label: "the file", note: "" }];
let at = 0;
/** The values of the file. @type {Map<string, string | null>} */
const base = new Map();
/** @type {any} */
let view = null;
/** @type {EventSource | null} */
let listening = null;
let asked = 0;
let run = 0;

/** What the server takes of changes. @param {Changes} changes */
function plain(changes) {
  return { set: changes.set, own: changes.own.map(({ from, steps }) => ({ from, steps })) };
}

const GONE = "The server does not answer. Start poolproof serve again, and open the address that "
  + "it prints in this tab: the history stays.";

/** @param {string} path @param {any} body */
async function post(path, body) {
  const response = await fetch(path, { method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" } }).catch(() => null);
  // Another server at this place has another token, and refuses.
  if (response === null || response.status === 403) {
    throw Object.assign(new Error(GONE), { isGone: true });
  }
  const type = response.headers.get("Content-Type") ?? "";
  const found = type.startsWith("application/json") ? await response.json() : {};
  if (response.ok) return found;
  throw Object.assign(new Error(`the server refuses this: ${response.status}`), { found });
}

/** The state to compare with. */
function against() {
  const how = /** @type {HTMLSelectElement} */ (byId("against")).value;
  const pinned = study.pinned().at(-1);
  if (how === "pin") return pinned ? { changes: pinned.changes, words: pinned.label } : null;
  if (at === 0) return null;
  if (how === "file") return { changes: states[0].changes, words: "the file" };
  return { changes: states[at - 1].changes, words: states[at - 1].label };
}

/** Asks for the answer to a state; shows it if it can be used. @param {State} state */
async function ask(state) {
  const question = ++asked;
  listening?.close();
  document.body.classList.add("stale");
  byId("work").textContent = "Reading …";
  const other = against();
  try {
    const found = await post("api/runs", { changes: plain(state.changes),
      before: other && plain(other.changes) });
    if (question !== asked) return;
    byId("problem").hidden = true;
    run = found.run;
    view = found.scenario;
    showDifferences(null, "");
    show();
    listen(found.run, state, other?.words ?? "");
  } catch (/** @type {any} */ error) {
    if (question === asked) refuse(error);
  }
}

/** Shows why a change cannot be used. @param {any} error */
function refuse(error) {
  byId("work").textContent = "";
  byId("stop").hidden = true;
  if (error.isGone) {
    byId("problem").hidden = false;
    fill(byId("problem"), el("strong", {}, `✗ ${error.message}`));
    return;
  }
  const found = error.found;
  const lines = found?.mistakes?.length ? found.mistakes
    : [{ message: found?.error || error.message, help: (found?.hints ?? []).join("; ") }];
  const problem = byId("problem");
  problem.hidden = false;
  fill(problem, el("strong", {}, "✗ This change cannot be used. "),
    "The answer is still that of the state before it.",
    el("ul", {}, lines.map((/** @type {any} */ one) => el("li", {},
      one.key ? el("code", {}, one.key) : null, one.key ? ": " : null, one.message,
      one.help && el("span", { class: "faint" }, ` — ${one.help}`),
      one.code && el("span", { class: "faint" }, ` (${one.code})`)))),
    el("p", { class: "buttons" },
      el("button", { type: "button", onclick: () => inTurn(() => step(at - 1)) },
        "Undo the change"),
      lines.filter((/** @type {any} */ one) => one.rule).map((/** @type {any} */ one) =>
        el("button", { type: "button", title: "The rule only warns then",
          onclick: () => allow(one.rule) }, `Study it although rule ${one.rule} forbids it`))));
}

const REFINED = {
  first_verdicts: "The smallest budget is searched; figures follow.",
  partial: "Refined so far; the figures become surer.",
  complete: "Complete: the same result as that of the command below.",
};

/** @param {number} number @param {State} state @param {string} other */
function listen(number, state, other) {
  const source = new EventSource(`api/runs/${number}/events`);
  listening = source;
  byId("stop").hidden = false;
  byId("work").textContent = "Searching …";
  const end = (/** @type {string} */ text) => {
    source.close();
    byId("stop").hidden = true;
    byId("work").textContent = text;
  };
  const on = (/** @type {string} */ name, /** @type {(data: any) => void} */ take) =>
    source.addEventListener(name, (event) => {
      if (source === listening) take(JSON.parse(/** @type {MessageEvent} */ (event).data));
    });
  on("answer", (data) => {
    document.body.classList.remove("stale");
    document.body.dataset.refinement = data.refinement;
    showAnswer(data.answer, data.refinement, { run: number, budgets: view.budgets });
    showRefined(REFINED[/** @type {keyof typeof REFINED} */ (data.refinement)]);
    if (data.refinement === "complete") showHome(true);
  });
  on("differences", (data) => {
    showDifferences(data, other);
    state.note = summary(data);
    showHistory();
  });
  on("progress", (data) => {
    const count = (/** @type {number} */ one) => one.toLocaleString("en");
    const [done, total] = [count(data.done), data.total === null ? "" : ` of ${count(data.total)}`];
    const what = { check: "Searching: $ states", cuts: "Smallest fault combinations: $ states",
      simulate: "Simulating: $ trials" }[/** @type {string} */ (data.stage)] ?? "$";
    byId("work").textContent = what.replace("$", done + total);
  });
  on("done", () => end("Complete"));
  on("cancelled", () => end("Stopped: the answer is as fine as it was"));
  on("failed", (data) => end(`Failed: ${data.error || "see the terminal of poolproof serve"}`));
  source.onerror = () => {
    if (source !== listening) return;
    if (source.readyState === EventSource.CLOSED) end("The server does not answer");
    else byId("work").textContent = "The connection is lost; trying again …";
  };
}

/** Goes to a state of the history. @param {number} to */
function step(to) {
  at = Math.max(0, Math.min(states.length - 1, to));
  isBehind = queued > 0;
  showHistory();
  return isBehind ? undefined : ask(states[at]);
}

/** Lets a rule of the handbook only warn. @param {string} rule */
function allow(rule) {
  change("allow.rules", () => {
    const now = states[at].changes.set.find(([key]) => key === "allow.rules");
    const rules = now ? JSON.parse(now[1]) : view.allowed;
    return JSON.stringify([...new Set([...rules, rule])]);
  });
}

/**
 * Adds a state.
 * @param {Changes} changes
 * @param {string} label
 * @param {string} key what is changed
 */
function add(changes, label, key) {
  const failed = !byId("problem").hidden;
  // Neither what could not be used is a state to go back to, nor what was never asked about.
  const passed = isBehind && states[at].key === key;
  states = states.slice(0, failed || passed ? Math.max(1, at) : at + 1);
  states.push({ changes, label, note: "", key });
  return step(states.length - 1);
}

/** The file of a runbook of one's own, beside the one that it is made from. @param {string} from */
function ownFile(from) {
  return from.replace(/\.toml$/, "-own.toml");
}

/** The changes that are being made, one after the other: each is made to the state before it. */
let turn = Promise.resolve();

/** How many more there are: only the last of them is asked about. */
let queued = 0;
/** Whether the state at hand was not asked about, so that the view is of one before it. */
let isBehind = false;

/** @param {() => void | Promise<void>} edit */
function inTurn(edit) {
  queued += 1;
  turn = turn.then(() => {
    queued -= 1;
    return edit();
  }).catch(refuse);
}

/** @param {string} key @param {string | ((view: any) => string)} wanted */
function change(key, wanted) {
  inTurn(async () => {
    if (isBehind && typeof wanted !== "string") await ask(states[at]);
    const value = typeof wanted === "string" ? wanted : wanted(view);
    const now = states[at].changes;
    const set = now.set.filter(([known]) => known !== key);
    // What is the file's value, or none at all, is no change.
    if (value !== "" && base.get(key) !== value) set.push([key, value]);
    const own = now.own.filter((one) => one.key !== key);
    const short = value.length > 24 ? "changed" : value || "as in the file";
    return add({ set, own }, `${words(key)} ${short}`, key);
  });
}

/**
 * @param {string} key
 * @param {string} from
 * @param {(steps: number[]) => number[]} edited
 * @param {number[]} all
 */
function reorder(key, from, edited, all) {
  inTurn(() => {
    const now = states[at].changes;
    const known = now.own.find((one) => one.key === key && one.from === from);
    const own = now.own.filter((one) => one.key !== key);
    own.push({ key, from, steps: edited(known?.steps ?? all) });
    const set = now.set.filter(([known]) => known !== key);
    set.push([key, ownFile(from)]);
    return add({ set, own }, `${words(key)} in another order`, `${key}, order`);
  });
}

function showHistory() {
  fill(byId("history"), states.map((state, index) =>
    el("button", { type: "button", class: index === at ? "chip now" : "chip",
      "aria-current": index === at ? "true" : null, onclick: () => inTurn(() => step(index)) },
    state.label, state.note && el("small", {}, state.note))));
  byId("history").querySelector(".now")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  /** @type {HTMLButtonElement} */ (byId("undo")).disabled = at === 0;
  keep();
}

/** Where the history of a file is kept when the page is loaded again. */
const kept = () => `poolproof ${view.file}`;

function keep() {
  try {
    sessionStorage.setItem(kept(), JSON.stringify({ states, at, pins: study.pinned() }));
  } catch {
    // Without room for it the page begins with the file again.
  }
}

function restore() {
  try {
    const found = JSON.parse(sessionStorage.getItem(kept()) ?? "null");
    if (!found?.states?.[found.at]) return;
    ({ states, at } = found);
    study.restorePins(found.pins);
  } catch {
    // The same.
  }
}

/** @param {boolean} complete */
function showHome(complete) {
  const link = (/** @type {string} */ path, /** @type {string} */ text,
    /** @type {boolean} */ ready, saves = true) =>
    ready ? el("a", { class: "button", href: `api/runs/${run}/${path}`, download: saves,
      target: saves ? null : "_blank", rel: "noopener" }, text)
      : el("span", { class: "button", "aria-disabled": "true",
        title: "when the answer is complete" }, text);
  const own = states[at].changes.own.map((one, index) => {
    const file = ownFile(one.from).split("/").pop();
    return link(`runbooks/${index}`, `Runbook: ${file}`, true);
  });
  const commands = [view.before, view.command].filter(Boolean);
  fill(byId("home"),
    el("p", { class: "buttons" }, link("scenario.toml", "Scenario file", true), own,
      link("report", "Open the report", complete, false), link("report.html", "Report", complete),
      link("result.json", "result.json", complete)),
    el("p", { class: "faint" }, "The same result on the command line, byte for byte:"),
    el("pre", { id: "command" }, commands.join("\n")),
    el("button", { type: "button", onclick: (/** @type {any} */ event) => {
      navigator.clipboard?.writeText(commands.join("\n"));
      event.target.textContent = "Copied";
    } }, "Copy the command"));
}

/** Draws the scenario. */
function show() {
  document.title = `${view.title || view.name}: what if`;
  byId("title").textContent = view.title || view.name;
  const trials = view.trials.toLocaleString("en");
  fill(byId("file"),
    `${view.file} · seed ${view.seed} · ${trials} trials · poolproof ${view.version}`);
  const { changes } = states[at];
  drawPool(byId("pool"), view, change);
  drawForms(view, { change, own: reorder, mine: new Set(changes.set.map(([key]) => key)),
    ownOf: (key) => changes.own.find((one) => one.key === key) });
  find(/** @type {HTMLInputElement} */ (byId("find")).value);
  study.offer(view);
  showHome(false);
  showHistory();
}

byId("stop").addEventListener("click", () => fetch(`api/runs/${run}`, { method: "DELETE" }));
byId("undo").addEventListener("click", () => inTurn(() => step(at - 1)));
byId("against").addEventListener("change", () => inTurn(() => step(at)));
byId("pin").addEventListener("click", () => {
  const { changes, label } = states[at];
  study.pin({ changes, label });
});
byId("find").addEventListener("input", (event) =>
  find(/** @type {HTMLInputElement} */ (event.target).value));
let resized = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(resized);
  resized = requestAnimationFrame(() => view && drawPool(byId("pool"), view, change));
});

inTurn(() => post("api/view", {}).then((found) => {
  view = found;
  for (const one of view.values) base.set(one.key, one.value);
  base.set("expect.objectives", null);
  study.begin({ post, plain, now: () => states[at].changes, changed: keep });
  restore();
  show();
  return ask(states[at]);
}).catch(refuse));
