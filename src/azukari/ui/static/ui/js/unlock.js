/* How long 利用認証 still lasts, in the bar. Only a display: the server ends it by its own clock. */
(() => {
  "use strict";

  let timer = 0;
  let remove = null; // takes the badge now in the bar away

  function start(badge) {
    if (remove) remove();
    const ends = Date.now() + Number(badge.dataset.secondsLeft) * 1000;
    const shown = badge.querySelector("[data-unlock-left]");
    let said = Number(badge.dataset.secondsLeft) <= 60; // the page has just said it
    // Outside the badge, and there before it speaks: else nothing is read out.
    const status = document.createElement("p");
    status.className = "vh";
    status.setAttribute("role", "status");
    badge.after(status);

    remove = () => {
      clearInterval(timer);
      if (badge.contains(document.activeElement)) document.getElementById("main")?.focus();
      badge.remove();
      status.remove();
      remove = null;
    };

    function tick() {
      const left = Math.ceil((ends - Date.now()) / 1000);
      if (left <= 0) {
        remove();
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

    timer = setInterval(tick, 1000);
    tick();
  }

  // The dialog may have opened it: the badge comes from this page, asked for once more.
  async function renew() {
    const response = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    if (!response.ok || response.redirected) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-unlock]");
    const search = document.querySelector(".bar [role=search]");
    if (!fresh || !search) return;
    if (remove) remove();
    search.after(fresh);
    start(fresh);
  }

  document.addEventListener("azukari:unlocked", () => {
    renew().catch(() => {}); // it is on the next page then
  });
  const badge = document.querySelector("[data-unlock]");
  if (badge) start(badge);
})();
