/* This browser as a witness: it keeps the last signed head of the office's record, and at the next visit computes by
   itself that the present one continues it (RFC 9162 2.1.4.2). Where it does not, it says so until somebody starts anew.
   Without JavaScript, localStorage or WebCrypto nothing of this happens, and every page works. */
(() => {
  "use strict";

  const script = document.querySelector("script[data-witness]");
  if (!script || !window.crypto?.subtle) return;
  const PLACE = `azukari-record:${script.dataset.office}`;
  const EVERY = 10 * 60 * 1000; // the record is signed no more often
  const encoder = new TextEncoder();

  function read() {
    try {
      return JSON.parse(localStorage.getItem(PLACE));
    } catch {
      return null;
    }
  }

  function write(kept) {
    try {
      localStorage.setItem(PLACE, JSON.stringify(kept));
    } catch {
      /* a browser that keeps nothing is no witness */
    }
  }

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const count = (size) => size.toLocaleString("ja-JP");
  const same = (a, b) => a.length === b.length && a.every((value, place) => value === b[place]);

  async function node(left, right) {
    const data = new Uint8Array(1 + left.length + right.length);
    data[0] = 1;
    data.set(left, 1);
    data.set(right, 1 + left.length);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  }

  function parse(note) {
    const end = note.lastIndexOf("\n\n");
    const body = note.slice(0, end + 1);
    const [origin, size, root, rest] = body.split("\n");
    if (end < 0 || rest !== "" || !/^[1-9][0-9]{0,14}$/.test(size)) throw new Error("note");
    const hash = bytes(root);
    if (hash.length !== 32) throw new Error("note");
    return { origin, size: Number(size), root: hash, body, signatures: note.slice(end + 2) };
  }

  // null: this browser has no Ed25519.
  async function signed(head, key) {
    const name = key.slice(0, key.indexOf("+"));
    const raw = bytes(key.slice(key.lastIndexOf("+") + 1)).slice(1);
    let imported;
    try {
      imported = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    } catch {
      return null;
    }
    for (const line of head.signatures.split("\n")) {
      const [dash, who, value] = line.split(" ");
      if (dash !== "—" || who !== name) continue;
      if (await crypto.subtle.verify("Ed25519", imported, bytes(value).slice(4), encoder.encode(head.body))) return true;
    }
    return false;
  }

  async function continues(old, now, proof) {
    if (old.size === now.size) return proof.length === 0 && same(old.root, now.root);
    if (old.size > now.size || proof.length === 0) return false;
    const wide = BigInt(old.size);
    const power = (wide & (wide - 1n)) === 0n; // then the old root is a whole subtree, and begins the path
    const path = power ? [old.root, ...proof] : [...proof];
    let at = old.size - 1;
    let last = now.size - 1;
    const half = (value) => Math.floor(value / 2);
    while (at % 2 === 1) [at, last] = [half(at), half(last)];
    let before = path[0];
    let after = path[0];
    for (const step of path.slice(1)) {
      if (last === 0) return false;
      if (at % 2 === 1 || at === last) {
        before = await node(step, before);
        after = await node(step, after);
        while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
      } else {
        after = await node(after, step);
      }
      [at, last] = [half(at), half(last)];
    }
    return last === 0 && same(before, old.root) && same(after, now.root);
  }

  function save(note, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([note], { type: "text/plain" }));
    link.download = name;
    link.click();
  }

  function warn(kept) {
    if (document.querySelector("[data-witness-banner]")) return;
    const banner = document.querySelector("template[data-witness-warning]").content.cloneNode(true);
    banner.querySelector("[data-size]").textContent = count(kept.size);
    banner.querySelector("button").onclick = () => save(kept.note, `azukari-record-${kept.size}.txt`);
    document.getElementById("main")?.prepend(banner);
  }

  // The page 記録の控え says what this browser keeps.
  function tell(kept) {
    const panel = document.querySelector("[data-witness-own]");
    if (!panel || !kept) return;
    panel.hidden = false;
    const told = panel.querySelector(`[data-witness-told="${kept.changed ? "changed" : "same"}"]`);
    told.hidden = false;
    told.querySelector("[data-size]").textContent = count(kept.size);
    const restart = panel.querySelector("[data-witness-restart]");
    restart.hidden = !kept.changed;
    restart.querySelector("button").onclick = () => {
      save(kept.note, `azukari-record-${kept.size}.txt`);
      localStorage.removeItem(PLACE);
      location.reload();
    };
  }

  async function check(kept) {
    const response = await fetch(`${script.dataset.witness}?from=${kept?.size ?? 0}`, { credentials: "same-origin" });
    if (!response.ok || response.redirected) return kept; // not now: the next page asks again
    const told = await response.json();
    if (!told.note) return kept && { ...kept, changed: true };
    let good;
    let head;
    try {
      head = parse(told.note);
      good = (await signed(head, told.key)) !== false;
      if (kept) {
        const old = parse(kept.note);
        good = good && told.key === kept.key && old.origin === head.origin && told.proof !== null;
        good = good && (await continues(old, head, told.proof.map(bytes)));
      }
    } catch {
      good = false;
    }
    if (good) return { note: told.note, key: told.key, size: head.size, at: Date.now() };
    return kept && { ...kept, changed: true, offered: told.note };
  }

  async function run() {
    let kept = read();
    if (!kept?.changed && (!kept || Date.now() - kept.at > EVERY || document.querySelector("[data-witness-own]"))) {
      kept = await check(kept);
      if (kept) write(kept);
    }
    if (kept?.changed) warn(kept);
    tell(kept);
  }

  run().catch(() => {}); // no answer from the server: the next page asks again
})();
