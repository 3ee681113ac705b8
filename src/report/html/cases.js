"use strict";
// Draws the list of all cases, keeps its filters in the address, and says what stands where in the waterfall.
(() => {
  const { by, element, duration, plural, decoded, go, routes } = page;
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

  const caseLink = (id) => "#case/" + encodeURIComponent(id).replaceAll("%2F", "/");

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
      element("p", { class: "none" }, plural(one.passed, "check") + " passed, " + one.failed + " failed" + (one.unjudged ? ", " + one.unjudged + " skipped" : "") +
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

  routes.push((hash) => {
    if (hash !== "#cases" && !hash.startsWith("#cases?")) return false;
    const wanted = new Map(hash.slice(7).split("&").map((part) => part.split("=").map(decoded)));
    for (const [name, control] of Object.entries(controls)) control.value = wanted.get(name) || "";
    const verdicts = (wanted.get("verdict") || "").split(",");
    for (const chip of chips) chip.checked = verdicts.includes(chip.value);
    select();
    by("cases").scrollIntoView({ block: "start", behavior: "instant" });
    return true;
  });
  routes.push((hash) => {
    const name = decoded(hash.slice(1));
    if (by(name) || !name.startsWith("case/")) return false;
    goToRow(name.slice(5));
    return true;
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

  select();
})();
