/* The letter's address: …/activate/#office-code/login-id/code (at the operator's door #login-id/code). What stands behind
   # never reaches a server. It goes into the fields and out of the address; only the person's press sends it. */
(() => {
  "use strict";

  const form = document.querySelector("[data-activate]");
  if (!form) return;

  function decoded(part) {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  }

  function fill() {
    const parts = location.hash.slice(1).split("/").map(decoded);
    if (parts.length < 2) return; // an ordinary fragment, like the one of the skip link
    history.replaceState(null, "", location.pathname + location.search);
    const [code, loginId, officeCode] = parts.reverse();
    // In groups, as on the letter: five of four characters and one of five.
    const grouped = code.replace(/^\w{25}$/, (whole) => whole.replace(/.{4}(?=.{5})/g, "$&-"));
    const values = { office_code: officeCode, login_id: loginId, code: grouped };
    for (const [name, value] of Object.entries(values)) {
      if (value && form.elements[name]) form.elements[name].value = value;
    }
    document.querySelector("[data-activate-filled]").hidden = false;
    form.querySelector("button").focus();
  }

  fill();
  window.addEventListener("hashchange", fill);
})();
