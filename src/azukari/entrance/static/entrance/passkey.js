/* Passkeys: asks the browser (WebAuthn), puts its answer into the form's hidden field and sends the form.
   Words are never written here: they stand in the page, hidden, one for each fault (data-fault). */
(() => {
  "use strict";

  const form = document.querySelector("[data-passkey]");
  if (!form) return;

  const creates = form.dataset.passkey === "create";
  const answer = form.elements[form.dataset.answer];
  const start = form.querySelector("[data-passkey-start]");
  const waiting = form.querySelector("[data-passkey-waiting]");
  const FAULTS = {
    NotAllowedError: "cancelled", // also when the time is over: browsers do not tell the two apart
    AbortError: "cancelled",
    InvalidStateError: creates ? "known" : "failed",
    SecurityError: "address",
    NotSupportedError: "unsupported",
    ConstraintError: "unsupported", // no screen lock to verify the person with
  };
  let busy = false;

  function say(name) {
    for (const fault of form.querySelectorAll("[data-fault]")) fault.hidden = fault.dataset.fault !== name;
  }

  // ---- browsers without parse…FromJSON and toJSON
  function bytesOf(text) {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  }

  function textOf(buffer) {
    const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function parsed(options) {
    const parser = creates ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    if (typeof PublicKeyCredential[parser] === "function") return PublicKeyCredential[parser](options);
    const listed = (list) => (list || []).map((entry) => ({ ...entry, id: bytesOf(entry.id) }));
    const read = { ...options, challenge: bytesOf(options.challenge) };
    if (!creates) return { ...read, allowCredentials: listed(options.allowCredentials) };
    read.user = { ...options.user, id: bytesOf(options.user.id) };
    return { ...read, excludeCredentials: listed(options.excludeCredentials) };
  }

  function written(credential) {
    try {
      return JSON.stringify(credential.toJSON());
    } catch {
      // Missing in older browsers; some password managers have one that throws.
    }
    const { id, rawId, type, authenticatorAttachment, response } = credential;
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
      .filter((part) => response[part])
      .map((part) => [part, textOf(response[part])]);
    if (creates && response.getTransports) parts.push(["transports", response.getTransports()]);
    return JSON.stringify({
      id,
      rawId: textOf(rawId),
      type,
      authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: Object.fromEntries(parts),
    });
  }

  function setBusy(now) {
    busy = now;
    waiting.hidden = !now;
    if (now) start.setAttribute("aria-disabled", "true");
    else start.removeAttribute("aria-disabled");
  }

  async function ask() {
    if (busy) return;
    say("");
    setBusy(true);
    try {
      const stored = JSON.parse(document.getElementById(form.dataset.options).textContent);
      const publicKey = parsed(stored.publicKey || stored);
      const credential = await navigator.credentials[creates ? "create" : "get"]({ publicKey });
      answer.value = written(credential);
    } catch (error) {
      setBusy(false);
      say(FAULTS[error.name] || "failed");
      return;
    }
    form.requestSubmit();
  }

  // An IP address can have no passkeys, nor can a page that came without TLS (localhost is the exception).
  if (!window.isSecureContext || /^[\d.]+$|^\[/.test(location.hostname)) {
    say("address");
    return;
  }
  if (!window.PublicKeyCredential || !navigator.credentials) {
    say("unsupported");
    return;
  }
  answer.value = "";
  start.hidden = false;
  if (start.type === "button") start.addEventListener("click", ask);
  form.addEventListener("submit", (event) => {
    if (answer.value || event.submitter !== start) return;
    event.preventDefault();
    ask();
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    answer.value = "";
    setBusy(false);
  });
})();
