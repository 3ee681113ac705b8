"use strict";
// What every page can do: light and dark, copying, diffs side by side, places of its own as addresses, paper.
// Every text goes in as a text node: nothing here ever parses markup.
const page = (() => {
  const root = document.documentElement;
  root.classList.add("js");
  const by = (id) => document.getElementById(id);

  function element(name, properties, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties || {})) {
      if (key === "class") made.className = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }

  function duration(ms) {
    if (ms < 0.995) return ms.toFixed(2) + " ms";
    if (ms < 9.95) return ms.toFixed(1) + " ms";
    if (ms < 999.5) return ms.toFixed(0) + " ms";
    if (ms < 59995) return (ms / 1000).toFixed(2) + " s";
    const seconds = Math.round(ms / 1000);
    return Math.floor(seconds / 60) + " min " + (seconds % 60) + " s";
  }

  const plural = (number, noun) => number.toLocaleString("en") + " " + noun + (number === 1 ? "" : "s");

  // Appearance ---------------------------------------------------------------------------------

  const theme = by("theme");
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  function remember(key, value) {
    try { value === undefined ? null : localStorage.setItem(key, value); return localStorage.getItem(key); } catch { return null; }
  }
  function nameTheme() {
    theme.title = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", "Switch to the " + (isDark() ? "light" : "dark") + " theme");
  }
  const kept = remember("probity-theme");
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  theme.hidden = false;
  nameTheme();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", nameTheme);
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember("probity-theme", root.dataset.theme);
    nameTheme();
  });

  // Copy ---------------------------------------------------------------------------------------

  async function copied(content) {
    try {
      await navigator.clipboard.writeText(content);
      return true;
    } catch {
      // A file opened from disk may have no clipboard: the older way still works there.
      const area = element("textarea", { class: "vh" });
      area.value = content;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest && event.target.closest(".copy");
    if (!button) return;
    const content = button.parentElement.querySelector("pre, code").textContent;
    const done = await copied(content);
    button.textContent = done ? "Copied" : "Failed";
    button.classList.toggle("done", done);
    setTimeout(() => { button.textContent = "Copy"; button.classList.remove("done"); }, 1500);
  });

  // Diffs --------------------------------------------------------------------------------------

  // Side by side: lines of one change stand next to each other, equal lines on both sides.
  function split(lines) {
    if (lines.unified) return;
    const unified = [...lines.children];
    lines.unified = unified;
    const sides = [];
    let came = [];
    let wanted = [];
    const hole = () => element("div", { class: "dl hole", "aria-hidden": "true" });
    const flush = () => {
      for (let at = 0; at < Math.max(came.length, wanted.length); at++) {
        sides.push(came[at] ? came[at].cloneNode(true) : hole(), wanted[at] ? wanted[at].cloneNode(true) : hole());
      }
      came = [];
      wanted = [];
    };
    for (const line of unified) {
      if (line.classList.contains("came")) {
        if (wanted.length) flush();
        came.push(line);
      } else if (line.classList.contains("want")) wanted.push(line);
      else {
        flush();
        const right = line.cloneNode(true);
        right.setAttribute("aria-hidden", "true");
        sides.push(line.cloneNode(true), right);
      }
    }
    flush();
    lines.replaceChildren(...sides);
    lines.classList.add("split");
  }

  function unify(lines) {
    if (!lines.unified) return;
    lines.replaceChildren(...lines.unified);
    lines.unified = null;
    lines.classList.remove("split");
  }

  function showDiffs(view) {
    for (const lines of document.querySelectorAll(".diff .lines")) view === "split" ? split(lines) : unify(lines);
    for (const button of document.querySelectorAll(".views button")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    }
  }
  for (const views of document.querySelectorAll(".views")) views.hidden = false;
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".views button");
    if (!button) return;
    const before = button.getBoundingClientRect().top;
    showDiffs(button.dataset.view);
    remember("probity-diff", button.dataset.view);
    // All diffs change at once; the one in front of the reader stays where it is.
    scrollBy({ top: button.getBoundingClientRect().top - before, behavior: "instant" });
  });
  if (remember("probity-diff") === "split") showDiffs("split");

  // Addresses ----------------------------------------------------------------------------------

  function decoded(part) {
    try { return decodeURIComponent(part); } catch { return part; }
  }

  function go(target) {
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    for (const old of document.querySelectorAll(".here")) old.classList.remove("here");
    target.classList.add("here");
    target.scrollIntoView({ block: "start", behavior: "instant" });
    target.focus({ preventScroll: true });
  }

  // Who knows more addresses than the ids of elements: each says whether it went there.
  const routes = [];

  function follow() {
    const hash = location.hash;
    if (hash.length < 2 || routes.some((goes) => goes(hash))) return;
    const target = by(decoded(hash.slice(1)));
    if (target) go(target);
  }
  addEventListener("hashchange", follow);
  // After the scripts below this one.
  addEventListener("DOMContentLoaded", follow);
  // A link to where we are already changes no address, but the reader still wants to go there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) { event.preventDefault(); follow(); }
  });

  // Paper has no folds: everything described is printed, the list as far as it is drawn.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of opened) one.open = false; opened = []; });

  return { by, element, duration, plural, decoded, go, routes };
})();
