// Charts by ECharts, modular, drawn as SVG. Loaded only on pages with a <u-chart>.
// The table inside the element is the data: first column = categories, other columns = series.
// Under `default-src 'self'` ECharts may not write style attributes as text, so tooltips are drawn in the SVG
// (renderMode richText) instead of as HTML; everything else it sets through the DOM, which the policy allows.
import { BarChart, LineChart, MapChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, registerMap, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { optionFor, readTable } from "./chart-options.js";

use([BarChart, LineChart, MapChart, PieChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

const outlines = new Map();

/** Fetches an outline once; null when the operator supplied none. */
async function outline(address) {
  if (!outlines.has(address)) {
    outlines.set(address, fetch(address, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null));
  }
  const geo = await outlines.get(address);
  if (geo) registerMap(address, geo);
  return geo;
}

/** Draws the chart of one <u-chart> above its table; the table moves into a fold that opens by keyboard too. */
export async function draw(host) {
  const table = host.querySelector("table");
  if (!table) return;
  const data = readTable(table);
  const kind = host.getAttribute("kind") || "bar";
  if (!data.series.length || !data.rows.length) return;
  if (kind === "map" && !(host.getAttribute("geo") && (await outline(host.getAttribute("geo"))))) return;

  const box = document.createElement("div");
  box.className = `chart-box ${host.getAttribute("box") || ""}`.trim();
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", host.getAttribute("label") || table.caption?.textContent || "图表");
  host.prepend(box);
  if (!host.hasAttribute("keep-table")) fold(table);

  const chart = init(box, null, { renderer: "svg" });
  const dark = Boolean(host.closest(".screen"));
  // ECharts measures text itself, so it must be told the real family ("inherit" would measure another font)
  const paint = () => {
    const { fontSize, fontFamily } = getComputedStyle(box);
    chart.setOption(optionFor(kind, data, host, { dark, width: box.clientWidth, height: box.clientHeight, size: parseFloat(fontSize), family: fontFamily }), true);
  };
  paint();
  chart.on("click", (event) => {
    const row = data.rows[event.dataIndex] && kind !== "map" ? data.rows[event.dataIndex] : data.rows.find((r) => r.name === event.name || r.code === event.name);
    if (row && row.href) location.href = row.href;
  });
  let width = box.clientWidth;
  const resize = () => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    chart.resize();
    paint();
  };
  if (typeof ResizeObserver !== "undefined") new ResizeObserver(resize).observe(box);
  else addEventListener("resize", resize);
}

/** A page whose table stood folded before the chart was drawn keeps its own fold. */
function fold(table) {
  if (table.closest("details")) return;
  const wrap = table.closest(".tw") || table;
  const details = document.createElement("details");
  details.className = "chart-data";
  const summary = document.createElement("summary");
  summary.textContent = "看数据表";
  wrap.before(details);
  details.append(summary, wrap);
}
