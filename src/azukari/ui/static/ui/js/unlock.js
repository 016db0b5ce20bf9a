/* How long 利用認証 still lasts, in the bar. Only a display: the server ends it by its own clock. */
(() => {
  "use strict";

  const badge = document.querySelector("[data-unlock]");
  if (!badge) return;

  const ends = Date.now() + Number(badge.dataset.secondsLeft) * 1000;
  const shown = badge.querySelector("[data-unlock-left]");
  let said = Number(badge.dataset.secondsLeft) <= 60; // the page has just said it
  // Outside the badge, and there before it speaks: else nothing is read out.
  const status = document.createElement("p");
  status.className = "vh";
  status.setAttribute("role", "status");
  badge.after(status);

  function end() {
    clearInterval(timer);
    if (badge.contains(document.activeElement)) document.getElementById("main")?.focus();
    badge.remove();
    status.remove();
  }

  function tick() {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left <= 0) {
      end();
      return;
    }
    const minutes = String(Math.max(1, Math.ceil(left / 60)));
    // The words are the page's; only the number in them is changed.
    const text = shown.textContent.replace(/\d+/, minutes);
    if (text !== shown.textContent) shown.textContent = text;
    if (left <= 60 && !said) {
      said = true;
      status.textContent = shown.parentElement.textContent;
    }
  }

  const timer = setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick); // timers sleep in a hidden tab
  tick();
})();
