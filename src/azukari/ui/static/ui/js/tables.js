/* Tables: ↑ ↓ from row to row, and the height of the rows. */
(() => {
  "use strict";

  // What has the focus in a row: its main link; where rows are ticked, the tick (Space is the browser's).
  const MAIN = "[data-row-link], [data-table] th[scope=row] a, [data-ticks] td input[type=checkbox]:not(:disabled)";
  const ROWS = "azukari.rows"; // a way of looking, nothing about a person

  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
    const here = event.target.matches && event.target.matches(MAIN) ? event.target : null;
    if (!here) return;
    const all = [...here.closest("table").querySelectorAll(MAIN)];
    const next = all[all.indexOf(here) + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault(); // the page must not scroll away under the row
    if (next) next.focus();
  });

  function readHeight() {
    try {
      return localStorage.getItem(ROWS) || "";
    } catch {
      return ""; // storage may be forbidden
    }
  }

  function keepHeight(rows) {
    try {
      if (rows) localStorage.setItem(ROWS, rows);
      else localStorage.removeItem(ROWS);
    } catch {
      // it holds for this page then
    }
  }

  function showHeight(rows) {
    if (rows) document.documentElement.dataset.rows = rows;
    else delete document.documentElement.dataset.rows;
    for (const button of document.querySelectorAll("[data-row-height] button")) {
      button.setAttribute("aria-pressed", String(button.dataset.rows === rows));
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-height] button");
    if (!button) return;
    keepHeight(button.dataset.rows);
    showHeight(button.dataset.rows);
  });

  function prepare() {
    for (const group of document.querySelectorAll("[data-row-height]")) group.hidden = false;
    const rows = readHeight();
    showHeight(rows === "compact" || rows === "relaxed" ? rows : "");
  }

  document.addEventListener("htmx:after:swap", prepare);
  prepare();
})();
