// Keeping: sends a form that can be kept (data-keep) while it is typed, as its button "for later"
// would. Without this script that button does the same. Every word comes from the page (data-…) or
// from the answer; what answers is described in `pages/keeping.py`.
"use strict";
(() => {
  // One request at a time; what could not be sent is tried again, ever more slowly (milliseconds).
  const QUIET = 2500, FIRST = 5000, LAST = 60000;
  const SMALL = 60000; // bytes that a browser sends on even when its page is closed
  const clean = (text) => text.replace(/\r?\n/g, "\n");

  function keep(form) {
    const words = form.dataset, live = form.querySelector("[data-kept]");
    let typed = 0, saved = 0, timer = 0, wait = FIRST, sending = null, leaving = false;

    const say = (text) => {
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      const said = text.replace("{time}", time);
      if (live.textContent !== said) live.textContent = said;
    };
    const values = () => {
      const data = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
      if (words.keepDo) data.set("do", words.keepDo);
      return data;
    };
    function put(group, sent) {
      const fields = Object.entries(group).filter(([name]) => form.elements[name]);
      // What was typed since it was sent goes first; it collides when it is sent in turn.
      if (fields.some(([name]) => clean(form.elements[name].value) !== clean(sent.get(name) || ""))) return;
      for (const [name, value] of fields) form.elements[name].value = value;
    }

    async function send() {
      const upTo = typed, sent = values(), body = sent.toString();
      let answer, told;
      try {
        answer = await fetch(words.keep || form.action || location.href, {
          method: "POST", body: sent, keepalive: body.length < SMALL, headers: { Accept: "application/json" },
        });
        told = await answer.json();
        if (answer.status >= 500) throw new Error();
      } catch {
        say(words.lost);
        later(wait);
        wait = Math.min(2 * wait, LAST);
        return;
      }
      wait = FIRST;
      say(told.said || "");
      if (!answer.ok) return;
      saved = upTo;
      if (told.address) {
        form.action = told.address;
        if (location.pathname !== told.address) history.replaceState(null, "", told.address);
      }
      for (const group of told.values || []) put(group, sent);
      if (told.collided) saved = upTo - 1;
      else if (typed > saved) later(QUIET);
    }
    const run = () => { clearTimeout(timer); if (!sending) sending = send().finally(() => { sending = null; }); };
    const later = (ms) => { clearTimeout(timer); timer = setTimeout(run, ms); };
    const touched = () => { typed += 1; leaving = false; if (!sending) later(QUIET); };

    form.addEventListener("input", touched);
    form.addEventListener("change", touched);
    window.addEventListener("online", () => { if (typed > saved) run(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && typed > saved && !leaving) run(); });
    window.addEventListener("beforeunload", (event) => { if (typed > saved && !leaving) event.preventDefault(); });
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      leaving = true;
      if (!sending) return;
      event.preventDefault();
      const button = event.submitter;
      sending.finally(() => { clearTimeout(timer); form.requestSubmit(button); });
    });
  }
  for (const form of document.querySelectorAll("form[data-keep]")) keep(form);
})();
