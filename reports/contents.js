// Where the reader is, and how a link gets there.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];

  // The contents mark the section that is being read: the one at the top of the window, where links lead to.
  const TOP = 80;
  const links = new Map(all(".contents a").map((link) => [link.getAttribute("href").slice(1), link]));
  const sections = all("main > section");
  let current = null;
  const mark = () => {
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const begun = sections.filter((section) => section.getBoundingClientRect().top < TOP);
    const linked = sections.find((section) => `#${section.id}` === location.hash);
    const visible = linked && linked.getBoundingClientRect().top < innerHeight;
    const reading = (atEnd && scrollY > 0 && visible ? linked : begun.at(-1)) || sections[0];
    if (reading === current) return;
    links.get(current?.id)?.removeAttribute("aria-current");
    current = reading;
    const link = links.get(reading.id);
    link.setAttribute("aria-current", "true");
    const list = link.closest("ol");
    list.scrollLeft = link.offsetLeft - list.offsetLeft - list.clientWidth / 3;
    const bar = link.closest("nav");
    if (bar.scrollHeight > bar.clientHeight) bar.scrollTop = link.offsetTop - bar.clientHeight / 2;
  };
  let asked = false;
  addEventListener("scroll", () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; mark(); });
  }, { passive: true });
  addEventListener("resize", mark);
  mark();

  // A link may lead into a folded part. Figures that are drawn, and fonts and folds, may still move what it leads to:
  // it is kept in place until the reader goes on by himself.
  const target = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const go = () => {
    const found = location.hash && target();
    if (!found) return;
    for (let fold = found.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    found.scrollIntoView({ behavior: "instant" });
    mark();
  };
  let moved = performance.getEntriesByType("navigation")[0]?.type === "reload";
  for (const sign of ["wheel", "touchmove", "keydown", "pointerdown", "click"]) {
    addEventListener(sign, () => { moved = true; }, { passive: true });
  }
  addEventListener("hashchange", () => { moved = false; go(); });
  const settle = () => { moved ? mark() : go(); };
  settle();
  document.addEventListener("drawn", settle);
  new ResizeObserver(settle).observe(document.body);
})();
