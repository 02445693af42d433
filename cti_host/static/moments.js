// "3 hr ago" grows older while a page is open; without this, it says how it was when the page came.
// Only what would say something else is written, and nothing around it moves or is announced.
{
  const EVERY_MS = 10_000;
  // As the server tells distances: in the largest unit of which there is one, at least a minute.
  const UNITS = [
    [31_536_000, "year"], [2_629_800, "month"], [604_800, "week"], [86_400, "day"], [3_600, "hour"], [60, "minute"],
  ];
  const LIVE = "[aria-live], [role=status], [role=alert], [role=log]";
  const words = new Intl.RelativeTimeFormat(document.currentScript.dataset.locale, { style: "short" });
  const said = new WeakMap();
  // The server's clock wrote the page; the one of this computer may be wrong.
  const began = Date.now();
  let ahead = 0;

  function distance(element) {
    const seconds = (Date.parse(element.dateTime) - Date.now() - ahead) / 1000;
    const [size, unit] = UNITS.find(([size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
    const count = Math.max(Math.floor(Math.abs(seconds) / size), 1);
    return [seconds <= 0 ? -count : count, unit];
  }

  function write(element, text) {
    // Whatever stands behind it stays where it is.
    element.style.minWidth = `${Math.ceil(element.getBoundingClientRect().width)}px`;
    if (element.closest(LIVE)) element.setAttribute("aria-live", "off");
    element.textContent = text;
  }

  function refresh() {
    if (document.hidden) return;
    const selection = getSelection();
    for (const element of document.querySelectorAll("time.cti-ago")) {
      const [count, unit] = distance(element);
      const now = `${count} ${unit}`;
      const before = said.get(element);
      // One that has come since has the number that it came with.
      const same = before ? before === now : element.textContent.match(/\d+/)?.[0] === `${Math.abs(count)}`;
      const selected = !selection.isCollapsed && selection.containsNode(element, true);
      if (!same && selected) continue;
      said.set(element, now);
      if (!same) write(element, words.format(count, unit));
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const told = Number(document.body.dataset.now);
    if (told) ahead = told * 1000 - began;
    refresh();
    setInterval(refresh, EVERY_MS);
  });
  document.addEventListener("visibilitychange", refresh);
  window.addEventListener("pageshow", refresh);
}
