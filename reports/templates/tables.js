"use strict";
// Tables: a click on a head sorts the rows by its column, and a field above a long table filters
// them. Without scripts everything is there, in its own order.
(function () {
  const LONG = 12;
  function key(row, column) {
    const cell = row.cells[column];
    if (!cell) return "";
    const number = cell.dataset.key;
    return number === undefined ? cell.textContent.trim() : number === "" ? NaN : Number(number);
  }
  function compare(a, b) {
    if (typeof a === "string" || typeof b === "string")
      return String(a).localeCompare(String(b), "en", { numeric: true });
    // What has no value comes last, whichever way the table is sorted.
    return a - b;
  }
  function sortable(table, head, column) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const body = table.tBodies[0];
      const rows = [...body.rows].map((row) => [key(row, column), row]);
      const none = (value) => value === "" || Number.isNaN(value);
      rows.sort(([a], [b]) =>
        none(a) || none(b) ? none(a) - none(b) : down ? compare(b, a) : compare(a, b));
      body.append(...rows.map(([, row]) => row));
    });
  }
  function filterable(table) {
    const field = document.createElement("input");
    field.type = "search";
    field.placeholder = "filter " + table.tBodies[0].rows.length + " rows";
    field.setAttribute("aria-label", "filter the rows of this table");
    field.className = "filter screen";
    table.parentElement.before(field);
    field.addEventListener("input", () => {
      const wanted = field.value.toLowerCase();
      for (const row of table.tBodies[0].rows)
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.tHead || table.tBodies.length !== 1 || table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (head.textContent.trim()) sortable(table, head, column);
    });
    if (table.tBodies[0].rows.length > LONG) filterable(table);
  }
})();
