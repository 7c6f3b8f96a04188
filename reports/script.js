"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const color = (value) => value.replace(/^var\((--[\w-]+)\)$/, (_, name) => getComputedStyle(root).getPropertyValue(name).trim());

  // Theme: the reader's choice in this page, else the system's. Storage may be barred for files; then it is not kept.
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const wear = (theme) => { root.dataset.theme = theme; drawAll(); };
  const system = () => kept() || (preferred.matches ? "dark" : "light");
  root.dataset.theme = system();
  preferred.addEventListener("change", () => wear(system()));
  document.getElementById("theme").addEventListener("click", () => {
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", theme); } catch { /* not kept */ }
    wear(theme);
  });

  // On paper: light, folded parts open, figures as wide as the paper; afterwards as before.
  const PAPER = 660;
  let paper = false;
  let folded = [];
  const print = (now) => {
    if (now === paper) return;
    paper = now;
    if (now) folded = all("details:not([open])");
    folded.forEach((fold) => { fold.open = now; });
    wear(now ? "light" : system());
  };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  matchMedia("print").addEventListener("change", (event) => print(event.matches));

  // Tables: sort, filter, copy. A cell carries its exact value where that is not what it shows.
  const exact = (cell) => cell.dataset.value ?? cell.textContent;
  const number = (text) => (text === "inf" ? Infinity : parseFloat(text));
  const compare = (numeric) => (a, b) => {
    if (!a || !b) return (a === "") - (b === "");
    return numeric ? number(a) - number(b) : a.localeCompare(b);
  };
  const sort = (header) => {
    const table = header.closest("table");
    const column = header.cellIndex;
    const numeric = header.classList.contains("number");
    const before = header.getAttribute("aria-sort");
    const descending = before ? before === "ascending" : numeric;
    all("th", table).forEach((other) => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const value = (row) => exact(row.cells[column]);
    const order = compare(numeric);
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      const [first, second] = [value(a), value(b)];
      const empty = !first || !second;
      return order(first, second) * (descending && !empty ? -1 : 1);
    });
    table.tBodies[0].append(...rows);
  };
  const shown = (table) => [...table.tBodies[0].rows].filter((row) => !row.hidden);
  const heading = (header) => all("bdi, small", header).map((piece) => piece.textContent).join(" ");
  // Text that a spreadsheet would run as a formula is led by an apostrophe, as in the exported files (tidy.py).
  const harmless = (text) => (/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20']/.test(text) ? `'${text}` : text);
  const asCsv = (table) => {
    const quote = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const value = (cell) => (cell.classList.contains("number") ? exact(cell) : harmless(exact(cell)));
    const rows = shown(table).map((row) => [...row.cells].map(value));
    const headers = all("th", table).map(heading).map(harmless);
    return [headers, ...rows].map((row) => row.map(quote).join(",")).join("\n") + "\n";
  };
  const asMarkdown = (table) => {
    const plain = (text) => text.replace(/[\\|<>`*_[\]&~$]/g, "\\$&").replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").replace(/[\t\r\n\u2028\u2029 ]+/g, " ").trim();
    const line = (texts) => `| ${texts.map(plain).join(" | ")} |`;
    const headers = all("th", table);
    const rule = `|${headers.map((header) => (header.classList.contains("number") ? " ---: " : " --- ")).join("|")}|`;
    const rows = shown(table).map((row) => line([...row.cells].map((cell) => cell.textContent)));
    return [line(headers.map(heading)), rule, ...rows].join("\n") + "\n";
  };
  const say = (text) => {
    const said = document.getElementById("said");
    said.textContent = text;
    said.classList.add("now");
    setTimeout(() => said.classList.remove("now"), 1800);
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say("Copied");
  };
  document.addEventListener("click", (event) => {
    const target = event.target.closest("button");
    if (!target) return;
    if (target.matches(".sort")) sort(target.closest("th"));
    if (target.matches(".copy")) {
      const table = target.closest(".table").querySelector("table");
      copy(target.dataset.format === "csv" ? asCsv(table) : asMarkdown(table));
    }
    if (target.matches(".legend button")) toggle(target.dataset.arch);
    if (target.matches(".save")) save(target.closest("figure"));
  });
  // Resting on a number shows it in full; its cell holds it already.
  document.addEventListener("mouseover", (event) => {
    const cell = event.target.closest("td.number");
    if (cell && cell.dataset.value) cell.title = cell.dataset.value;
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches(".filter")) return;
    const wanted = event.target.value.trim().toLowerCase();
    const table = event.target.closest(".table").querySelector("table");
    for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });

  // Figures.
  const hidden = new Set();
  const toggle = (arch) => {
    hidden.has(arch) ? hidden.delete(arch) : hidden.add(arch);
    all(`.legend button[data-arch="${arch}"]`).forEach((button) => button.setAttribute("aria-pressed", !hidden.has(arch)));
    drawAll();
  };
  const merge = (into, from) => {
    for (const [key, value] of Object.entries(from)) {
      const plain = value && typeof value === "object" && !Array.isArray(value);
      into[key] = plain ? merge({ ...(into[key] || {}) }, value) : value;
    }
    return into;
  };
  const resolve = (value, columns, key) => {
    if (typeof value === "string") {
      if (/color(scale)?$/.test(key)) return color(value);
      return /^(x|y|z|array|arrayminus)$/.test(key) && value[0] === "@" ? columns[value.slice(1)] : value;
    }
    if (Array.isArray(value)) return value.map((item) => resolve(item, columns, key));
    if (!value || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(item, columns, name)]));
  };
  const translucent = (hex) => `rgba(${[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(",")},0.16)`;
  const base = (narrow) => {
    const line = { gridcolor: "var(--rule)", zerolinecolor: "var(--rule)", linecolor: "var(--quiet)", automargin: true, title: { standoff: 10 } };
    return {
      font: { family: getComputedStyle(document.body).fontFamily, size: 12.5, color: "var(--soft)" },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, dragmode: narrow ? false : "zoom",
      margin: { l: 8, r: 14, t: 12, b: 8 }, height: narrow ? 300 : 370,
      xaxis: { ...line, showgrid: false, showline: true, ticks: "outside", ticklen: 4, tickcolor: "var(--quiet)" },
      yaxis: { ...line, zeroline: false },
      hoverlabel: { bgcolor: "var(--paper)", bordercolor: "var(--quiet)", font: { color: "var(--ink)" } },
    };
  };
  const width = (canvas) => (paper ? PAPER : canvas.clientWidth || PAPER);
  const draw = (figure) => {
    if (!window.Plotly) return;
    const { spec, canvas } = figure;
    figure.width = width(canvas);
    const narrow = figure.width < 560;
    const chosen = Object.fromEntries(all(".switch", figure.element).map((set) => [set.dataset.switch, set.querySelector("input:checked").value]));
    const layouts = spec.switches.map((set) => set.options.find((option) => option.id === chosen[set.name]).layout);
    const fits = (trace) => Object.entries(trace.when || {}).every(([name, option]) => !(name in chosen) || chosen[name] === option);
    const traces = spec.traces.filter((trace) => fits(trace) && !hidden.has(String(trace.arch))).map((trace) => {
      const { when, arch, band, ...rest } = trace;
      const made = resolve(rest, spec.columns, "");
      if (band) made.fillcolor = translucent(made.fillcolor);
      if (narrow && made.mode === "markers+text") made.mode = "markers";
      return made;
    });
    const layout = resolve([spec.layout, ...layouts].reduce(merge, base(narrow)), {}, "");
    layout.width = figure.width;
    canvas.style.minHeight = `${layout.height}px`;
    const config = { displaylogo: false, typesetMath: false, displayModeBar: "hover", modeBarButtons: [["resetScale2d"]] };
    window.Plotly.react(canvas, traces, layout, config);
  };
  const save = (figure) => window.Plotly?.downloadImage(figure.querySelector(".canvas"), { format: "svg", filename: figure.id });
  const figures = all("figure.plot").map((element) => ({ element, canvas: element.querySelector(".canvas") }));
  const resized = new ResizeObserver(() => requestAnimationFrame(() => {
    figures.filter((figure) => figure.width && figure.width !== width(figure.canvas)).forEach(draw);
  }));
  figures.forEach(({ canvas }) => resized.observe(canvas));
  function drawAll() { figures.forEach(draw); }
  figures.forEach((figure) => figure.element.addEventListener("change", () => draw(figure)));

  // Plotly and the figures travel compressed; the browser unpacks them. Plotly's script runs because the page's
  // policy names its hash.
  const unpack = async (element) => {
    const packed = Uint8Array.from(atob(element.textContent), (sign) => sign.charCodeAt(0));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };
  const prepare = async () => {
    const script = document.createElement("script");
    script.textContent = await unpack(document.getElementById("plotly"));
    for (const figure of figures) figure.spec = JSON.parse(await unpack(figure.element.querySelector("script")));
    document.head.append(script);
  };
  if (figures.length) {
    prepare().then(drawAll).then(() => document.dispatchEvent(new Event("drawn"))).catch(() => figures.forEach(({ canvas }) => {
      canvas.classList.add("failed");
      canvas.dataset.message = "This browser is too old to draw the figures; the tables hold every number.";
    }));
  }
})();
