// Tells that figures have moved since the page was made, and reloads it where that is wished.
(() => {
  const box = document.getElementById("live");
  if (!box || !window.EventSource) return;
  const told = document.getElementById("live-told");
  const byItself = document.getElementById("live-by-itself");
  const KEY = "wardbook-live-by-itself";
  const PAUSE = 5000; // a page that reloads by itself is read meanwhile
  const canonical = (value) => JSON.stringify(value, (_, one) =>
    one && typeof one === "object"
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one);
  const shown = canonical(JSON.parse(box.dataset.positions));
  const since = Date.now();
  let waits = null;
  let hasMoved = false;

  const remembered = (value) => {
    try {
      if (value === undefined) return localStorage.getItem(KEY) === "1";
      localStorage.setItem(KEY, value ? "1" : "0");
    } catch { /* a browser that keeps nothing */ }
    return Boolean(value);
  };
  const reloadSoon = () => {
    if (waits) return;
    waits = setTimeout(() => {
      waits = null;
      if (byItself.checked) location.reload();
    }, Math.max(0, PAUSE - (Date.now() - since)));
  };
  const tell = () => {
    const time = new Date().toLocaleTimeString(box.dataset.locale === "en" ? "en-GB" : "vi-VN");
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = box.dataset.moved;
    told.replaceChildren(link, ` (${box.dataset.at} ${time})`);
    box.classList.add("moved");
  };

  byItself.checked = remembered();
  byItself.addEventListener("change", () => {
    remembered(byItself.checked);
    if (byItself.checked && hasMoved) reloadSoon();
  });
  const stream = new EventSource("/moves");
  stream.addEventListener("moved", (event) => {
    if (canonical(JSON.parse(event.data).positions) === shown) return;
    if (!hasMoved) tell();
    hasMoved = true;
    if (byItself.checked) reloadSoon();
  });
  addEventListener("pagehide", () => stream.close());
})();
