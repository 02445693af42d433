// The search of every page shows results while somebody types. Without this, its button does.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector(".cti-search");
  if (!form) return;
  const field = form.querySelector("input");
  const status = document.getElementById("cti-status");
  const texts = form.dataset;
  const sources = texts.sources.split(" ").filter(Boolean);
  const list = document.createElement("div");
  const WAIT_MS = 120;
  let turn = 0; // answers to what was typed before are too late
  let timer, running, active, results, waiting, wantsFirst;

  list.id = "cti-results";
  list.className = "cti-results";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", texts.results);
  list.hidden = true;
  form.append(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  const typed = () => field.value.trim().replace(/\s+/g, " ");
  const options = () => [...list.querySelectorAll("[role=option]")];
  const looksLikeNumber = (text) => !/[^\d\s()+./,;:*#~_–—‐-―-]/.test(text) && text.replace(/\D/g, "").length > 2;
  const searchAddress = (text) => form.getAttribute("action") + "?" + new URLSearchParams({ q: text });

  function open(shown) {
    list.hidden = !shown;
    field.setAttribute("aria-expanded", shown);
    if (!shown) choose(null);
  }

  function choose(option) {
    active?.setAttribute("aria-selected", "false");
    active = option;
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  }

  function go(option, elsewhere) {
    const url = option.dataset.url;
    if (elsewhere || !url.startsWith("/")) window.open(url, "_blank", "noopener");
    else window.location.assign(url);
  }

  function text(tag, className, content) {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = content;
    return element;
  }

  function option(title, detail, url) {
    const element = text("div", "cti-result", "");
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    element.dataset.url = url;
    element.append(text("span", "cti-result-title", title));
    if (detail) element.append(" ", text("span", "cti-result-detail", detail));
    return element;
  }

  function group(label, children) {
    const element = document.createElement("div");
    if (label) {
      const heading = text("div", "cti-result-group", label);
      heading.setAttribute("role", "presentation");
      element.setAttribute("role", "group");
      element.setAttribute("aria-label", label);
      element.append(heading);
    } else element.setAttribute("role", "presentation");
    element.append(...children);
    return element;
  }

  function show() {
    const shown = typed();
    const groups = [];
    const toPanel = looksLikeNumber(shown) ? searchAddress(shown) : results.map((one) => one?.to_panel).find(Boolean);
    if (toPanel) groups.push(group("", [option(`${texts.lookUp} ${shown}`, "", toPanel)]));
    const found = results.flatMap((one) => one?.groups ?? []);
    for (const one of found) {
      const hits = one.hits.map((hit) => option(hit.title, hit.detail, hit.url));
      if (one.more_url) hits.push(option(`${texts.more}: ${one.label}`, "", one.more_url));
      groups.push(group(one.label, hits));
    }
    // Whoever could not be looked for may be there all the same.
    const problems = results.flatMap((one) => one?.problems ?? []);
    const unsure = problems.length || sources.some((_source, place) => !results[place]);
    if (!groups.length && !waiting && !unsure) {
      const offers = results.flatMap((one) => one?.offers ?? []);
      if (offers.length) groups.push(group(texts.nothing, offers.map((one) => option(one.label, "", one.url))));
      else groups.push(text("div", "cti-result-group", texts.nothing));
    }
    for (const line of problems) groups.push(text("div", "cti-result-problem", line));
    const before = active && options().indexOf(active);
    list.replaceChildren(...groups);
    options().forEach((one, n) => (one.id = `cti-result-${n}`));
    choose(active ? options()[before] ?? null : null);
    open(groups.length > 0);
    const first = options()[0];
    if (wantsFirst && first) return go(first);
    const nothing = unsure ? problems.join(" ") : texts.nothing;
    if (!waiting) status.textContent = found.length ? texts.some : nothing;
  }

  async function ask(source, place, ownTurn, signal) {
    try {
      const address = `${form.getAttribute("action")}/${encodeURIComponent(source)}?${new URLSearchParams({ q: typed() })}`;
      const response = await fetch(address, { headers: { Accept: "application/json" }, signal });
      const answer = response.ok && !response.redirected ? await response.json() : null;
      if (ownTurn === turn) results[place] = answer;
    } catch {
      // typed on, or the host is away: its page of results says so
    }
    if (ownTurn !== turn) return;
    waiting -= 1;
    show();
  }

  function search() {
    running?.abort();
    running = new AbortController();
    turn += 1;
    wantsFirst = false;
    choose(null);
    if (typed().length < 2) return open(false);
    results = [];
    waiting = sources.length;
    sources.forEach((source, place) => ask(source, place, turn, running.signal));
    if (looksLikeNumber(typed())) show();
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT_MS);
  });
  field.addEventListener("focus", () => results && typed().length > 1 && list.childElementCount && open(true));
  field.addEventListener("blur", () => open(false));
  field.addEventListener("keydown", (event) => {
    const all = options();
    const place = all.indexOf(active);
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      event.preventDefault();
      open(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[place < 0 && step < 0 ? all.length - 1 : (place + step + all.length) % all.length]);
    }
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.matches("button:focus")) return; // somebody wants the page of results
    const chosen = active ?? (turn && !list.hidden ? options()[0] : null);
    if (chosen) {
      event.preventDefault();
      go(chosen);
    } else if (waiting && typed().length > 1) {
      event.preventDefault();
      wantsFirst = true; // it opens as soon as it is there
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) go(chosen, event.ctrlKey || event.metaKey);
  });
});
