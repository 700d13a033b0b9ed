// The answer: what it comes to, tiles, differences, verdicts and figures. Every word of it comes
// from the program.

import { distribution, interval } from "./charts.js";
import { byId, el, fill, say } from "./dom.js";

/**
 * Shows an answer.
 * @param {any} answer
 * @param {string} refinement
 * @param {{run: number, budgets: string[]}} about
 */
export function showAnswer(answer, refinement, about) {
  const soFar = refinement === "complete" ? "" : "so far: ";
  fill(byId("standing"), say(answer.standing), " ", el("span", {}, soFar + answer.reason));
  byId("standing").className = answer.standing.class;
  showVerdicts(answer, refinement, about);
  fill(byId("assumes"), answer.assumes ? `This assumes: ${answer.assumes}.` : "",
    answer.warnings.map((/** @type {string} */ one) => el("span", { class: "warning" }, one)));
  if (!answer.figures) return;
  fill(byId("tiles"), answer.tiles.map(tile));
  byId("judged-card").hidden = answer.objectives.length === 0;
  fill(byId("judged"), answer.objectives.map(judged));
  showFigures(answer);
}

/** Says how far the answer is refined. @param {string} words */
export function showRefined(words) {
  fill(byId("refined"), words);
}

/** @param {any} one */
function tile(one) {
  return el("div", { class: `tile ${one.said.class}` },
    el("p", { class: "name" }, one.title),
    el("p", { class: "value" }, one.value),
    el("p", { class: "word" }, say(one.said), one.limit ? ` · ${one.limit}` : ""),
    el("p", { class: "faint" }, one.certainty),
    one.remarks.length > 0 && el("ul", {},
      one.remarks.map((/** @type {string} */ text) => el("li", {}, text))));
}

/** @param {any} one */
function judged(one) {
  return el("div", { class: "objective" },
    el("p", { class: "name" }, one.title),
    el("p", { class: "word" }, say(one.said)),
    el("p", { class: "numbers" }, el("strong", {}, one.observed),
      one.interval ? ` (${one.interval})` : "",
      el("span", { class: "faint" }, ` limit ${one.limit}`)),
    interval(one),
    one.more && el("p", { class: "faint" }, one.more));
}

/** @param {any} answer @param {string} refinement @param {any} about */
function showVerdicts(answer, refinement, about) {
  const done = answer.budgets.map((/** @type {any} */ one) => one.name);
  const open = refinement === "complete" ? [] : about.budgets.filter(
    (/** @type {string} */ name) => !done.includes(name));
  const heads = answer.budgets.map((/** @type {any} */ one) =>
    el("th", { scope: "col", title: `${one.allows}; ${one.extent}` }, one.name));
  heads.push(...open.map((/** @type {string} */ name) =>
    el("th", { scope: "col", class: "faint" }, name)));
  const rows = answer.verdicts.map((/** @type {any} */ row) => el("tr", {},
    el("th", { scope: "row", title: row.meaning }, row.title),
    row.cells.map((/** @type {any} */ cell, /** @type {number} */ at) =>
      el("td", { "data-of": done[at] }, cell && verdict(cell, about.run))),
    open.map((/** @type {string} */ name) =>
      el("td", { class: "faint", "data-of": name }, "to come"))));
  fill(byId("verdicts"), el("div", { class: "scroll" }, el("table", { class: "stack" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "property"), heads)),
    el("tbody", {}, rows))));
}

/** @param {any} cell @param {number} run */
function verdict(cell, run) {
  const parts = [say(cell.said)];
  if (cell.path) {
    const [check, index] = cell.path;
    parts.push(el("br"), el("a", { href: `api/runs/${run}/player/${check}/${index}`,
      target: "_blank", rel: "noopener", title: cell.reach }, "how it happens"),
    el("br"), el("a", { href: `api/runs/${run}/leave/${check}/${index}`,
      target: "_blank", rel: "noopener",
      title: "every state of this path, with all that can happen there" }, "go on from there"));
  }
  return parts;
}

/** @type {any} */
let curves = [];

function drawCurves() {
  const place = byId("curves");
  const width = Math.max(260, Math.floor(place.clientWidth));
  fill(place, curves.map((/** @type {any} */ one) => distribution(one, width)));
}

/** @param {any} answer */
function showFigures(answer) {
  curves = answer.curves;
  drawCurves();
  const figures = answer.figures;
  const heads = figures.heads.map((/** @type {string[]} */ head) =>
    el("th", { scope: "col" }, head[0], el("small", {}, `n = ${head[1]}`)));
  const bodies = figures.groups.map((/** @type {any} */ group) => el("tbody", {},
    el("tr", { class: "group" },
      el("th", { colspan: heads.length + 1, scope: "rowgroup" }, group.title)),
    group.rows.map((/** @type {any} */ row) => el("tr", {}, el("th", { scope: "row" }, row[0]),
      row[1].map((/** @type {string[]} */ cell, /** @type {number} */ at) =>
        el("td", { "data-of": figures.heads[at][0] }, cell[0], el("small", {}, cell[1])))))));
  fill(byId("figures"), el("p", { class: "faint" }, figures.ran),
    el("div", { class: "scroll" }, el("table", { class: "figures" },
      el("thead", {}, el("tr", {}, el("th"), heads)), bodies)),
    el("p", { class: "faint" }, `Intervals: ${figures.intervals}.`));
}

/**
 * Shows what differs from another state.
 * @param {any} found
 * @param {string} against
 */
export function showDifferences(found, against) {
  const card = byId("differences-card");
  if (!found) {
    card.hidden = true;
    return;
  }
  card.hidden = false;
  const count = (/** @type {number} */ one) => one.toLocaleString("en");
  const [trials, drills] = found.trials.map(count);
  fill(byId("differences-note"),
    `compared with ${against}, the same failures in ${trials} trials and ${drills} drills`);
  const sure = found.rows.filter((/** @type {any} */ row) => row.class !== "none");
  const rows = sure.map((/** @type {any} */ row) => el("tr", {},
    el("th", { scope: "row" }, row.title),
    el("td", { "data-of": "before", class: "number" }, row.before),
    el("td", { "data-of": "after", class: "number" }, row.after),
    el("td", { "data-of": "difference", class: row.class },
      el("strong", {}, row.class === "better" ? "▲ better " : "▼ worse "), row.words)));
  const others = found.rows.length - sure.length;
  const left = others === 0 ? "" : sure.length === 0
    ? "No figure differs significantly: every interval contains 0."
    : `${others} other figures: no significant difference.`;
  fill(byId("differences"), sure.length > 0 && el("div", { class: "scroll" },
    el("table", { class: "stack" }, el("thead", {}, el("tr", {},
      ["figure", "before", "after", "difference"].map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows))),
    el("p", { class: "faint" }, left));
}

/** The largest change in a few words, for the history. @param {any} found */
export function summary(found) {
  const sure = found.rows.filter((/** @type {any} */ row) => row.class !== "none");
  if (sure.length === 0) return "no significant difference";
  const outage = sure.find((/** @type {any} */ row) => /^Outage.*mean/.test(row.title)) ?? sure[0];
  return `${outage.title}: ${outage.words.split(" (")[0]}`;
}

addEventListener("resize", drawCurves);
