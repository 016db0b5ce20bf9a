/* Files on their way in: chosen, dropped or photographed, each with its own line, gone on with after a broken line.
   Without this file the form sends itself. Words are never written here: they stand in the page (data-…). */
(() => {
  "use strict";

  const form = document.querySelector("[data-upload]");
  const list = document.querySelector("[data-upload-list]");
  const template = document.querySelector("[data-upload-row]");
  if (!form || !list || !template || !window.tus) return;

  // One request carries as much as eight parts; the server makes each part durable as it comes.
  const CHUNK = 64 * 1024 * 1024;
  const POLL_MS = 1200;
  const RETRIES = [0, 1000, 2000, 4000, 8000, 15000, 30000, 30000, 60000, 60000, 120000];
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const endpoint = form.dataset.endpoint;
  const limit = Number(form.dataset.limitMb) * 1024 * 1024;
  const words = template.dataset;
  let running = 0;

  const readable = (size) =>
    size < 1024 * 1024 ? `${Math.ceil(size / 1024)}KB` : `${(size / 1024 / 1024).toFixed(1)}MB`;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const encode = (text) => {
    const bytes = new TextEncoder().encode(text);
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  };

  function metadata(file) {
    const told = { filename: file.name, stamp: String(file.lastModified) };
    for (const input of form.querySelectorAll("[data-told]")) {
      const value = input.type === "checkbox" ? (input.checked ? "1" : "") : input.value;
      if (value) told[input.name] = value;
    }
    return Object.entries(told).map(([key, value]) => `${key} ${encode(value)}`).join(",");
  }

  function addRow(file) {
    const row = template.content.firstElementChild.cloneNode(true);
    row.querySelector("[data-name]").textContent = file.name;
    for (const name of row.querySelectorAll("[data-name-again]")) name.textContent = `：${file.name}`;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    list.prepend(row);
    list.hidden = false;
    return row;
  }

  function say(row, text, kind) {
    const state = row.querySelector("[data-state]");
    state.textContent = text;
    state.classList.toggle("ng", kind === "ng");
  }

  function refuse(row, text, again) {
    say(row, text, "ng");
    mark(row, true);
    row.querySelector("progress").hidden = true;
    row.querySelector("[data-stop]").hidden = true;
    const button = row.querySelector("[data-again]");
    button.hidden = !again;
    if (again) button.onclick = again;
  }

  function mark(row, refused) {
    row.querySelector("[data-going]").hidden = refused;
    row.querySelector("[data-refused]").hidden = !refused;
  }

  async function textOf(response, fallback) {
    const plain = (response.headers.get("Content-Type") || "").startsWith("text/plain");
    return plain ? (await response.text()) || fallback : fallback;
  }

  async function begin(file, row) {
    mark(row, false);
    row.querySelector("[data-again]").hidden = true;
    row.querySelector("[data-stop]").hidden = false;
    row.querySelector("progress").hidden = false;
    if (file.size > limit) return refuse(row, fill(words.large, { limit: form.dataset.limitMb, size: readable(file.size) }));
    say(row, fill(words.sending, { done: "0KB", total: readable(file.size), percent: 0 }));
    running += 1;
    try {
      const answer = await fetch(endpoint, {
        method: "POST",
        headers: {
          "Tus-Resumable": "1.0.0", "X-CSRFToken": token,
          "Upload-Length": String(file.size), "Upload-Metadata": metadata(file),
        },
      });
      if (answer.status !== 201) {
        running -= 1;
        return refuse(row, await textOf(answer, words.failed), answer.status >= 500 ? () => begin(file, row) : null);
      }
      carry(file, row, answer.headers.get("Location"));
    } catch {
      running -= 1;
      refuse(row, words.offline, () => begin(file, row));
    }
  }

  function carry(file, row, address) {
    const bar = row.querySelector("progress");
    const upload = new tus.Upload(file, {
      uploadUrl: address,
      chunkSize: CHUNK,
      retryDelays: RETRIES,
      storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": token },
      onShouldRetry(error) {
        const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
        say(row, words.paused, "ng");
        return status === 0 || status === 409 || status === 423 || status === 460 || status >= 500;
      },
      onProgress(done, total) {
        const percent = total ? Math.floor((done * 100) / total) : 0;
        bar.value = percent;
        say(row, fill(words.sending, { done: readable(done), total: readable(total), percent }));
      },
      onError(error) {
        running -= 1;
        const response = error.originalResponse;
        const type = response ? response.getHeader("Content-Type") || "" : "";
        const text = response && type.startsWith("text/plain") ? response.getBody() : words.failed;
        refuse(row, text || words.failed, response && response.getStatus() < 500 && response.getStatus() !== 409 ? null : () => begin(file, row));
      },
      onSuccess() {
        running -= 1;
        bar.hidden = true;
        row.querySelector("[data-stop]").hidden = true;
        say(row, words.checking);
        follow(row, address);
      },
    });
    row.querySelector("[data-stop]").onclick = async () => {
      await upload.abort();
      running -= 1;
      await fetch(address, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token } }).catch(() => {});
      row.remove();
      list.hidden = !list.children.length;
    };
    upload.start();
  }

  /* The server tells in its own words what became of a file, until there is nothing more to tell. */
  async function follow(row, address) {
    try {
      const answer = await fetch(address, { headers: { "Tus-Resumable": "1.0.0" } });
      if (answer.ok) {
        const told = document.createElement("template");
        told.innerHTML = await answer.text();
        const fresh = told.content.firstElementChild;
        row.replaceWith(fresh);
        row = fresh;
        document.dispatchEvent(new CustomEvent("azukari:uploaded", { detail: { row } }));
        if (!fresh.hasAttribute("data-busy")) return;
      }
    } catch { /* the line is down: asked again */ }
    setTimeout(() => follow(row, address), POLL_MS);
  }

  const take = (files) => { for (const file of files) begin(file, addRow(file)); };

  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  }
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.dataset.over = "true"; });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.dataset.over = "false"; });
  }
  form.addEventListener("drop", (event) => take([...event.dataTransfer.files]));
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("beforeunload", (event) => { if (running > 0) event.preventDefault(); });
  for (const row of list.querySelectorAll("[data-busy]")) follow(row, row.dataset.address);
})();
