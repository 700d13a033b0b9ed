// What was found of several states: a short text, its table, and its pictures.

import { el } from "./dom.js";

/**
 * @param {any} evidence
 * @param {number} run
 * @param {number} turn how often the pictures have changed
 */
export function evidence(evidence, run, turn) {
  const heads = [evidence.row_head, ...evidence.heads].map((/** @type {string} */ head) =>
    el("th", { scope: "col" }, head));
  const rows = evidence.rows.map((/** @type {any} */ row) => el("tr", {},
    el("th", { scope: "row" }, row.name, row.is_marked ? " *" : "",
      row.about && el("small", {}, row.about)),
    row.cells.map((/** @type {any} */ cell, /** @type {number} */ at) =>
      el("td", { "data-of": evidence.heads[at] }, cell.words,
        cell.note && el("small", {}, cell.note)))));
  const notes = evidence.notes.map((/** @type {any} */ note) => el("div", {},
    el("h3", {}, note.title), el("ul", {},
      note.lines.map((/** @type {string} */ line) => el("li", {}, line)))));
  const charts = evidence.charts.map((/** @type {[string, string]} */ [file, title]) =>
    el("img", { src: `api/runs/${run}/${file}?${turn}`, alt: title }));
  return [
    el("ul", { class: "said" },
      evidence.answer.map((/** @type {string} */ one) => el("li", {}, one))),
    el("p", { class: "faint" }, evidence.provenance),
    el("div", { class: "charts" }, charts),
    el("div", { class: "scroll" }, el("table", { class: "stack" },
      el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows))),
    ...notes,
  ];
}
