// Messages from the host reach the page as DOM events. Other scripts only listen:
//
//   document.addEventListener("cti:live", ({ detail }) => { detail.event, detail.data, detail.leading });
//
// A page that shows more than what concerns its agent names the topics: `data-live-topics="calls"`.
// One connection serves all tabs of a browser: this same file runs as a SharedWorker, too. Of the tabs,
// one leads, the one that was in front last; `<html data-live-leading>` marks it. `cti:live-state` tells
// what became of the connection: "open", "polling", "waiting", or "signed-out".
(() => {
  "use strict";

  const SILENCE_MS = 60_000; // a heartbeat comes each 25 s: after so long the connection is dead
  const POLL_MS = 15_000;
  const POLLS = 4; // then a stream is tried again
  const FAILURES = 3; // then the host is asked from time to time instead
  const PING_MS = 30_000;
  const inWorker = typeof SharedWorkerGlobalScope !== "undefined" && self instanceof SharedWorkerGlobalScope;

  const wait = (ms, signal) =>
    new Promise((done) => {
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
    });

  // A stream of the host's events, kept alive, and what replaces it where streams fail.
  class Connection {
    #address; #agent; #deliver; #report;
    #position = ""; #retry = 1_000; #failures = 0; #running = null; #state = ""; #refusal = false;
    #topics = new Set(); #renew = null; #hurry = false;

    // address: of the stream; agent: whose page it is; deliver(message); report(state)
    constructor(address, agent, deliver, report) {
      this.#address = address; this.#agent = agent; this.#deliver = deliver; this.#report = report;
    }

    get state() {
      return this.#state;
    }

    start() {
      if (this.#running) return;
      this.#running = new AbortController();
      this.#refusal = false;
      this.#run(this.#running.signal).finally(() => (this.#running = null));
    }

    stop() {
      this.#running?.abort();
    }

    // Follow more topics: the stream begins anew, from where it is.
    follow(topics) {
      const before = this.#topics.size;
      topics.forEach((topic) => this.#topics.add(topic));
      if (this.#topics.size === before || !this.#renew) return;
      this.#hurry = true;
      this.#renew();
    }

    #become(state) {
      if (state === this.#state) return;
      this.#state = state;
      this.#report(state);
    }

    async #run(stopped) {
      while (!stopped.aborted) {
        const good = await this.#stream(stopped);
        if (this.#refusal) return this.#become("signed-out");
        if (this.#hurry) {
          this.#hurry = false; // it ended because more topics are followed from now on
          continue;
        }
        this.#failures = good ? 0 : this.#failures + 1;
        if (this.#failures) await this.#instead(stopped);
        else {
          this.#become("waiting");
          await wait(this.#retry, stopped);
        }
      }
    }

    // After a stream failed: poll for a while, if that has happened several times and the host answers.
    async #instead(stopped) {
      for (let polls = 0; polls < POLLS && !stopped.aborted; polls++) {
        const answers = await this.#poll(stopped);
        if (!answers || this.#failures < FAILURES) {
          this.#become("waiting");
          return wait(2 * this.#retry, stopped);
        }
        this.#become("polling");
        await wait(POLL_MS, stopped);
      }
    }

    #url(path) {
      const url = new URL(this.#address + path);
      url.searchParams.set("agent", this.#agent);
      if (this.#position) url.searchParams.set("after", this.#position);
      if (this.#topics.size) url.searchParams.set("topics", [...this.#topics].join(","));
      return url;
    }

    // Read a stream until it ends; whether it was one.
    async #stream(stopped) {
      const silent = new AbortController();
      const stop = () => silent.abort();
      let timer = setTimeout(stop, SILENCE_MS), good = false;
      stopped.addEventListener("abort", stop, { once: true });
      this.#renew = stop;
      try {
        const headers = { Accept: "text/event-stream" };
        const response = await fetch(this.#url(""), { headers, cache: "no-store", signal: silent.signal });
        if (this.#refused(response)) return false;
        if (!response.ok) throw new Error(response.statusText);
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let rest = ""; ; ) {
          const { value, done } = await reader.read();
          if (done) {
            if (!good) this.#failures = FAILURES; // this server keeps no streams open
            return good;
          }
          clearTimeout(timer);
          timer = setTimeout(stop, SILENCE_MS);
          const blocks = (rest + value).split("\n\n");
          rest = blocks.pop();
          for (const block of blocks) good = this.#take(block) || good;
          if (good) this.#become("open");
        }
      } catch {
        return good; // the connection broke; it is made anew
      } finally {
        this.#renew = null;
        clearTimeout(timer);
        stopped.removeEventListener("abort", stop);
      }
    }

    // One event of the stream; whether it has a position, as those of the host have.
    #take(block) {
      const fields = {};
      for (const line of block.split("\n")) {
        const colon = line.indexOf(":");
        if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
      }
      if (fields.retry) this.#retry = Number(fields.retry);
      if (fields.id) this.#position = fields.id;
      if (fields.data) this.#deliver({ id: Number(fields.id), event: fields.event, data: JSON.parse(fields.data) });
      return Boolean(fields.id);
    }

    // Ask for what came since; whether the host answers.
    async #poll(stopped) {
      try {
        const headers = { Accept: "application/json" };
        const response = await fetch(this.#url("/poll"), { headers, cache: "no-cache", signal: stopped });
        if (this.#refused(response) || !response.ok) return false;
        const { id, reset, messages } = await response.json();
        this.#position = String(id);
        if (reset) this.#deliver({ id, event: "reset", data: {} });
        messages.forEach(this.#deliver);
        return true;
      } catch {
        return false; // the next time
      }
    }

    #refused(response) {
      this.#refusal = response.status === 401 || response.status === 403;
      return this.#refusal;
    }
  }

  // The worker: one connection for the pages of this browser, one of which leads.
  function serve() {
    const pages = new Map(); // port -> when it was in front last
    let connection = null, moment = 0, leader = null;

    const tell = (port, message) => port.postMessage(message);
    const lead = () => {
      const last = [...pages].reduce((best, one) => (best && best[1] >= one[1] ? best : one), null);
      if ((last?.[0] ?? null) === leader) return;
      if (leader && pages.has(leader)) tell(leader, { leading: false });
      leader = last?.[0] ?? null;
      if (leader) tell(leader, { leading: true });
    };
    const toAll = (make) => pages.forEach((_moment, port) => tell(port, make(port)));
    const connect = ({ address, agent, topics }) => {
      connection ??= new Connection(
        address, agent,
        (message) => toAll((port) => ({ message: { ...message, leading: port === leader } })),
        (state) => toAll(() => ({ state })),
      );
      connection.follow(topics);
      connection.start();
    };

    const answered = new Set();
    self.onconnect = ({ ports: [port] }) => {
      port.onmessage = ({ data }) => {
        answered.add(port);
        if (data.gone) pages.delete(port);
        else if (data.front || !pages.has(port)) {
          pages.set(port, data.front ? ++moment : 0);
          connect(data);
          tell(port, { state: connection.state });
        }
        lead();
      };
    };
    // A page that ended without a word doesn't stay the leader.
    setInterval(() => {
      for (const port of pages.keys()) if (!answered.has(port)) pages.delete(port);
      answered.clear();
      lead();
      toAll(() => ({ ping: true }));
    }, PING_MS);
  }

  // A page: joins the worker, or keeps a connection of its own where there is none.
  function join() {
    const script = document.currentScript;
    const address = new URL("../../events", script.src).href;
    const { agent } = script.dataset;
    const root = document.documentElement;
    const named = [...document.querySelectorAll("[data-live-topics]")];
    const topics = named.flatMap((element) => element.dataset.liveTopics.split(" "));
    const isInFront = () => document.visibilityState === "visible" && document.hasFocus();
    const dispatch = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
    const setLeading = (leading) => root.toggleAttribute("data-live-leading", leading);
    const setState = (state) => {
      if (!state || root.dataset.live === state) return;
      root.dataset.live = state;
      dispatch("cti:live-state", state);
    };

    function alone() {
      // All tabs of a browser see the same local storage: whoever was in front last stands there.
      const name = `cti-live ${Date.now()} ${Math.random()}`, key = `cti-live-leader ${agent}`;
      const leads = () => [name, null].includes(localStorage.getItem(key));
      const connection = new Connection(
        address, agent,
        (message) => dispatch("cti:live", { ...message, leading: leads() }),
        setState,
      );
      connection.follow(topics);
      const front = () => {
        if (isInFront()) localStorage.setItem(key, name);
        setLeading(leads());
        connection.start();
      };
      const gone = () => {
        if (localStorage.getItem(key) === name) localStorage.removeItem(key);
        connection.stop();
      };
      watch(front, gone);
      addEventListener("storage", () => setLeading(leads()));
      front();
    }

    function watch(front, gone) {
      addEventListener("focus", front);
      addEventListener("pageshow", front);
      addEventListener("pagehide", gone);
      document.addEventListener("visibilitychange", front);
    }

    if (typeof SharedWorker === "undefined") return alone();
    let worker;
    try {
      worker = new SharedWorker(script.src, { name: `cti-live ${agent}` });
    } catch {
      return alone();
    }
    const say = (more) => worker.port.postMessage({ address, agent, topics, ...more });
    worker.port.onmessage = ({ data }) => {
      if (data.message) dispatch("cti:live", data.message);
      else if ("leading" in data) setLeading(data.leading);
      else if (data.ping) say({});
      else setState(data.state);
    };
    watch(() => say({ front: isInFront() }), () => say({ gone: true }));
    say({ front: isInFront() });
  }

  if (inWorker) serve();
  else join();
})();
