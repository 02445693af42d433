// Forms and the page of a ticket, made quicker; everything works without.

// Ctrl+Enter sends what is being written.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.form;
  if (!form?.matches("[data-send]")) return;
  event.preventDefault();
  form.requestSubmit(document.getElementById(event.target.dataset.sendBy));
});

// Where a page has several things to do, Enter presses the button beside the field.
document.addEventListener("keydown", (event) => {
  const button = document.getElementById(event.target.dataset?.enter);
  if (!button || event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
  event.preventDefault();
  button.click();
});

// Browsers show where one writes; of a box with several lines, all shall stand above the save.
document.addEventListener("focusin", ({ target }) => {
  if (target.matches(".cti-form textarea")) target.scrollIntoView({ block: "nearest" });
});

// A template goes where the cursor is, on lines of its own, and is undone like what is typed. The log
// that it is meant for is chosen with it, unless something was written for the one that is chosen.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-template]");
  const field = button?.form.elements.text;
  if (!field) return;
  event.preventDefault();
  const { template, log, done, meant } = button.dataset;
  const { value, selectionEnd: at } = field;
  const before = at && value[at - 1] !== "\n" ? "\n" : "";
  const after = at < value.length && value[at] !== "\n" ? "\n" : "";
  const text = before + template.replaceAll("\r\n", "\n") + after;
  button.closest("details").open = false;
  field.focus();
  field.setSelectionRange(at, at);
  if (!document.execCommand("insertText", false, text)) field.setRangeText(text, at, at, "end");
  field.rows = Math.max(field.rows, Math.min(12, field.value.split("\n").length + 1));
  const logs = [...button.form.querySelectorAll("input[name=log]")];
  if (log && !value.trim()) for (const one of logs) one.checked = one.value === log;
  const fits = !log || logs.some((one) => one.checked && one.value === log);
  document.getElementById("reply-told").textContent = fits ? done : `${done} ${meant}`;
});

// Whoever leaves what they typed and didn't save is asked first.
{
  let sent = false;
  const texts = (form) => [...new FormData(form)].filter(([name]) => name !== "csrf_token").join("\n");
  const forms = new Map();
  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-unsaved]")) forms.set(form, texts(form));
  });
  document.addEventListener("submit", (event) => {
    if (forms.has(event.target)) sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });
  window.addEventListener("beforeunload", (event) => {
    const typed = [...forms].some(([form, before]) => form.dataset.unsaved === "typed" || texts(form) !== before);
    if (!sent && typed) event.preventDefault();
  });
}

// A save that waits for those of others says so.
{
  const SECONDS = 1.5;
  const waits = () => document.getElementById("cti-waits");
  let timer;
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-unsaved], form[data-saves]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => { waits().textContent = waits().dataset.text; }, SECONDS * 1000);
  });
  window.addEventListener("pageshow", () => { clearTimeout(timer); waits().textContent = ""; });
}

// A form of another page opens where its link is; Escape and "Cancel" lead back to the link.
{
  const links = new WeakMap();
  const close = (part) => {
    const link = links.get(part);
    if (!link) return false;
    part.replaceWith(link);
    link.focus();
    return true;
  };
  document.addEventListener("click", async (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const closing = event.target.closest("[data-part-close]");
    if (closing && close(closing.closest("[data-part]"))) event.preventDefault();
    const link = event.target.closest("a[data-opens]");
    if (!link) return;
    event.preventDefault();
    if (link.ariaBusy) return;
    link.ariaBusy = "true";
    try {
      const response = await fetch(link.href, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const part = document.adoptNode(page.getElementById(link.dataset.opens));
      links.set(part, link);
      link.replaceWith(part);
      part.querySelector("[autofocus], a").focus();
    } catch {
      window.location.assign(link.href); // the plain way says what is wrong
    } finally {
      link.ariaBusy = null;
    }
  });
  document.addEventListener("keydown", (event) => {
    const part = event.key === "Escape" && event.target.closest?.("[data-part]");
    if (part && close(part)) event.preventDefault();
  });
}

// The link of a ticket is copied with one click.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // without an encrypted connection
  }
  document.getElementById("cti-status").textContent = button.dataset.done;
});

// Fields follow from others: the agents are those of the team. The server refuses what doesn't fit.
{
  const all = new Map(); // what a list offered at first
  const offer = (field, objects) => {
    if (field?.tagName !== "SELECT") return;
    if (!all.has(field)) all.set(field, [...field.options].map(({ value, text }) => [value, text]));
    const chosen = field.value;
    const ids = objects && new Set(objects.map(({ id }) => String(id)));
    const fits = all.get(field).filter(([value]) => !value || !ids || ids.has(value));
    field.replaceChildren(...fits.map(([value, text]) => new Option(text, value)));
    field.value = fits.some(([value]) => value === chosen) ? chosen : "";
  };
  const choose = (field, { id, friendlyname }) => {
    if (!field || field.value) return;
    if (field.tagName !== "SELECT") field.value = `${friendlyname} #${id}`;
    else if ([...field.options].some(({ value }) => value === String(id))) field.value = id;
  };
  const keys = (form) => form.dataset.keys.split(" ");
  const ID = /^(?:.*#\s*)?(\d{1,9})$/s; // a field that holds an object has its id, or "Ada Lovelace #12"
  const chosen = (form, key) => Number(form.elements[key]?.value?.trim().match(ID)?.[1]);
  const follow = async (form) => {
    const ids = keys(form).map((key) => [key, chosen(form, key)]).filter(([, id]) => id);
    const response = await fetch(`${form.dataset.follows}?${new URLSearchParams(ids)}`);
    if (!response.ok || response.redirected) return;
    const { options, values } = await response.json();
    for (const [key, object] of Object.entries(values)) choose(form.elements[key], object);
    for (const [key, objects] of Object.entries(options)) offer(form.elements[key], objects);
  };
  document.addEventListener("change", ({ target }) => {
    if (target.form?.dataset.follows && keys(target.form).includes(target.name)) follow(target.form);
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-follows]")) follow(form);
  });
}

// Whoever was signed out goes on as soon as they are signed in again: what they typed is sent.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-resume]");
  if (!form) return;
  let left = false, going = false;
  const resume = async () => {
    if (going) return true;
    const response = await fetch(form.dataset.resume, { headers: { Accept: "text/html" } });
    if (response.redirected || !response.ok) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = page.querySelector("input[name=csrf_token]");
    if (going) return true;
    going = true;
    if (token) form.elements.csrf_token.value = token.value;
    form.submit();
    return true;
  };
  form.querySelector("a").addEventListener("click", () => { left = true; });
  window.addEventListener("focus", () => { if (left) resume(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!await resume()) form.submit();
  });
});

// Files that are too large are told before they are sent, so that nothing that was typed is lost.
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("input[type=file][data-largest]")) return;
  const sizes = [...target.files].map((file) => file.size);
  const together = sizes.reduce((sum, size) => sum + size, 0);
  const tooLarge = Math.max(...sizes, 0) > Number(target.dataset.largest) || together > Number(target.dataset.together);
  target.setCustomValidity(tooLarge ? target.dataset.problem : "");
  target.reportValidity();
});
