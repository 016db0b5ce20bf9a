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

  // The main button: the one the page names (data-main, on it or on its form), else the blue one of the form one
  // is in. Never the red one: what cannot be taken back is pressed, not typed.
  function submitMain() {
    const here = document.activeElement.form;
    const dialog = document.querySelector("dialog[open]");
    const named = document.querySelector("[data-main]");
    const form = dialog ? dialog.querySelector("form") : here || (named && (named.form || named));
    if (!form || form.method !== "post") return false;
    const button = form.querySelector("button[data-main]") || form.querySelector("button.primary:not([type=button])");
    if (!button) return false;
    form.requestSubmit(button);
    return true;
  }

  function showKeys() {
    const list = document.querySelector("dialog[data-keys]");
    if (!list || document.querySelector("dialog[open]")) return false;
    list.showModal();
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
    } else if (withCtrl(event) && event.code === "Slash") {
      if (showKeys()) event.preventDefault();
    } else if (event.key === "Escape" && event.target.matches && event.target.matches("[data-search]")) {
      event.target.value = "";
    }
  });
})();
