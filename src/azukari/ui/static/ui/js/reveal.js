/* The shown number goes away: after its seconds, on Esc, on ［隠す］, when the page is left, and when nobody
   has looked at the window for a while. The digits leave the document first, then the page is asked for anew. */
(() => {
  "use strict";

  const SAID_AT = [60, 30, 10]; // more would talk over what the person is reading
  const BLUR_MS = 20000;
  let shown = null; // {panel, url, ends, endsSteady, said, timer, blurred}

  // Two clocks: one stops while the machine sleeps, the other can be set back.
  function secondsLeft() {
    return Math.ceil(Math.min(shown.ends - Date.now(), shown.endsSteady - performance.now()) / 1000);
  }

  function start(panel) {
    if (shown && shown.panel === panel) return;
    const ms = Number(panel.dataset.seconds) * 1000;
    shown = {
      panel,
      url: panel.dataset.hideUrl,
      ends: Date.now() + ms,
      endsSteady: performance.now() + ms,
      said: Infinity,
      timer: setInterval(tick, 250),
      blurred: document.hasFocus() ? 0 : Date.now(),
    };
    tick();
    panel.querySelector("[data-digits]").focus({ preventScroll: true });
  }

  // The words are the page's; only the number in them is changed.
  function setNumber(element, number) {
    element.textContent = element.textContent.replace(/\d+/, String(number));
  }

  function tick() {
    if (!shown) return;
    const left = secondsLeft();
    if (left <= 0 || (shown.blurred && Date.now() - shown.blurred > BLUR_MS)) {
      hide();
      return;
    }
    const count = shown.panel.querySelector("[data-countdown]");
    setNumber(count, left);
    const step = SAID_AT.find((at) => left === at && at < shown.said);
    if (step) {
      shown.said = step;
      shown.panel.querySelector("[data-countdown-said]").textContent = count.parentElement.textContent;
    }
  }

  function erase() {
    clearInterval(shown.timer);
    for (const digits of shown.panel.querySelectorAll("[data-digits]")) digits.remove();
    const { url } = shown;
    shown = null;
    return url;
  }

  function hide() {
    // A selection keeps nothing of the number once its text is gone.
    const url = erase();
    location.replace(url); // replace: the answer with the number must not stay behind ［戻る］
  }

  document.addEventListener("keydown", (event) => {
    if (!shown || event.key !== "Escape" || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return; // this Esc is the dialog's
    event.preventDefault();
    hide();
  });
  document.addEventListener("click", (event) => {
    if (!shown || !event.target.closest("[data-hide]")) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    hide();
  });
  window.addEventListener("blur", () => {
    if (shown && !shown.blurred) shown.blurred = Date.now();
  });
  window.addEventListener("focus", () => {
    tick(); // a sleeping tab is not woken every quarter second
    if (shown) shown.blurred = 0;
  });
  document.addEventListener("visibilitychange", tick);
  // A page kept for ［戻る］ must hold no number; what comes back is asked for anew.
  window.addEventListener("pagehide", () => {
    if (shown) erase();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  function look(root) {
    const panel = root.querySelector("[data-revealed]");
    if (panel) start(panel);
  }
  document.addEventListener("azukari:content", (event) => look(event.target));
  look(document);
})();
