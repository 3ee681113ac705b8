"use strict";
// Draws the list of all cases, keeps its filters in the address, and makes the page's switches work.
// Every text goes in as a text node: nothing here ever parses markup.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const by = (id) => document.getElementById(id);
  const data = JSON.parse(by("data").textContent);
  const text = (number) => data.texts[number];
  const SIGNS = { fail: "✕", flaky: "≈", error: "?", warn: "!", skip: "–", pass: "✓" };
  const LEVELS = ["MAY", "SHOULD", "MUST"];
  const PAGE = 100;

  // The order of the members is that of `Row` in data.rs.
  const cases = data.cases.map((row, number) => {
    const requirements = row[6].map((at) => data.requirements[at]);
    const level = Math.max(-1, ...requirements.map((one) => LEVELS.indexOf(one[1])));
    return {
      number, id: row[0], title: text(row[1]), contract: text(row[2]), verdict: row[3],
      started: row[4], duration: row[5], requirements: requirements.map((one) => one[0]),
      level: level < 0 ? "" : LEVELS[level],
      passed: row[7], failed: row[8], unjudged: row[9], file: text(row[10]), line: row[11],
      wrong: text(row[12]), steps: row[13],
    };
  });

  // Made when somebody searches, not while the page opens.
  const hay = (one) => (one.hay ??= [one.id, one.title, one.requirements.join(" "), one.wrong].join("\n").toLowerCase());

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
  const caseLink = (id) => "#case/" + encodeURIComponent(id).replaceAll("%2F", "/");

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
    let minus = [];
    let plus = [];
    const hole = () => element("div", { class: "dl hole", "aria-hidden": "true" });
    const flush = () => {
      for (let at = 0; at < Math.max(minus.length, plus.length); at++) {
        sides.push(minus[at] ? minus[at].cloneNode(true) : hole(), plus[at] ? plus[at].cloneNode(true) : hole());
      }
      minus = [];
      plus = [];
    };
    for (const line of unified) {
      if (line.classList.contains("minus")) {
        if (plus.length) flush();
        minus.push(line);
      } else if (line.classList.contains("plus")) plus.push(line);
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

  // All cases ----------------------------------------------------------------------------------

  const form = by("filters");
  const controls = { q: by("q"), contract: by("contract"), level: by("level"), order: by("order") };
  const chips = [...form.querySelectorAll("input[name=verdict]")];
  const list = by("rows");
  const more = by("more");
  let found = cases;
  let drawn = 0;
  let waiting = 0;

  function filters() {
    return {
      q: controls.q.value.trim(), contract: controls.contract.value, level: controls.level.value,
      order: controls.order.value, verdict: chips.filter((chip) => chip.checked).map((chip) => chip.value).join(","),
    };
  }

  function address(now) {
    const parts = Object.entries(now).filter(([, value]) => value).map(([key, value]) => key + "=" + encodeURIComponent(value).replaceAll("%2C", ","));
    return parts.length ? "#cases?" + parts.join("&") : "#cases";
  }

  function select() {
    const now = filters();
    const words = now.q.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = now.verdict ? now.verdict.split(",") : null;
    found = cases.filter((one) =>
      (!verdicts || verdicts.includes(one.verdict)) &&
      (!now.contract || one.contract === now.contract) &&
      (!now.level || one.level === now.level) &&
      words.every((word) => hay(one).includes(word)));
    if (now.order === "slow") found.sort((one, other) => other.duration - one.duration);
    if (now.order === "id") found.sort((one, other) => (one.id < other.id ? -1 : 1));
    list.replaceChildren();
    drawn = 0;
    draw(PAGE);
    by("found").textContent = found.length === cases.length
      ? plural(cases.length, "case")
      : found.length.toLocaleString("en") + " of " + plural(cases.length, "case");
  }

  function draw(number) {
    const rows = document.createDocumentFragment();
    // A few that are left over are not worth a button.
    if (found.length - drawn - number < PAGE / 4) number = found.length - drawn;
    for (const one of found.slice(drawn, drawn + number)) rows.append(row(one));
    drawn = Math.min(found.length, drawn + number);
    list.append(rows);
    const left = found.length - drawn;
    more.hidden = left === 0;
    more.textContent = "Show " + plural(Math.min(PAGE, left), "more case") + " of " + left.toLocaleString("en");
  }

  function badge(verdict) {
    return element("span", { class: "badge v-" + verdict }, element("span", { "aria-hidden": "true" }, SIGNS[verdict]), " " + verdict);
  }

  function row(one) {
    const about = one.wrong && one.verdict !== "pass" ? one.wrong : one.title;
    const summary = element("summary", {}, badge(one.verdict),
      element("span", {}, element("span", { class: "rid-path" }, one.id), element("span", { class: "about" }, about)),
      element("span", { class: "took" }, duration(one.duration)));
    const details = element("details", {}, summary);
    details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(inside(one)); });
    const item = element("li", { class: "row" }, details);
    item.dataset.number = one.number;
    return item;
  }

  function inside(one) {
    const article = by("case/" + one.id);
    const links = one.requirements.flatMap((id) => [element("a", { class: "rid", href: "#requirement/" + encodeURIComponent(id) }, id), " "]);
    const steps = one.steps.map((step) => element("li", {},
      (step[4] ? "clean-up: " : "") + text(step[0]) + " → " + (step[1] || "no answer") + " in " + duration(step[3]) +
      (step[2] > 1 ? ", the last of " + step[2] + " attempts" : "")));
    return element("div", { class: "inside" },
      element("p", {}, one.title),
      one.wrong ? element("p", { class: "v-" + one.verdict }, one.wrong) : "",
      element("p", {}, "Proves ", ...(links.length ? links : ["nothing"]), one.level ? "(" + one.level + ")" : ""),
      element("p", { class: "none" }, plural(one.passed, "check") + " held, " + one.failed + " failed" + (one.unjudged ? ", " + one.unjudged + " not made" : "") +
        " · started at " + duration(one.started) + " · " + one.file + ":" + one.line),
      steps.length ? element("ol", { class: "steps" }, ...steps) : "",
      article ? element("p", {}, element("a", { href: caseLink(one.id) }, "What broke, in full")) : "");
  }

  function changed() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      select();
      // Replaced, not pushed: going back leaves the list instead of undoing each letter.
      history.replaceState(null, "", address(filters()));
    }, 60);
  }
  form.hidden = false;
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));
  more.addEventListener("click", () => {
    const next = drawn;
    draw(PAGE);
    const first = list.children[next];
    if (first) first.querySelector("summary").focus();
  });

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

  function goToRow(id) {
    const one = cases.find((known) => known.id === id);
    if (!one) return;
    if (!found.includes(one)) { form.reset(); select(); }
    const at = found.indexOf(one);
    if (at >= drawn) draw(at - drawn + PAGE);
    const item = list.children[at];
    item.querySelector("details").open = true;
    go(item.querySelector("summary"));
  }

  function follow() {
    const hash = location.hash;
    if (hash === "#cases" || hash.startsWith("#cases?")) {
      const wanted = new Map(hash.slice(7).split("&").map((part) => part.split("=").map(decoded)));
      for (const [name, control] of Object.entries(controls)) control.value = wanted.get(name) || "";
      const verdicts = (wanted.get("verdict") || "").split(",");
      for (const chip of chips) chip.checked = verdicts.includes(chip.value);
      select();
      by("cases").scrollIntoView({ block: "start", behavior: "instant" });
      return;
    }
    const name = decoded(hash.slice(1));
    const target = name && by(name);
    if (target) go(target);
    else if (name.startsWith("case/")) goToRow(name.slice(5));
  }
  addEventListener("hashchange", follow);
  // A link to where we are already changes no address, but the reader still wants to go there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) { event.preventDefault(); follow(); }
  });

  // Pictures -----------------------------------------------------------------------------------

  const picture = by("waterfall");
  if (picture) {
    const end = Number(picture.dataset.end);
    // The same rule as in waterfall.rs: the first lane that is free.
    const laid = () => {
      const free = [];
      const lanes = [];
      const ran = cases.filter((one) => one.verdict !== "skip" && one.steps.length);
      for (const one of ran.sort((a, b) => a.started - b.started || a.number - b.number)) {
        let at = free.findIndex((until) => until <= one.started);
        if (at < 0) at = free.length < 64 ? free.push(0) - 1 : 63;
        free[at] = Math.max(free[at], one.started + one.duration);
        (lanes[at] ??= []).push(one);
      }
      return lanes;
    };
    let lanes = null;
    const under = (event) => {
      lanes ??= laid();
      const box = picture.getBoundingClientRect();
      const at = lanes[Math.floor(((event.clientY - box.top) / box.height) * lanes.length)] || [];
      const time = ((event.clientX - box.left) / box.width) * end;
      const near = end / 300;
      return at.find((one) => one.started - near <= time && time <= one.started + one.duration + near);
    };
    picture.addEventListener("pointermove", (event) => {
      const one = under(event);
      by("pointed").textContent = one ? SIGNS[one.verdict] + " " + one.id + "  " + duration(one.duration) + " from " + duration(one.started) : " ";
      picture.classList.toggle("on", Boolean(one));
    });
    picture.addEventListener("click", (event) => {
      const one = under(event);
      if (one) location.hash = caseLink(one.id);
    });
  }

  // Paper has no folds: everything described is printed, the list as far as it is drawn.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of opened) one.open = false; opened = []; });

  select();
  if (location.hash.length > 1) follow();
})();
