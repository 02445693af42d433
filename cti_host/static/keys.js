// Keys: one that stands in aria-keyshortcuts leads to its element, and ? lists those of this page.
// Single characters can be switched off, for those who speak to their computer (WCAG 2.1.4).
{
  const OFF = "cti-single-keys-off";
  const TEXT = "input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select, [contenteditable]";
  let off = false;
  try {
    off = localStorage.getItem(OFF) !== null;
  } catch { /* a browser that keeps nothing: they are on */ }

  const keysOf = (element) => element.getAttribute("aria-keyshortcuts").split(" ");
  const reachable = () => [...document.querySelectorAll("[aria-keyshortcuts]")]
    .filter((element) => element.checkVisibility() || element.matches("[data-keys-open]"));
  const nameOf = (element) =>
    (element.dataset.keyName ?? element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent).trim();

  function reach(element) {
    element.focus();
    if (!element.matches(TEXT)) return element.click();
    if (element.matches("input")) element.select();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (off || event.repeat || event.target.closest?.(TEXT) || document.querySelector("dialog[open]")) return;
    const element = reachable().find((one) => keysOf(one).includes(event.key.toLowerCase()));
    if (!element) return;
    event.preventDefault();
    reach(element);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const dialog = document.getElementById("cti-keys");
    if (!dialog) return;
    const rows = dialog.querySelector("[data-keys]");
    const switched = dialog.querySelector("input");
    const row = (keys, name) => {
      const line = rows.insertRow();
      line.insertCell().append(...keys.map((key) => {
        const shown = document.createElement("kbd");
        shown.textContent = key.replace("Control", dialog.dataset.control).replace("Enter", dialog.dataset.enter);
        return shown;
      }));
      line.insertCell().textContent = name;
    };
    document.querySelector("[data-keys-open]").addEventListener("click", () => {
      rows.replaceChildren();
      for (const element of reachable()) row(keysOf(element), nameOf(element));
      switched.checked = !off;
      dialog.showModal();
    });
    switched.addEventListener("change", () => {
      off = !switched.checked;
      try {
        if (off) localStorage.setItem(OFF, "1");
        else localStorage.removeItem(OFF);
      } catch { /* then for this page only */ }
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside it
  });
}
