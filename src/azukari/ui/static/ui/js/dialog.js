/* The question before a number is shown, as a dialog over the page. The link leads to the same question as a page
   of its own; whenever something is not as expected here, the browser simply goes there. */
(() => {
  "use strict";

  if (typeof HTMLDialogElement === "undefined") return;

  const FIELD = "input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled)";
  let opening = false;

  const ask = (url, options) =>
    fetch(url, { ...options, credentials: "same-origin", cache: "no-store", headers: { "X-Partial": "1" } });

  // Parsed as a document of its own: nothing in it runs or loads.
  async function read(response) {
    return new DOMParser().parseFromString(await response.text(), "text/html").body;
  }

  function put(target, body) {
    target.replaceChildren(...body.childNodes);
    target.dispatchEvent(new CustomEvent("azukari:content", { bubbles: true }));
  }

  function focusFirst(dialog) {
    const first =
      dialog.querySelector("[data-error-summary]") || dialog.querySelector(FIELD) || dialog.querySelector("button");
    if (first) first.focus();
  }

  async function open(link) {
    const response = await ask(link.href);
    const body = response.redirected ? null : await read(response);
    if (!body || !body.querySelector("[data-dialog-content]")) {
      location.assign(link.href);
      return;
    }
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "dialog-title");
    document.body.append(dialog);
    dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]")) dialog.close();
    });
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      send(dialog, event.target, event.submitter);
    });
    dialog.addEventListener("close", () => {
      dialog.remove(); // with the password typed in it
      if (link.isConnected) link.focus();
    });
    put(dialog, body);
    dialog.showModal();
    focusFirst(dialog);
  }

  async function send(dialog, form, submitter) {
    if (form.getAttribute("aria-busy") === "true") return;
    const data = new FormData(form, submitter);
    const button = submitter || form.querySelector("footer button:not([type=button])");
    form.setAttribute("aria-busy", "true");
    if (button) button.setAttribute("aria-disabled", "true");
    let response;
    let body;
    try {
      response = await ask(form.action, { method: "POST", body: data });
      body = response.redirected ? null : await read(response);
    } catch {
      if (dialog.open) form.submit(); // past this handler; the server answers with a page
      return;
    }
    if (!dialog.open) return; // closed meanwhile: the number is not shown
    const panel = document.querySelector("[data-number-panel]");
    if (body && response.ok && panel && body.querySelector("[data-revealed]")) {
      dialog.close();
      put(panel, body);
      document.dispatchEvent(new CustomEvent("azukari:unlocked"));
    } else if (body && body.querySelector("[data-dialog-content]")) {
      put(dialog, body);
      focusFirst(dialog);
    } else {
      location.assign(response.redirected ? response.url : form.action);
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.defaultPrevented) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (opening) return;
    opening = true;
    open(link)
      .catch(() => location.assign(link.href))
      .finally(() => {
        opening = false;
      });
  });
})();
