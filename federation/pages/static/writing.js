// Writing: offers a plain toolbar, and cleans what is pasted (`keeping.js` saves what is typed).
// Without this script the same form works with its buttons. Every word comes from the page (data-…).
"use strict";
(() => {
  const form = document.getElementById("form");
  if (!form || !form.dataset.tools) return;
  const words = form.dataset;

  // The toolbar.
  const put = (area, text, from, to) => {
    area.focus();
    area.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) {
      area.setRangeText(text, from, to, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  const around = (mark) => (area) => {
    const { selectionStart: from, selectionEnd: to, value } = area;
    const inner = value.slice(from, to), n = mark.length;
    if (value.slice(from - n, from) === mark && value.slice(to, to + n) === mark) {
      put(area, inner, from - n, to + n);
      area.setSelectionRange(from - n, to - n);
    } else {
      put(area, mark + inner + mark, from, to);
      area.setSelectionRange(from + n, to + n);
    }
  };
  const before = (mark) => (area) => {
    const { value } = area, from = value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const end = value.indexOf("\n", area.selectionEnd), to = end < 0 ? value.length : end;
    const lines = value.slice(from, to).split("\n"), off = lines.every((line) => line.startsWith(mark));
    put(area, lines.map((line) => off ? line.slice(mark.length) : mark + line).join("\n"), from, to);
  };
  const link = (area) => {
    const { selectionStart: from, selectionEnd: to, value } = area, inner = value.slice(from, to) || words.words;
    put(area, `[${inner}](https://)`, from, to);
    area.setSelectionRange(from + inner.length + 3, from + inner.length + 11);
  };
  const tools = [
    ["bold", "B", around("**"), "b"], ["italic", "I", around("*"), "i"],
    ["heading", "H", before("### ")], ["list", "•", before("- ")], ["link", "[ ]", link, "k"],
  ];
  for (const area of form.querySelectorAll("textarea[data-rich]")) {
    const bar = document.createElement("div");
    bar.className = "toolbar";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", words.tools);
    bar.setAttribute("aria-controls", area.id);
    for (const [name, sign, act, key] of tools) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `second tool ${name}`;
      button.textContent = sign;
      button.title = words[name] + (key ? ` (Ctrl+${key.toUpperCase()})` : "");
      button.setAttribute("aria-label", words[name]);
      button.tabIndex = bar.childElementCount ? -1 : 0;
      button.addEventListener("click", () => act(area));
      bar.append(button);
    }
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], all = [...bar.children];
      if (!step) return;
      event.preventDefault();
      const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
      for (const one of all) one.tabIndex = one === next ? 0 : -1;
      next.focus();
    });
    area.addEventListener("keydown", (event) => {
      const tool = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && tools.find((one) => one[3] === event.key);
      if (tool) { event.preventDefault(); tool[2](area); }
    });
    area.addEventListener("paste", (event) => {
      const html = event.clipboardData.getData("text/html");
      if (!html) return;
      const text = cleaned(html);
      if (!text) return;
      event.preventDefault();
      put(area, text, area.selectionStart, area.selectionEnd);
    });
    area.before(bar);
  }

  // Pasting: what a word processor or a page puts into the clipboard becomes Markdown.
  const GONE = new Set(["STYLE", "SCRIPT", "META", "LINK", "TITLE", "HEAD", "IMG", "SVG", "OBJECT", "IFRAME", "TEMPLATE"]);
  const marked = (text, mark) => text.replace(/^(\s*)([^]*?)(\s*)$/, (_, a, inner, b) => inner ? a + mark + inner + mark + b : a + b);
  function inline(node) {
    if (node.nodeType === 3) return node.data.replace(/[\s\u00ad]+/g, " ").replace(/[\\*_`[\]<]/g, "\\$&");
    if (node.nodeType !== 1 || GONE.has(node.tagName)) return "";
    if (node.tagName === "BR") return "\n";
    const style = node.getAttribute("data-style") || "";
    if (/mso-list:\s*ignore/i.test(style)) return "";
    let text = [...node.childNodes].map(inline).join("");
    const weight = /font-weight:\s*(\w+)/i.exec(style), slant = /font-style:\s*(\w+)/i.exec(style);
    const heavy = weight ? weight[1] === "bold" || Number(weight[1]) > 500 : /^(B|STRONG)$/.test(node.tagName);
    const leans = slant ? slant[1] === "italic" : /^(I|EM)$/.test(node.tagName);
    if (leans && !text.includes("\n\n")) text = marked(text, "*");
    if (heavy && !text.includes("\n\n")) text = marked(text, "**");
    if (node.tagName === "A" && /^(https?:|mailto:)/.test(node.getAttribute("href") || "") && text.trim())
      text = `[${text.trim()}](${node.getAttribute("href").replace(/[\s()]/g, encodeURIComponent)})`;
    return text;
  }
  const BLOCK = /^(P|DIV|H[1-6]|UL|OL|LI|TABLE|TBODY|THEAD|TR|TD|TH|BLOCKQUOTE|PRE|SECTION|ARTICLE|MAIN|BODY|HEADER|FOOTER|HR)$/;
  const holds = (node) => [...node.children].some((one) => BLOCK.test(one.tagName) || holds(one));
  function blocks(node, out, depth) {
    let run = "";
    const flush = () => { if (run.trim()) out.push(run.trim()); run = ""; };
    for (const child of node.childNodes) {
      const tag = child.tagName || "";
      if (child.nodeType !== 1 || (!BLOCK.test(tag) && !holds(child))) { run += inline(child); continue; }
      flush();
      if (GONE.has(tag)) continue;
      const level = /^H([1-6])$/.exec(tag), word = /level(\d)/.exec(child.getAttribute("data-style") || "");
      if (level) out.push("#".repeat(Math.max(3, Number(level[1]))) + " " + inline(child).trim());
      else if (tag === "UL" || tag === "OL") items(child, out, depth);
      else if (/^MsoList/.test(child.className) && word) {
        const sign = child.querySelector("[data-style*='Ignore' i]");
        item(out, Number(word[1]) - 1, sign && /\d/.test(sign.textContent) ? "1. " : "- ", inline(child).trim());
      } else if (tag === "TR") out.push([...child.cells].map((cell) => inline(cell).trim()).join(" | "));
      else if (tag === "BLOCKQUOTE") { const inner = []; blocks(child, inner, 0); out.push(inner.join("\n\n").replace(/^/gm, "> ")); }
      else if (holds(child)) blocks(child, out, depth);
      else if (inline(child).trim()) out.push(inline(child).trim());
    }
    flush();
  }
  function item(out, depth, sign, text) {
    const line = "   ".repeat(depth) + sign + text, last = out.length - 1;
    if (last >= 0 && /^ *(- |1\. )/.test(out[last])) out[last] += "\n" + line;
    else out.push(line);
  }
  function items(list, out, depth) {
    for (const one of list.children) {
      if (/^(UL|OL)$/.test(one.tagName)) { items(one, out, depth + 1); continue; }
      const inner = one.cloneNode(true), nested = [...inner.querySelectorAll("ul, ol")].filter((each) => !each.parentElement.closest("ul, ol"));
      for (const each of nested) each.remove();
      item(out, depth, list.tagName === "OL" ? "1. " : "- ", inline(inner).trim());
      for (const each of nested) items(each, out, depth + 1);
    }
  }
  function cleaned(html) {
    // A parsed page may not style itself either: what its styles say is read, never applied.
    html = html.replace(/<style[^]*?<\/style>/gi, "").replace(/(<[^<>]*?\s)style=/gi, "$1data-style=");
    const out = [];
    blocks(new DOMParser().parseFromString(html, "text/html").body, out, 0);
    return out.join("\n\n");
  }
})();
