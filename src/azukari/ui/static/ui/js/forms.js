/* Forms: what the browser leaves out. Every form works without this file.
   Words are never written here: they stand in the page (data-busy, data-on, data-off). */
(() => {
  "use strict";

  // A download answers a form without leaving the page, so the guard must open again by itself.
  const GUARD_MS = 5000;
  const busy = new WeakMap();

  function prepare(root) {
    // Controls that need a script are hidden in the page until one runs.
    for (const it of root.querySelectorAll("[data-show-password], [data-print], [data-choice-filter]")) it.hidden = false;
  }

  function focusErrors(root) {
    const summary = root.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  }

  function togglePassword(button) {
    const input = document.getElementById(button.getAttribute("aria-controls"));
    if (!input) return;
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.querySelector("[data-off]").hidden = shown;
    button.querySelector("[data-on]").hidden = !shown;
  }

  function hidePasswords(root) {
    for (const button of root.querySelectorAll('[data-show-password][aria-pressed="true"]')) togglePassword(button);
  }

  function setBusy(form, button) {
    const text = form.dataset.busy;
    busy.set(form, { button, nodes: text && button ? [...button.childNodes] : null });
    form.setAttribute("aria-busy", "true");
    if (!button) return;
    // aria-disabled, not disabled: the button's name and value must still be sent.
    button.setAttribute("aria-disabled", "true");
    if (text) button.textContent = text;
  }

  function setIdle(form) {
    const was = busy.get(form);
    if (!was) return;
    busy.delete(form);
    form.removeAttribute("aria-busy");
    if (!was.button) return;
    was.button.removeAttribute("aria-disabled");
    if (was.nodes) was.button.replaceChildren(...was.nodes);
  }

  // A long list of ticks: what is typed hides the others. A ticked one stays in sight.
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-choice-filter]")) return;
    const word = event.target.value.normalize("NFKC").trim().toLowerCase();
    for (const label of event.target.parentElement.querySelectorAll("label.check")) {
      const found = label.textContent.normalize("NFKC").toLowerCase().includes(word);
      label.hidden = !found && !label.querySelector("input").checked;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches && event.target.matches("[data-choice-filter]")) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show-password], [data-print]");
    if (button) {
      if (button.matches("[data-print]")) window.print();
      else togglePassword(button);
      return;
    }
    // A fragment link would leave "#id_…" in the address and the history.
    const link = event.target.closest('[data-error-summary] a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (target) {
      event.preventDefault();
      target.focus();
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (busy.has(form)) {
      event.preventDefault();
      return;
    }
    hidePasswords(form); // else the browser may keep it as a text to suggest
    const button = event.submitter || form.querySelector("button:not([type=button])");
    setBusy(form, button);
    if (!form.dataset.busy) setTimeout(setIdle, GUARD_MS, form);
  });

  // The Enter that ends a conversion is not an Enter for the form (Safari says it only by the code 229).
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
    },
    true,
  );

  // ---- dropping a file: it goes into the form's own input, which stays as it is
  const zoneOf = (event) => (event.target instanceof Element ? event.target.closest("[data-drop]") : null);
  const carriesFiles = (event) => Boolean(event.dataTransfer && event.dataTransfer.types.includes("Files"));

  function markZones(over) {
    for (const zone of document.querySelectorAll("[data-drop]")) {
      if (zone === over) zone.dataset.over = "true";
      else delete zone.dataset.over;
    }
  }

  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    // Everywhere: a file let go beside the area would be opened by the browser in place of the page.
    event.preventDefault();
    const zone = zoneOf(event);
    event.dataTransfer.dropEffect = zone ? "copy" : "none";
    markZones(zone);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) markZones(null);
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    markZones(null);
    const zone = zoneOf(event);
    const input = zone && zone.querySelector("input[type=file]");
    if (!input || !event.dataTransfer.files.length) return;
    const box = new DataTransfer();
    const files = input.multiple ? [...input.files, ...event.dataTransfer.files] : [event.dataTransfer.files[0]];
    for (const file of files) box.items.add(file);
    input.files = box.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  });

  // ---- ticks: the server's count is of all pages, so only this page's difference is added
  const TICK = "tbody input[type=checkbox]:not(:disabled)";

  function countTicks(form) {
    const boxes = [...form.querySelectorAll(TICK)];
    const all = form.querySelector("[data-tick-all]");
    const ticked = boxes.filter((box) => box.checked).length;
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    const shown = form.querySelector("[data-ticked]");
    if (!shown) return;
    const before = boxes.filter((box) => box.defaultChecked).length;
    shown.textContent = (Number(shown.dataset.ticked) + ticked - before).toLocaleString("ja-JP");
  }

  // The heading of the column becomes the name of one box that ticks all of this page.
  function offerTickAll(form) {
    const heading = form.querySelector("thead th");
    if (!heading || form.querySelectorAll(TICK).length < 2) return;
    const box = document.createElement("input");
    box.type = "checkbox";
    box.dataset.tickAll = "";
    const label = document.createElement("label");
    label.className = "check";
    label.append(box, ...heading.childNodes);
    heading.replaceChildren(label);
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-ticks]");
    if (!form) return;
    if (event.target.matches("[data-tick-all]")) {
      for (const box of form.querySelectorAll(TICK)) box.checked = event.target.checked;
    }
    countTicks(form);
  });

  // ---- when something new is on the page
  document.addEventListener("azukari:content", (event) => prepare(event.target));
  document.addEventListener("htmx:after:swap", () => prepare(document));
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) setIdle(form);
  });
  prepare(document);
  focusErrors(document);
  for (const form of document.querySelectorAll("[data-ticks]")) {
    offerTickAll(form);
    countTicks(form);
  }
})();
