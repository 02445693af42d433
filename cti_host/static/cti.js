// Makes the panel quicker: another caller or page comes without a reload. Everything works without.
document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  let latest = 0;

  async function show(url, focus) {
    const turn = ++latest;
    try {
      const response = await fetch(url, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const next = page.getElementById("panel");
      if (!next) throw new Error("no panel");
      if (turn !== latest) return; // a later choice is already on its way
      const before = document.getElementById("panel");
      for (const heading of before.querySelectorAll(".cti-fold[open] > summary > [id]")) {
        const fold = next.querySelector("#" + CSS.escape(heading.id))?.closest("details");
        if (fold) fold.open = true;
      }
      before.replaceWith(next);
      document.title = page.title;
      document.getElementById("cti-status").textContent = next.dataset.status;
      history.replaceState(null, "", url);
      document.getElementById(focus)?.focus();
    } catch {
      window.location.assign(url); // the plain way says what is wrong
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.id !== "selected_caller") return;
    const form = event.target.form;
    show(form.getAttribute("action") + "?" + new URLSearchParams(new FormData(form)), "selected_caller");
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-panel]")) return;
    event.preventDefault();
    show(form.getAttribute("action") + "?" + new URLSearchParams(new FormData(form)), "filter");
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link.href, "selected_caller");
  });
});

// What this host dials by itself is shown in place of the page.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-here]");
  if (button) button.formTarget = "_self";
}, true);

// A double click places one call.
{
  const AGAIN_MS = 2500;
  let last = "", until = 0;

  function again(call) {
    const now = performance.now();
    if (call === last && now < until) return true;
    last = call;
    until = now + AGAIN_MS;
    return false;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(".cti-phone-menu, .cti-dial")) return;
    const values = [...new FormData(form, event.submitter)].join("\n");
    if (!again(form.action + "\n" + values)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='tel:']");
    if (link && again(link.href)) event.preventDefault();
  }, true);
}

// After a call from a ticket's menu, which another tab or program places, its page says so: at once,
// and when the agent comes back to it. Only what is marked is replaced, nothing that is typed.
(() => {
  const PARTS = "[data-after-call]";
  let placed = false;

  async function refresh() {
    if (!placed || document.hidden) return;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const part of document.querySelectorAll(PARTS)) {
        const next = page.getElementById(part.id);
        if (next && !part.contains(document.activeElement)) part.replaceWith(next);
      }
      // What is told once must not be lost on the way.
      document.querySelector("main")?.prepend(...page.querySelectorAll("main > [data-told]"));
    } catch {
      // it says so with the next page
    }
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".cti-phone-menu") || !document.querySelector(PARTS)) return;
    placed = true;
    setTimeout(refresh, 1000);
  });
  window.addEventListener("focus", refresh);
  document.addEventListener("visibilitychange", refresh);
})();

// A form whose results come while somebody types; without this, its button brings them.
const TYPING_MS = 150;
let typingTimer, typingTurn = 0;
document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (!form?.dataset.typing) return;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(async () => {
    const turn = ++typingTurn;
    const url = form.getAttribute("action") + "?" + new URLSearchParams(new FormData(form));
    try {
      const response = await fetch(url, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected || turn !== typingTurn) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const next = page.getElementById(form.dataset.typing);
      if (!next || turn !== typingTurn) return;
      document.getElementById(form.dataset.typing).replaceWith(next);
      document.getElementById("cti-status").textContent = next.dataset.status;
      // The panel stays the panel; a page of results has the address of what is looked for.
      if (!("stays" in form.dataset)) history.replaceState(null, "", url);
    } catch {
      // the host is away: the button says so
    }
  }, TYPING_MS);
});

// Suggestions for a field that holds an object: what is typed finds names.
const LONGEST_TYPED = 100; // no name needs more to be found
document.addEventListener("input", async (event) => {
  const field = event.target;
  const address = field.dataset?.options;
  if (!address || field.value.includes("#")) return;
  const typed = field.value;
  const response = await fetch(address + "?" + new URLSearchParams({ q: typed.slice(0, LONGEST_TYPED) }));
  if (!response.ok || field.value !== typed) return;
  const { items } = await response.json();
  const texts = items.map(({ id, friendlyname }) => `${friendlyname} #${id}`);
  field.list.replaceChildren(...texts.map((text) => new Option(text, text)));
});

// One box ticks all rows of a list; without this, it isn't there.
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-select-all]")) box.parentElement.hidden = false;
});
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-select-all]")) return;
  for (const row of target.form.elements) if (row.name === "ids") row.checked = target.checked;
});

// A menu closes by a click beside it, and by Escape, which leads back to its button.
const openMenus = () => document.querySelectorAll(".cti-menu[open]");
document.addEventListener("click", ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  }
}, true);

// On a narrow screen the menu opens on demand; without this, it is always open.
document.addEventListener("DOMContentLoaded", () => {
  const toggle = document.querySelector(".cti-nav-toggle");
  const set = (open) => toggle.setAttribute("aria-expanded", open);
  toggle.addEventListener("click", () => set(toggle.getAttribute("aria-expanded") === "false"));
  document.getElementById("cti-nav").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !toggle.checkVisibility()) return;
    set(false);
    toggle.focus();
  });
});
