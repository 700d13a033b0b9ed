// The pool as a picture that can be changed: servers, mirror, witness and share, and what connects
// them. A dashed place is a button that moves a thing there; things can be dragged as well.

import { el, refill, svg } from "./dom.js";

/** @typedef {(key: string, value: string) => void} Change */

/**
 * @param {HTMLElement} place
 * @param {any} view
 * @param {Change} change
 */
export function drawPool(place, view, change) {
  const value = (/** @type {string} */ key) =>
    view.values.find((/** @type {any} */ one) => one.key === key)?.value ?? "";
  const has = (/** @type {string} */ name) =>
    view.pool.sites.some((/** @type {any} */ site) =>
      site.nodes.some((/** @type {any} */ node) => node.name === name));
  const witness = value("mirroring.enabled") === "true" ? value("mirroring.witness") : "none";
  const share = value("log_shipping.share");
  const shipping = value("log_shipping.enabled") === "true";

  /** A thing that can stand in several places, or a dashed place for it. */
  const movable = (/** @type {string} */ what, /** @type {string} */ where) => {
    const [key, now, name, role] = what === "witness"
      ? ["mirroring.witness", witness, "W", "witness"]
      : ["log_shipping.share", share, "share", "backup share"];
    if (what === "witness" && value("mirroring.enabled") !== "true") return null;
    if (what === "share" && !shipping) return null;
    if (now !== where) {
      return el("button", { type: "button", class: "ghost", "data-key": `${key}=${where}`,
        title: `Move the ${role} here`, onclick: () => change(key, where) }, `${role} here`);
    }
    return el("div", { class: `node ${what}`, "data-node": name, draggable: "true",
      ondragstart: (/** @type {DragEvent} */ event) =>
        event.dataTransfer?.setData("text/plain", what) },
      el("b", {}, name), el("span", {}, role),
      what === "witness" && el("button", { type: "button", class: "less", title: "No witness",
        "aria-label": "Remove the witness", "data-key": `${key}=none`,
        onclick: () => change(key, "none") }, "×"));
  };

  /** A thing that is there or not. */
  const optional = (/** @type {string} */ name, /** @type {string} */ role,
    /** @type {string} */ key) => {
    const there = value(key) === "true";
    if (!there) {
      return el("button", { type: "button", class: "ghost", "data-key": key,
        title: `Add the ${role}`, onclick: () => change(key, "true") }, `add ${name}, ${role}`);
    }
    return el("div", { class: "node", "data-node": name }, el("b", {}, name), el("span", {}, role),
      el("button", { type: "button", class: "less", title: `Without the ${role}`, "data-key": key,
        "aria-label": `Remove the ${role}`, onclick: () => change(key, "false") }, "×"));
  };

  const stepper = (/** @type {string} */ key, /** @type {string} */ words) => {
    const now = Number(value(key));
    const button = (/** @type {string} */ sign, /** @type {number} */ by,
      /** @type {string} */ verb) =>
      el("button", { type: "button", "aria-label": `${verb} ${words} server`,
        disabled: now + by < 0 || now + by > 8, "data-key": `${key}${sign}`,
        onclick: () => change(key, String(now + by)) }, sign);
    return el("span", { class: "stepper" }, button("−", -1, "One less"),
      el("output", {}, String(now)), button("+", 1, "One more"), ` ${words}`);
  };

  const site = (/** @type {string} */ name, /** @type {string} */ low,
    /** @type {any[]} */ inside) => {
    const nodes = view.pool.sites.find((/** @type {any} */ one) => one.name === name)?.nodes ?? [];
    const servers = nodes.filter((/** @type {any} */ node) => node.role === "pool_server");
    return el("section", { class: "site", "data-site": name, ...droppable(name) },
      el("h3", {}, name),
      el("div", { class: "servers", "aria-label": `pool servers in ${name}` },
        servers.map((/** @type {any} */ node) => el("span", {
          class: `server ${node.active ? "active" : "idle"}`,
          title: `${node.name}: ${node.active ? "active" : "idle"}` },
        node.name.replace(/^\D+/, ""))),
        servers.length === 0 && el("span", { class: "faint" }, "no pool servers")),
      el("p", { class: "steppers" }, stepper(`pool.${low}.active`, "active"),
        stepper(`pool.${low}.idle`, "idle")),
      el("div", { class: "slots" }, inside));
  };

  /** @param {string} where */
  const droppable = (where) => ({
    ondragover: (/** @type {DragEvent} */ event) => event.preventDefault(),
    ondrop: (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      const what = event.dataTransfer?.getData("text/plain");
      if (what === "witness") change("mirroring.witness", where);
      if (what === "share") change("log_shipping.share", where);
    },
  });

  const interval = (/** @type {string} */ job) => {
    const key = `log_shipping.${job}_interval`;
    return el("label", {}, el("span", {}, job), el("input", { value: value(key), size: 6,
      "data-key": key, onchange: (/** @type {any} */ event) => change(key, event.target.value) }));
  };

  const a = el("div", { class: "node primary", "data-node": "A" }, el("b", {}, "A"),
    el("span", {}, "principal"), shipping && share !== "primary"
      ? el("button", { type: "button", class: "ghost small",
        "data-key": "log_shipping.share=primary",
        onclick: () => change("log_shipping.share", "primary") }, "share on A")
      : shipping && el("span", { class: "tag" }, "holds the share"));
  const secondary = shipping
    ? el("div", { class: "node", "data-node": "S" }, el("b", {}, "S"), el("span", {}, "secondary"),
      el("button", { type: "button", class: "less", title: "Without log shipping",
        "aria-label": "Remove log shipping", "data-key": "log_shipping.enabled",
        onclick: () => change("log_shipping.enabled", "false") }, "×"))
    : el("button", { type: "button", class: "ghost", "data-key": "log_shipping.enabled",
      onclick: () => change("log_shipping.enabled", "true") }, "add S, log shipping");

  const picture = el("div", { class: "pool" },
    svg("svg", { class: "links", "aria-hidden": "true" }),
    site("DC1", "dc1", [optional("B", "mirror", "mirroring.enabled"), a,
      movable("witness", "DC1"), movable("share", "DC1")]),
    el("div", { class: "between" },
      el("p", { class: "wan" }, "link DC1-DC2"),
      shipping && el("fieldset", { class: "jobs" }, el("legend", {}, "Log shipping"),
        interval("backup"), interval("copy"), interval("restore")),
      el("section", { class: "site third", "data-site": "third", ...droppable("third") },
        el("h3", {}, "Third place"),
        el("div", { class: "slots" }, movable("witness", "third"), movable("share", "third")))),
    site("DC2", "dc2", [secondary, shipping && optional("SM", "mirror of S", "secondary.mirror"),
      movable("share", "DC2"), movable("witness", "DC2"),
      shipping && has("SM") && optional("SW", "witness of S", "secondary.witness")]));
  refill(place, picture);
  connect(picture, view.pool.links);
}

/**
 * Draws the lines between what is on the picture.
 * @param {HTMLElement} picture
 * @param {any[]} links
 */
function connect(picture, links) {
  const lines = picture.querySelector("svg.links");
  if (!lines) return;
  const around = picture.getBoundingClientRect();
  const box = (/** @type {string} */ name) => {
    const found = picture.querySelector(`[data-node="${name}"]`)
      ?? picture.querySelector(`[data-site="${name}"]`);
    if (!found) return null;
    const at = found.getBoundingClientRect();
    return { x: at.left - around.left, y: at.top - around.top, width: at.width, height: at.height };
  };
  lines.setAttribute("viewBox", `0 0 ${around.width} ${around.height}`);
  lines.replaceChildren();
  for (const link of links) {
    const [from, to] = [box(link.from), box(link.to)];
    if (!from || !to) continue;
    if (link.kind === "inter_site") {
      // Below its name, where nothing else is.
      const name = picture.querySelector(".wan")?.getBoundingClientRect();
      if (name && name.left > from.x + around.left + from.width) {
        const y = name.bottom - around.top + 4;
        lines.append(svg("path", { class: link.kind, d: `M${from.x + from.width} ${y}H${to.x}` }));
        continue;
      }
    }
    lines.append(svg("path", { class: link.kind, d: path(from, to) }));
    if (link.kind === "log_shipping") lines.append(arrow(from, to));
  }
}

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/** The ends of a line between two boxes, at the sides that face each other. */
function ends(/** @type {Box} */ from, /** @type {Box} */ to) {
  const [a, b] = [from, to].map((one) => [one.x + one.width / 2, one.y + one.height / 2]);
  const apartX = Math.max(to.x - (from.x + from.width), from.x - (to.x + to.width));
  const apartY = Math.max(to.y - (from.y + from.height), from.y - (to.y + to.height));
  if (apartX > apartY) {
    const right = b[0] > a[0];
    return { start: [right ? from.x + from.width : from.x, a[1]],
      end: [right ? to.x : to.x + to.width, b[1]], across: true };
  }
  const down = b[1] > a[1];
  return { start: [a[0], down ? from.y + from.height : from.y],
    end: [b[0], down ? to.y : to.y + to.height], across: false };
}

function path(/** @type {Box} */ from, /** @type {Box} */ to) {
  const { start, end, across } = ends(from, to);
  const middle = across ? (start[0] + end[0]) / 2 : (start[1] + end[1]) / 2;
  const [one, two] = across
    ? [[middle, start[1]], [middle, end[1]]] : [[start[0], middle], [end[0], middle]];
  return `M${start}C${one} ${two} ${end}`;
}

function arrow(/** @type {Box} */ from, /** @type {Box} */ to) {
  const { start, end, across } = ends(from, to);
  const [x, y] = end;
  const by = Math.sign(across ? end[0] - start[0] : end[1] - start[1]) * 7;
  const points = across
    ? [[x, y], [x - by, y - 4], [x - by, y + 4]] : [[x, y], [x - 4, y - by], [x + 4, y - by]];
  return svg("polygon", { class: "arrow", points: points.map((point) => point.join()).join(" ") });
}
