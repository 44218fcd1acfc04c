// From a table to an ECharts option. Pure functions: tested without a browser.
const LIGHT = { text: "#3c4a5a", faint: "#5a6878", line: "#e8ecf1", axis: "#808d9b", surface: "#fff", ink: "#15202d", series: ["#1b4b82", "#bd8100", "#2c8a55", "#7a5aa8", "#2f6bd6"] };
const DARK = { text: "#b4c4d6", faint: "#8ea3ba", line: "#20395a", axis: "#4b6484", surface: "#0e1e33", ink: "#eaf0f7", series: ["#4d8fe0", "#d79a1e", "#3aa876", "#b497e0", "#8fc1ff"] };
const LEVELS = { red: ["#c8232a", "#c0363c"], yel: ["#bd8100", "#d79a1e"], blu: ["#2f6bd6", "#3a6db8"], grn: ["#2c8a55", "#3aa876"], gry: ["#768493", "#8ea3ba"] };
// the patterns of the levels, as on the map of towns; "none" is refused where other series have patterns
const BARE = { color: "rgba(0,0,0,0)" };
const DECALS = {
  solid: BARE, plain: BARE,
  stripes: { symbol: "rect", symbolSize: 1, dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 },
  crosshatch: { symbol: "rect", symbolSize: 1, dashArrayX: [[4, 4], [0, 4, 4, 0]], dashArrayY: [4, 0], rotation: 0 },
  dots: { symbol: "circle", symbolSize: 0.8, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [5, 0], rotation: 0 },
};
// every step carries its label: dark text on the light ramp, light text on the dark one, ≥ 4.5:1 on all five
const STEPS = { light: ["#f3f7fb", "#dfeaf5", "#c3d8ee", "#a3c3e4", "#7fabd8"], dark: ["#12263f", "#173863", "#1d4c86", "#265ba0", "#2f69b6"] };

/** Number in a cell: its data-v when given, else its text without separators and units; null when there is none. */
export function numberOf(cell) {
  if (!cell) return null;
  const raw = cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent;
  const found = String(raw).replace(/[,，\s]/g, "").replace("−", "-").match(/-?\d+(?:\.\d+)?/);
  return found ? Number(found[0]) : null;
}

/** {series:[{name,level,pattern}], rows:[{name,code,href,values}]} of a table with one head row. */
export function readTable(table) {
  const head = [...(table.tHead ? table.tHead.rows[0].cells : [])];
  const columns = head.map((cell, at) => ({ name: cell.textContent.trim(), level: cell.dataset.c, pattern: cell.dataset.p, at, skip: cell.hasAttribute("data-skip") })).slice(1).filter((c) => !c.skip);
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]).map((row) => ({
    name: (row.cells[0].dataset.name || row.cells[0].textContent).trim(), code: row.dataset.code,
    href: row.querySelector("a[href]") ? row.querySelector("a[href]").href : "", values: columns.map((c) => numberOf(row.cells[c.at])),
  }));
  return { series: columns, rows };
}

function colour(series, index, theme, dark) {
  const level = LEVELS[series.level];
  return level ? level[dark ? 1 : 0] : theme.series[index % theme.series.length];
}

/** Threshold lines: mark="90:目标 90%;60:下限". */
export function marks(text) {
  return (text || "").split(";").map((part) => part.split(":")).filter((p) => p.length === 2 && p[0].trim() !== "" && !Number.isNaN(Number(p[0])))
    .map(([value, name]) => ({ value: Number(value), name: name.trim() }));
}

function shared(data, host, theme, font) {
  const unit = host.getAttribute("unit") || "";
  return {
    animation: false,
    color: data.series.map((s, i) => colour(s, i, theme, theme.dark)),
    textStyle: { fontFamily: theme.family, fontSize: font, color: theme.text },
    aria: { enabled: true, label: { enabled: false }, decal: { show: data.series.length > 1 } },
    tooltip: { renderMode: "richText", confine: true, backgroundColor: theme.surface, borderColor: theme.axis, borderWidth: 1, padding: 8, textStyle: { color: theme.ink, fontSize: font }, valueFormatter: (v) => (v === null || v === undefined ? "无数据" : `${v}${unit}`) },
  };
}

function axes(data, host, theme, font, width) {
  const flat = (host.getAttribute("kind") || "bar") === "hbar";
  const names = { type: "category", data: data.rows.map((r) => r.name), inverse: flat, axisTick: { show: false }, axisLine: { lineStyle: { color: theme.axis } }, axisLabel: { color: theme.text, fontSize: font, interval: 0, hideOverlap: true, width: flat ? Math.min(120, width * 0.3) : undefined, overflow: flat ? "truncate" : undefined } };
  const top = host.getAttribute("max");
  const bottom = host.getAttribute("min");
  const values = { type: "value", max: top ? Number(top) : undefined, min: bottom ? Number(bottom) : undefined, splitNumber: 4, splitLine: { lineStyle: { color: theme.line } }, axisLabel: { color: theme.faint, fontSize: font, hideOverlap: true } };
  return { xAxis: flat ? values : names, yAxis: flat ? names : values };
}

function cartesian(kind, data, host, theme, font, width) {
  const line = kind === "line";
  const lines = marks(host.getAttribute("mark"));
  const symbols = ["circle", "rect", "triangle", "diamond", "emptyCircle"];
  const series = data.series.map((s, i) => ({
    name: s.name, type: line ? "line" : "bar", stack: host.hasAttribute("stack") ? "all" : undefined, barMaxWidth: font * 2.2, cursor: data.rows.some((r) => r.href) ? "pointer" : "default",
    itemStyle: DECALS[s.pattern] ? { decal: DECALS[s.pattern] } : undefined,
    symbol: symbols[i % symbols.length], symbolSize: 6, connectNulls: false, data: data.rows.map((r) => r.values[i]),
    markLine: i === 0 && lines.length ? { silent: true, symbol: "none", lineStyle: { color: theme.axis, type: "dashed" }, label: { color: theme.text, fontSize: font, formatter: "{b}", position: "end" }, data: lines.map((m) => (kind === "hbar" ? { xAxis: m.value, name: m.name } : { yAxis: m.value, name: m.name })) } : undefined,
  }));
  const many = data.series.length > 1;
  return {
    ...shared(data, host, theme, font), ...axes(data, host, theme, font, width), series,
    grid: { left: 8, right: kind === "hbar" ? 16 : Math.max(16, ...lines.map((m) => font * (m.name.length + 1))), top: many ? font * 2.6 : 16, bottom: 4, containLabel: true },
    legend: many ? { top: 0, right: 0, itemGap: 14, itemWidth: font * 1.2, itemHeight: font * 0.9, textStyle: { color: theme.text, fontSize: font } } : undefined,
  };
}

function pie(data, host, theme, font) {
  const base = shared(data, host, theme, font);
  return {
    ...base, color: data.rows.map((_, i) => theme.series[i % theme.series.length]), aria: { ...base.aria, decal: { show: true } },
    series: [{ type: "pie", radius: ["45%", "75%"], label: { color: theme.text, fontSize: font, formatter: "{b} {c}" }, data: data.rows.map((r) => ({ name: r.name, value: r.values[0] })) }],
  };
}

/** Five equal steps from the lowest to the highest value, with a short label each ("≥ 86"). */
export function steps(values, colours) {
  const low = Math.min(...values), high = Math.max(...values);
  const digits = high - low >= 10 || values.every(Number.isInteger) ? 0 : 1;
  const floor = (v) => Math.floor(v * 10 ** digits) / 10 ** digits;
  const edges = [...new Set(colours.map((_, i) => floor(low + ((high - low) * i) / colours.length)))];
  const picked = edges.length === colours.length ? colours : colours.slice(colours.length - edges.length);
  return edges.map((edge, i) => ({ gte: edge, lt: edges[i + 1] ?? Infinity, label: `≥ ${edge}`, color: picked[i] }));
}

/** Where a map lies in its box: as large as it fits without being stretched; `wide` is wider than a district usually is. */
function place(font, width, height) {
  const [top, bottom] = [8, font * 3];
  const wide = width - 16 > 1.5 * (height - top - bottom);
  return wide ? { left: "center", top, bottom } : { left: 8, right: 8, top };
}

function map(data, host, theme, font, width, height) {
  const legend = width < 420 ? 10 : font;
  const values = data.rows.map((r) => r.values[0]).filter((v) => v !== null);
  return {
    ...shared(data, host, theme, font),
    visualMap: { type: "piecewise", pieces: steps(values, theme.dark ? STEPS.dark : STEPS.light), orient: "horizontal", left: "center", bottom: 0, itemGap: legend / 2, itemWidth: legend * 1.2, itemHeight: legend * 0.9, textStyle: { color: theme.text, fontSize: legend }, hoverLink: false, selectedMode: false },
    series: [{
      type: "map", map: host.getAttribute("geo"), aspectScale: host.hasAttribute("flat") ? 1 : 0.75, nameProperty: host.getAttribute("key") || "name", cursor: "pointer", selectedMode: false, ...place(font, width, height),
      label: { show: true, color: theme.ink, fontSize: font },
      itemStyle: { borderColor: theme.surface, borderWidth: 1.2, areaColor: theme.line }, emphasis: { label: { color: LIGHT.ink }, itemStyle: { areaColor: "#ffd35c" } },
      data: data.rows.map((r) => ({ name: r.name, value: r.values[0] })),
    }],
  };
}

/** The ECharts option of a `kind` for `data`; `host` carries the settings as attributes. */
export function optionFor(kind, data, host, { dark, width, height, size, family }) {
  const theme = { ...(dark ? DARK : LIGHT), dark, family };
  const font = dark ? Math.max(11, Math.round(size * 0.9)) : 12;
  if (kind === "pie") return pie(data, host, theme, font);
  if (kind === "map") return map(data, host, theme, font, width, height);
  return cartesian(kind, data, host, theme, font, width);
}
