// Shows the agent's calls on any page: the number at once, then who it is. It takes no focus, and
// nothing that is being typed. F9 opens the first call. Of several tabs, the one in front shows it.
(() => {
  "use strict";

  const own = document.currentScript.src;
  const calls = new URL("../", own).pathname; // where the pages of calls are
  const root = document.documentElement;
  const places = document.createElement("aside");
  places.id = "cti-pops";
  places.className = "cti-pops";
  const turns = new Map(); // call -> the latest question about it
  let hasChanges = false, hasAsked = false, sound = null;

  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = own.replace("pop.js", "pop.css");
  document.head.append(style);
  document.body.append(places);

  const address = (call, what = "") => `${calls}${call}${what && `/${what}`}`;
  const find = (call) => places.querySelector(`[data-call="${call}"]`);
  const leads = () => root.hasAttribute("data-live-leading");
  const say = (text) => (document.getElementById("cti-status").textContent = text);
  const token = () => document.querySelector('input[name="csrf_token"]')?.value ?? "";

  // For a page that is opened meanwhile, the calls that are open, and those of them that the agent has
  // closed or gone to: their ids, and no numbers.
  const kept = (name) => ({
    all: () => JSON.parse(localStorage.getItem(name) ?? "[]"),
    keep: (ids) => localStorage.setItem(name, JSON.stringify(ids)),
    add(call) {
      this.keep([...this.all().filter((one) => one !== call), call]);
    },
    remove(call) {
      this.keep(this.all().filter((one) => one !== call));
    },
  });
  const open = kept("cti-calls"), closed = kept("cti-calls-closed");

  function remove(call) {
    open.remove(call);
    turns.delete(call);
    find(call)?.remove();
  }

  // The agent is done with it, here and on the pages to come.
  function close(call) {
    closed.add(call);
    remove(call);
  }

  // The number alone, until it is known who has it.
  function announce(call, number) {
    if (find(call) || !leads()) return;
    const pop = document.createElement("article");
    pop.className = "cti-pop";
    pop.dataset.call = call;
    const shown = document.createElement("a");
    shown.className = "cti-pop-number";
    shown.href = address(call);
    shown.textContent = number || "…";
    pop.append(shown);
    places.append(pop);
    say(number);
    painted(call);
  }

  // Told when the browser has shown it: in the frame after the next.
  function painted(call) {
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        navigator.sendBeacon(address(call, "painted"), new URLSearchParams({ csrf_token: token() })),
      ),
    );
  }

  async function tell(call) {
    if (!leads()) return;
    const turn = (turns.get(call) ?? 0) + 1;
    turns.set(call, turn);
    let response;
    try {
      response = await fetch(address(call, "pop"), { headers: { Accept: "text/html" } });
    } catch {
      return; // the number stays, with a link to the call
    }
    if (turns.get(call) !== turn) return; // it was closed, or asked for again
    if (response.status === 204 || response.status === 404) return remove(call);
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.querySelector(".cti-pop");
    if (!next || turns.get(call) !== turn) return;
    const before = find(call);
    if (before) before.replaceWith(next);
    else {
      places.append(next);
      painted(call);
    }
    if (before?.dataset.status === next.dataset.status) return;
    say(next.dataset.status);
    if (!before?.dataset.status) alertTo(next);
  }

  // What the agent asked for besides: a notification of the system, a sound.
  function alertTo(pop) {
    if (pop.dataset.notification && window.Notification?.permission === "granted") {
      const { title, text, call } = pop.dataset;
      const shown = new Notification(title, { body: text, tag: `cti-call-${call}` });
      shown.onclick = () => (window.focus(), shown.close());
    }
    if (pop.dataset.sound) ring();
  }

  function ring() {
    sound ??= new AudioContext();
    const now = sound.currentTime;
    for (const [start, tone] of [[0, 660], [0.25, 880], [0.8, 660], [1.05, 880]]) {
      const voice = sound.createOscillator(), volume = sound.createGain();
      voice.frequency.value = tone;
      volume.gain.setValueAtTime(0.12, now + start);
      volume.gain.exponentialRampToValueAtTime(0.001, now + start + 0.22);
      voice.connect(volume).connect(sound.destination);
      voice.start(now + start);
      voice.stop(now + start + 0.24);
    }
  }

  function openCall(pop) {
    const link = pop.querySelector("a[data-open]") ?? pop.querySelector("a");
    // What is typed into a form and not sent yet must not be lost by opening a call.
    if (hasChanges) window.open(link.href, "_blank", "noopener");
    else window.location.assign(link.href);
    close(Number(pop.dataset.call));
  }

  document.addEventListener("input", ({ target }) => {
    if (target.form?.method === "post") hasChanges = true;
  });
  document.addEventListener("submit", () => (hasChanges = false));

  // The browser asks when the box is ticked, which is when somebody knows why.
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-asks-for-notifications]:checked")) window.Notification?.requestPermission();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "F9" || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const first = places.querySelector(".cti-pop");
    if (!first) return;
    event.preventDefault();
    openCall(first);
  });

  places.addEventListener("click", (event) => {
    const pop = event.target.closest(".cti-pop");
    if (event.target.closest("[data-close]")) close(Number(pop.dataset.call));
    else if (event.target.closest("a[data-open]") && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      openCall(pop);
    }
  });

  document.addEventListener("cti:live", ({ detail: { event, data } }) => {
    const call = Number(data.call);
    if (event === "ended") remove(call);
    else if (event === "reset") ask();
    else if (event === "ringing" || event === "answered") {
      if (data.pop) {
        closed.remove(call);
        open.add(call);
        announce(call, data.withheld ? "" : data.number);
      }
      if (open.all().includes(call)) tell(call);
    }
  });

  // Which calls are open, where messages may be missing: what was said while one page went and the
  // next one came, nobody has heard.
  async function ask() {
    const before = open.all();
    try {
      const response = await fetch(`${calls}pops`, { headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) return;
      const { calls: there } = await response.json();
      closed.keep(closed.all().filter((call) => there.includes(call)));
      const told = there.filter((call) => !closed.all().includes(call));
      // What rang meanwhile, the host did not know yet.
      const meanwhile = open.all().filter((call) => !before.includes(call) && !told.includes(call));
      open.keep([...told, ...meanwhile]);
      hasAsked = true;
      open.all().forEach(tell);
    } catch {
      // the messages tell of the next call
    }
  }

  // Once this page hears of calls; what rang before that moment, the host knows.
  function askOnce() {
    if (!hasAsked && ["open", "polling"].includes(root.dataset.live)) ask();
  }
  document.addEventListener("cti:live-state", askOnce);
  askOnce();

  // Of several, the key opens the first: that one says so, and nobody hears it of the others.
  new MutationObserver(() => {
    places.querySelectorAll("a[data-open], a.cti-pop-number").forEach((link, place) => {
      if (place === 0) link.setAttribute("aria-keyshortcuts", "F9");
      else link.removeAttribute("aria-keyshortcuts");
    });
  }).observe(places, { childList: true });

  // This tab comes to the front, or another one does.
  new MutationObserver(() => {
    if (leads()) open.all().forEach(tell);
    else places.replaceChildren();
  }).observe(root, { attributes: true, attributeFilter: ["data-live-leading"] });
})();
