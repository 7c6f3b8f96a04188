"use strict";
// Only in the page that `bench run --serve` serves: asks whether the report changed, reloads it, and puts the reader
// back to where they were. The saved file does not hold this script.
(() => {
  const version = document.currentScript.dataset.version;
  const KEPT = "live";
  const EVERY = 2000;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // A place in the page that survives a reload: the nearest ancestor with an id, and a number within it.
  const FOCUSABLE = "a[href], button, input, summary, [tabindex]";
  const address = (element) => {
    const home = element.closest("[id]");
    return home && [home.id, all(FOCUSABLE, home).indexOf(element)];
  };
  const find = ([id, index]) => {
    const home = document.getElementById(id);
    return index < 0 ? home : home && all(FOCUSABLE, home)[index];
  };
  const folds = () => all("details");
  const foldName = (fold) => `${fold.closest("section").id} ${fold.querySelector("summary").textContent}`;

  const keep = () => {
    const anchors = all("main > section, figure.plot, .table table, details");
    const above = anchors.filter((element) => element.getBoundingClientRect().top <= 1);
    const anchor = above.at(-1);
    const sorted = all("th[aria-sort]").map((header) => [
      header.closest("table").id, header.cellIndex, header.getAttribute("aria-sort"),
    ]);
    sessionStorage.setItem(KEPT, JSON.stringify({
      folds: folds().filter((fold) => fold.open).map(foldName),
      filters: all(".filter").filter((box) => box.value).map((box) => [box.closest(".table").dataset.table, box.value]),
      switches: all(".switch input:checked").map((input) => [input.name, input.value]),
      hidden: [...new Set(all('.legend button[aria-pressed="false"]').map((button) => button.dataset.arch))],
      sorted,
      scrolled: all(".scroll").map((box) => [box.querySelector("table").id, box.scrollLeft]).filter(([, left]) => left),
      focus: document.activeElement === document.body ? null : address(document.activeElement),
      at: anchor && anchor.closest("[id]") ? address(anchor) : null,
      offset: anchor ? anchor.getBoundingClientRect().top : 0,
      top: scrollY,
    }));
  };

  const restore = (kept) => {
    for (const fold of folds()) fold.open = kept.folds.includes(foldName(fold));
    for (const [table, text] of kept.filters) {
      const box = document.querySelector(`[data-table="${table}"] .filter`);
      if (!box) continue;
      box.value = text;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    for (const [name, value] of kept.switches) {
      const input = all(".switch input").find((one) => one.name === name && one.value === value);
      if (input) input.checked = true;
    }
    for (const arch of kept.hidden) document.querySelector(`.legend button[data-arch="${arch}"]`)?.click();
    for (const [table, column, direction] of kept.sorted) {
      const header = document.getElementById(table)?.tHead.rows[0].cells[column];
      for (let press = 0; header && press < 2 && header.getAttribute("aria-sort") !== direction; press += 1) {
        header.querySelector("button").click();
      }
    }
    for (const [table, left] of kept.scrolled) {
      const box = document.getElementById(table)?.closest(".scroll");
      if (box) box.scrollLeft = left;
    }
    if (kept.focus) find(kept.focus)?.focus({ preventScroll: true });
    const settle = () => {
      const anchor = kept.at && find(kept.at);
      const top = anchor ? anchor.getBoundingClientRect().top + scrollY - kept.offset : kept.top;
      scrollTo({ top, behavior: "instant" });
    };
    settle();
    document.addEventListener("drawn", settle, { once: true });
  };

  const badge = document.createElement("p");
  badge.className = "live";
  badge.style.cssText = "position:fixed;right:1rem;bottom:1rem;margin:0;padding:.2rem .8rem;max-width:min(28rem,80vw);"
    + "background:var(--paper);color:var(--soft);border:1px solid var(--quiet);border-radius:1rem;font-size:.8rem;"
    + "pointer-events:none;z-index:5";
  document.body.append(badge);
  const style = document.createElement("style");
  style.textContent = "@media print { .live { display: none } }";
  document.head.append(style);

  const busy = () => !getSelection().isCollapsed;
  const poll = async () => {
    try {
      const state = await (await fetch("/state", { cache: "no-store" })).json();
      badge.textContent = `Live: ${state.news}`;
      if (state.version && state.version !== version && !busy()) {
        keep();
        history.scrollRestoration = "manual";
        location.reload();
        return;
      }
    } catch {
      badge.textContent = "No longer live: the program that served this page has ended.";
    }
    setTimeout(poll, EVERY);
  };

  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
  } catch { /* nothing kept */ }
  if (kept) restore(kept);
  poll();
})();
