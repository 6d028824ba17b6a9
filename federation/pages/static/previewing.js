// Previewing: shows below a text how it will look, while it is typed. The server draws it, as it
// draws the published page (`pages/previewing.py`). Without this script the same button opens it in
// a new tab. Every word comes from the page (data-…) or from the answer.
"use strict";
(() => {
  const QUIET = 400; // milliseconds without a key
  let count = 0;

  function follow(button) {
    const form = button.form, words = button.dataset, [, ...names] = words.shows.split(" ");
    const areas = names.map((name) => form.elements[name]).filter((one) => one && one.tagName === "TEXTAREA");
    if (!areas.length) return;
    let boxes = null, all = null, live = null, timer = 0, asking = null, shown = "";

    const values = () => {
      const data = new URLSearchParams({ token: form.elements.token.value, show: words.shows });
      for (const area of areas) data.append(area.name, area.value);
      return data;
    };
    const say = (text) => { if (live.textContent !== text) live.textContent = text; };
    const level = (area, box) => {
      const far = area.scrollHeight - area.clientHeight;
      if (far > 0) box.scrollTop = area.scrollTop / far * (box.scrollHeight - box.clientHeight);
    };

    function fill(told) {
      for (const [place, area] of areas.entries()) {
        const box = boxes[place], at = box.scrollTop;
        const drawn = new DOMParser().parseFromString(told[area.name] || "", "text/html");
        if (drawn.body.childNodes.length) box.replaceChildren(...drawn.body.childNodes);
        else box.textContent = words.nothing;
        box.scrollTop = at;
        if (document.activeElement === area) level(area, box);
      }
    }
    async function draw() {
      clearTimeout(timer);
      const body = values().toString();
      if (body === shown) return;
      if (asking) asking.abort();
      const mine = (asking = new AbortController());
      try {
        const answer = await fetch("/preview", {
          method: "POST", body: new URLSearchParams(body), signal: mine.signal, headers: { Accept: "application/json" },
        });
        const told = await answer.json();
        if (mine.signal.aborted) return;
        if (!answer.ok) { say(told.said || words.lost); return; }
        fill(told.shown);
        shown = body;
        say("");
      } catch (error) {
        if (error.name !== "AbortError") say(words.lost);
      }
    }
    function open() {
      all = document.createElement("div");
      all.className = "looks";
      all.id = `looks-${count += 1}`;
      live = document.createElement("p");
      live.className = "hint";
      live.setAttribute("role", "status");
      boxes = areas.map((area) => {
        // As high as its field from the beginning: nothing below moves while somebody types.
        const box = document.createElement("div");
        box.className = "prose look";
        box.style.height = `${area.offsetHeight}px`;
        box.lang = area.lang;
        box.dir = area.dir;
        box.tabIndex = 0;
        box.setAttribute("role", "region");
        const label = area.labels[0] ? area.labels[0].textContent.trim() : "";
        box.setAttribute("aria-label", [button.firstChild.textContent.trim(), label].filter(Boolean).join(": "));
        area.addEventListener("scroll", () => level(area, box), { passive: true });
        return box;
      });
      all.append(...boxes, live);
      button.closest("p").after(all);
      button.setAttribute("aria-controls", all.id);
      for (const old of button.closest("fieldset, section, form").querySelectorAll(".own-look")) old.remove();
      for (const area of areas) {
        area.addEventListener("input", () => { clearTimeout(timer); if (!all.hidden) timer = setTimeout(draw, QUIET); });
        // Whoever listens is told after she has typed, not in between.
        area.addEventListener("change", async () => { if (!all.hidden) { await draw(); if (!live.textContent) say(words.fresh); } });
      }
    }

    const tab = button.querySelector("[data-tab]");
    if (tab) tab.remove();
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", (event) => {
      event.preventDefault();
      if (all) all.hidden = !all.hidden;
      else open();
      button.setAttribute("aria-expanded", String(!all.hidden));
      if (!all.hidden) draw();
    });
  }
  for (const button of document.querySelectorAll("button[data-shows]")) follow(button);
})();
