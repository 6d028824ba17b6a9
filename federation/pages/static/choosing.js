// Choosing: keys for pages on which somebody goes from difference to difference. The line that names
// them (columns.html) switches them off, for good, for whoever speaks to her machine or strikes keys
// by mistake (WCAG 2.1.4). Everything is done by links and buttons too.
"use strict";
(() => {
  const KEPT = "essaim-keys";
  const rows = [...document.querySelectorAll(".merge-row")], line = document.querySelector(".keys");
  if (!line || !rows.length) return;
  const box = line.querySelector("[data-keys]");
  // A browser may refuse to remember anything: then the choice holds for this page.
  const kept = (value) => { try { return value === undefined ? localStorage.getItem(KEPT) : localStorage.setItem(KEPT, value); } catch { return null; } };
  box.checked = kept() !== "off";
  box.addEventListener("change", () => kept(box.checked ? "on" : "off"));
  document.documentElement.classList.add("has-keys");

  const here = () => rows.findIndex((row) => row.contains(document.activeElement));
  const types = (one) => one.matches("textarea, select, input:not([type=radio], [type=checkbox])") || one.isContentEditable;
  function go(row) {
    const title = row.querySelector("h2");
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    row.scrollIntoView({ block: "start" });
  }
  function step(by) {
    let at = here();
    if (at < 0) { // from where she is on the page
      const below = rows.findIndex((row) => row.getBoundingClientRect().top > 0);
      at = by > 0 ? (below < 0 ? rows.length : below) - 1 : below < 0 ? rows.length : below;
    }
    const next = rows[at + by];
    if (next) go(next);
  }
  function choose(row, number) {
    const way = row.querySelectorAll("fieldset.radios > label input[type=radio]")[number - 1];
    if (!way) return;
    if (!way.checked) way.click();
    const text = way.value === "own" && way.closest("fieldset").querySelector("textarea");
    (text || way).focus();
  }
  document.addEventListener("keydown", (event) => {
    const at = event.target, pressed = event.key.toLowerCase();
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const row = rows[here()];
    if (types(at)) {
      if (pressed === "escape" && row && at.matches("textarea")) go(row);
      return;
    }
    if (pressed === "n") step(1);
    else if (pressed === "p") step(-1);
    else if (row && /^[1-3]$/.test(pressed)) choose(row, Number(pressed));
    else return;
    event.preventDefault();
  });
})();
