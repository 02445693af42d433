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
      document.getElementById("panel").replaceWith(next);
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

// Suggestions for a field that holds an object: what is typed finds names.
document.addEventListener("input", async (event) => {
  const field = event.target;
  const address = field.dataset?.options;
  if (!address || field.value.includes("#")) return;
  const typed = field.value;
  const response = await fetch(address + "?" + new URLSearchParams({ q: typed }));
  if (!response.ok || field.value !== typed) return;
  const options = (await response.json()).map((text) => new Option(text, text));
  field.list.replaceChildren(...options);
});
