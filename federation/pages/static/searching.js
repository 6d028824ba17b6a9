// Searching: results while somebody types. The form works without it.
"use strict";

(() => {
  const PAUSE = 250; // milliseconds without a key: whoever types a word does not ask for each letter
  const form = document.getElementById("asking");
  const results = document.getElementById("results");
  const announced = document.getElementById("announced");
  if (!form || !results || !window.fetch || !window.AbortController) return;

  let timer = 0;
  let asking = null;
  let shown = query();
  let isTyping = false; // whether this entry of the history is already one of ours

  function query() {
    const said = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value.trim()) said.append(name, value.trim());
    }
    return said.toString();
  }

  function address(search) {
    return search ? `/directory?${search}` : "/directory";
  }

  function announce() {
    const count = document.getElementById("count");
    announced.textContent = count ? count.textContent.replace(/\s+/g, " ").trim() : "";
  }

  async function show(search) {
    if (asking) asking.abort();
    const mine = (asking = new AbortController());
    results.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`/directory/found?${search}`, { signal: mine.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (mine.signal.aborted) return false;
      const found = new DOMParser().parseFromString(text, "text/html");
      results.replaceChildren(...found.body.childNodes);
      shown = search;
      announce();
      return true;
    } catch (error) {
      if (error.name !== "AbortError") announced.textContent = form.dataset.failed;
      return false;
    } finally {
      if (asking === mine) results.removeAttribute("aria-busy");
    }
  }

  async function typed() {
    const search = query();
    if (search === shown) {
      if (asking) asking.abort();
      return;
    }
    if (!(await show(search))) return;
    // One step back leads to what was there before the typing, not to each letter of it.
    history[isTyping ? "replaceState" : "pushState"]({ typed: true }, "", address(search));
    isTyping = true;
  }

  function fill(search) {
    const said = new URLSearchParams(search);
    for (const field of form.elements) {
      if (field.name) field.value = said.get(field.name) || "";
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(typed, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    if (asking) asking.abort();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || event.target.name !== "q") return;
    const first = results.querySelector("#found ~ .cards a, #found ~ .people a");
    if (first) {
      event.preventDefault();
      first.focus();
    }
  });
  window.addEventListener("popstate", () => {
    clearTimeout(timer);
    isTyping = false;
    const search = location.search.slice(1);
    fill(search);
    show(search);
  });
})();
