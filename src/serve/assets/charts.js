// Drawings of numbers that the answer has: an interval against its limit, and distributions.

import { duration, el, svg } from "./dom.js";

/**
 * A value with its interval and its limit on one line.
 * @param {{scale: (number|null)[], is_upper: boolean, observed: string, limit: string,
 *   said: {class: string}}} objective
 */
export function interval(objective) {
  const [value, low, high, limit] = objective.scale;
  if (limit === null) return null;
  const known = [value, low, high, limit].filter((one) => one !== null);
  let from = Math.min(...known), to = Math.max(...known);
  // An amount is drawn from nothing on; a share near 1 is drawn close up.
  if (objective.is_upper) from = 0;
  const space = (to - from || Math.abs(to) || 1) * 0.12;
  from = objective.is_upper ? 0 : from - space;
  to += space;
  const at = (/** @type {number} */ x) =>
    2 + 196 * Math.max(0, Math.min(1, (x - from) / (to - from)));
  const parts = [svg("rect", { class: "track", x: 2, y: 9, width: 196, height: 6, rx: 3 })];
  const good = objective.is_upper ? [2, at(limit)] : [at(limit), 198];
  parts.push(svg("rect", { class: "within", x: good[0], y: 9, height: 6,
    width: good[1] - good[0] }));
  if (low !== null || high !== null) {
    const [a, b] = [low === null ? 2 : at(low), high === null ? 198 : at(high)];
    const class_ = `band ${objective.said.class}`;
    parts.push(svg("rect", { class: class_, x: a, y: 6, height: 12, rx: 2,
      width: Math.max(2, b - a) }));
  }
  if (value !== null) {
    parts.push(svg("line", { class: "value", x1: at(value), x2: at(value), y1: 3, y2: 21 }));
  }
  parts.push(svg("line", { class: "limit", x1: at(limit), x2: at(limit), y1: 0, y2: 24 }));
  const label = `observed ${objective.observed}, limit ${objective.limit}`;
  return svg("svg", { class: "interval", viewBox: "0 0 200 24", role: "img", "aria-label": label,
    preserveAspectRatio: "none" }, parts);
}

const STEPS = [1, 2, 5, 10, 15, 30].map((one) => one * 60_000)
  .concat([1, 2, 3, 6, 12].map((one) => one * 3_600_000))
  .concat([1, 2, 5, 7, 14, 30].map((one) => one * 86_400_000));

/**
 * A distribution function with its band and the limits of objectives.
 * @param {{title: string, points: number[][], limits: [number, string][]}} curve
 * @param {number} width
 */
export function distribution(curve, width) {
  const height = 168, left = 44, bottom = 24, top = 20, right = 12;
  const shown = curve.points.filter((point) => point[1] <= 0.99);
  const last = (shown.length ? shown[shown.length - 1] : curve.points[curve.points.length - 1])[0];
  const most = Math.max(last, ...curve.limits.map(([limit]) => limit)) * 1.08 || 1;
  const x = (/** @type {number} */ ms) => left + (width - left - right) * Math.min(1, ms / most);
  const y = (/** @type {number} */ p) => top + (height - top - bottom) * (1 - p);
  const ticks = Math.max(3, width / 90);
  const step = STEPS.find((one) => most / one <= ticks) ?? STEPS[STEPS.length - 1];
  const parts = [];
  for (const share of [0, 0.5, 0.95]) {
    const [x1, x2, at] = [left, width - right, y(share)];
    parts.push(svg("line", { class: "grid", x1, x2, y1: at, y2: at }));
    const text = `${Math.round(share * 100)} %`;
    parts.push(svg("text", { x: left - 6, y: y(share) + 4, "text-anchor": "end" }, text));
  }
  for (let at = 0; at <= most; at += step) {
    const anchor = at === 0 ? "start" : "middle";
    parts.push(svg("text", { x: x(at), y: height - 6, "text-anchor": anchor }, duration(at)));
    parts.push(svg("line", { class: "tick", x1: x(at), x2: x(at), y1: y(0), y2: y(0) + 4 }));
  }
  const inside = curve.points.filter((point) => point[0] <= most);
  const line = (/** @type {number} */ of) => {
    let [path, before] = ["", 0];
    for (const point of inside) {
      path += `${path ? "L" : "M"}${x(point[0]).toFixed(1)} ${y(before).toFixed(1)}`;
      path += `L${x(point[0]).toFixed(1)} ${y(point[of]).toFixed(1)}`;
      before = point[of];
    }
    return `${path}L${x(most).toFixed(1)} ${y(before).toFixed(1)}`;
  };
  const backwards = line(2).slice(1).split("L").reverse().join("L");
  parts.push(svg("path", { class: "band", d: `${line(3)}L${backwards}Z` }));
  parts.push(svg("path", { class: "curve", d: line(1) }));
  for (const [limit, words] of curve.limits) {
    parts.push(svg("line", { class: "limit", x1: x(limit), x2: x(limit), y1: top - 4, y2: y(0) }));
    const anchor = x(limit) > width * 0.6 ? "end" : "start";
    parts.push(svg("text", { class: "limit", x: x(limit), y: 11, "text-anchor": anchor }, words));
  }
  const drawing = svg("svg", { class: "distribution", width, height,
    viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": curve.title }, parts);
  return el("figure", {}, el("figcaption", {}, curve.title), drawing);
}
