/* Keys of every page. No single letters: they fight the IME (WCAG 2.1.4).
   Alt+1…9 is the accesskey of the menu's links, so the browser does it. */
(() => {
  "use strict";

  const withCtrl = (event) => (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;

  function focusSearch() {
    const box = document.querySelector("[data-search]");
    if (!box) return false;
    box.focus();
    box.select();
    return true;
  }

  function submitMain() {
    const here = document.activeElement.form;
    const dialog = document.querySelector("dialog[open]");
    // data-main is on a form, or on the one button of several that is meant.
    const main = dialog ? dialog.querySelector("form") : document.querySelector("[data-main]");
    const form = main && (main.form || main);
    if (!form || (here && here !== form)) return false; // in another form, the search for instance
    form.requestSubmit(main === form ? undefined : main);
    return true;
  }

  document.addEventListener("keydown", (event) => {
    // Ctrl+K also while converting: event.code does not depend on the IME.
    if (withCtrl(event) && event.code === "KeyK") {
      // Behind an open dialog nothing can be focused.
      if (!document.querySelector("dialog[open]") && focusSearch()) event.preventDefault();
      return;
    }
    if (event.isComposing || event.keyCode === 229) return;
    if (withCtrl(event) && event.key === "Enter") {
      if (!event.repeat && submitMain()) event.preventDefault();
    } else if (event.key === "Escape" && event.target.matches && event.target.matches("[data-search]")) {
      event.target.value = "";
    }
  });
})();
