// The lists of calls and a call's page move by themselves; without this they are plain pages.
(() => {
  "use strict";

  const MOST_OFTEN_MS = 1_000;
  const WITHOUT_NEWS_MS = 15_000;
  const parts = "[data-live-list], [data-live-call]";
  const part = document.querySelector(parts);
  if (!part) return;

  // A list says of how many it tells, a call what became of it: only that is worth a word.
  const status = document.getElementById("cti-status");
  let last = 0, timer = 0, busy = false;

  // A part of the page in which somebody is typing, or has ticked something, stays as it is.
  const inUse = (element) =>
    element.querySelector("details[open], input:checked") ||
    (element.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));

  async function refresh() {
    timer = 0;
    const shown = document.querySelector(parts);
    if (busy || document.hidden || inUse(shown)) return;
    busy = true;
    last = Date.now();
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const next = page.getElementById(shown.id);
      if (!next || inUse(shown)) return;
      const focused = shown.contains(document.activeElement) ? document.activeElement : null;
      const address = focused?.getAttribute("href");
      for (const box of next.querySelectorAll("[data-select-all]")) box.parentElement.hidden = false;
      shown.replaceWith(next);
      if (address) [...next.querySelectorAll("a")].find((link) => link.getAttribute("href") === address)?.focus();
      if (status && next.dataset.status && next.dataset.status !== shown.dataset.status) status.textContent = next.dataset.status;
      tick();
    } catch {
      // the next time
    } finally {
      busy = false;
    }
  }

  function soon() {
    if (!timer) timer = setTimeout(refresh, Math.max(0, last + MOST_OFTEN_MS - Date.now()));
  }

  // "2 min 05 s", as the host writes it.
  function words(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    if (seconds < 60) return `${seconds}\u00a0s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)}\u00a0min ${two(seconds % 60)}\u00a0s`;
    return `${Math.floor(seconds / 3600)}\u00a0h ${two(Math.floor((seconds % 3600) / 60))}\u00a0min`;
  }

  function tick() {
    for (const span of document.querySelectorAll("[data-since]")) {
      span.textContent = words(Math.max(0, Math.floor((Date.now() - Number(span.dataset.since)) / 1000)));
    }
  }

  document.addEventListener("cti:live", soon);
  document.addEventListener("visibilitychange", soon);
  setInterval(() => {
    tick();
    const open = document.documentElement.dataset.live === "open";
    if (!open && Date.now() - last > WITHOUT_NEWS_MS) soon();
  }, 1_000);
  last = Date.now();
})();
