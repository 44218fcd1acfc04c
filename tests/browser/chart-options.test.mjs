// The pure half of charts: from cells to an ECharts option.
import assert from "node:assert/strict";
import { test } from "node:test";
import { marks, numberOf, optionFor, steps } from "../../web-assets/src/chart-options.js";

const cell = (textContent, v) => ({ textContent, dataset: v === undefined ? {} : { v } });
const host = (attributes) => ({ getAttribute: (name) => attributes[name] ?? null, hasAttribute: (name) => name in attributes });
const data = { series: [{ name: "红", level: "red", pattern: "solid" }, { name: "黄", level: "yel", pattern: "stripes" }], rows: [{ name: "1 月", values: [14, null] }, { name: "2 月", values: [11, 3] }] };
const screen = { dark: false, width: 400, size: 14, family: "serif" };

test("numbers of cells: separators, units, minus sign, nothing", () => {
  assert.equal(numberOf(cell("193,604 人")), 193604);
  assert.equal(numberOf(cell("92.4%")), 92.4);
  assert.equal(numberOf(cell("−31")), -31);
  assert.equal(numberOf(cell("—")), null);
  assert.equal(numberOf(cell("九成", "0.9")), 0.9);
  assert.equal(numberOf(undefined), null);
});

test("threshold lines: several, broken parts left out", () => {
  assert.deepEqual(marks("90:目标 90%;60:下限"), [{ value: 90, name: "目标 90%" }, { value: 60, name: "下限" }]);
  assert.deepEqual(marks("x:y;;70"), []);
  assert.deepEqual(marks(null), []);
});

test("map steps cover every value, also when all are equal", () => {
  const five = steps([61.5, 70, 88.1, 92.4], ["a", "b", "c", "d", "e"]);
  assert.deepEqual(five.map((s) => s.label), ["≥ 61", "≥ 67", "≥ 73", "≥ 80", "≥ 86"]);
  assert.equal(five[0].lt, five[1].gte);
  assert.equal(five[4].lt, Infinity);
  const one = steps([7, 7], ["a", "b", "c", "d", "e"]);
  assert.equal(one.length, 1);
  assert.ok(one[0].gte <= 7 && one[0].lt > 7);
});

test("series keep their level colours, gaps stay gaps, tooltips are never HTML", () => {
  const option = optionFor("bar", data, host({ stack: "", unit: "家" }), screen);
  assert.deepEqual(option.color, ["#c8232a", "#bd8100"]);
  assert.deepEqual(option.series.map((s) => s.data), [[14, 11], [null, 3]]);
  assert.equal(option.series[1].stack, "all");
  assert.equal(option.tooltip.renderMode, "richText");
  assert.equal(option.tooltip.valueFormatter(3), "3家");
  assert.equal(option.tooltip.valueFormatter(null), "无数据");
  assert.ok(option.aria.decal.show, "two series need patterns, not only colours");
  assert.equal(option.series[0].itemStyle.decal.color, "rgba(0,0,0,0)", "solid is without lines");
  assert.equal(option.series[1].itemStyle.decal.rotation, -Math.PI / 4, "the pattern of the level, as on the map");
});

test("a map keeps its shape: as high as a wide box, as wide as a narrow one", () => {
  const rates = { series: [{ name: "入会率" }], rows: [{ name: "东镇", values: [61] }, { name: "西镇", values: [92] }] };
  const place = (width, attributes = {}) => {
    const [one] = optionFor("map", rates, host({ geo: "/g.json", ...attributes }), { ...screen, width, height: 280 }).series;
    return [one.left, one.right ?? null, one.bottom ? "bottom" : null, one.aspectScale];
  };
  assert.deepEqual(place(900), ["center", null, "bottom", 0.75]);
  assert.deepEqual(place(340, { flat: "" }), [8, 8, null, 1]);
});
