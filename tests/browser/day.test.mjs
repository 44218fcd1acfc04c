// A whole day of the desk (一天的预警台): data comes in, colours change, three levels act, clocks run out and climb, the
// program is killed and comes back to clocks that came due meanwhile, money is paid, the alert closes on evidence,
// and the score sheet is printed. The clock is a practice clock, so that the day is always the same Monday.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { axe, launch, noSidewaysScroll, open, shot } from "./lib/browser.mjs";
import { cookiesOf, start } from "./lib/program.mjs";

const DISTRICT = "区总工会干部", TOWN = "镇街总工会干部", VILLAGE = "村社工会哨点", OTHER_TOWN = "一人两岗";
const UNIT = "杭州恒航商贸有限公司";
const LIVE_LIMIT = 20_000;

let browser, program, token, employer, number;

before(async () => {
  browser = await launch();
  program = await start({ clock: "2026-06-01 08:35" });
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

const pages = [];

/** A window of a post; on a phone when `width` says so. */
async function as(post, width = 1440) {
  const page = await open(browser, { width, height: width < 760 ? 740 : 900 });
  await page.context().addCookies(await cookiesOf(browser, program, post));
  pages.push(page);
  return page;
}

const go = (page, path) => page.goto(program.url + path, { waitUntil: "load" });

/** Closes the windows of a step and looks at what went wrong in them. */
async function done() {
  for (const page of pages.splice(0)) {
    // a live page whose server was ended says so in the console
    const faults = page.faults.filter((fault) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/.test(fault));
    await page.context().close();
    assert.deepEqual(faults, []);
  }
}

const call = (method, path, body, key) => fetch(program.url + path, {
  method,
  headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...(key ? { "idempotency-key": key } : {}) },
  body: body && JSON.stringify(body),
});

/** A signal of another office, by the interface. */
async function signal(kind, day, fields, key = `${kind}-${day}`) {
  const answer = await call("POST", "/api/signals", { employer, kind, day, fields, verified: true, reference: key }, key);
  const text = await answer.text();
  assert.equal(answer.status < 300, true, text);
  return JSON.parse(text);
}

const row = (page) => page.locator("#alerts").locator("xpath=ancestor::section").locator("tbody tr", { hasText: UNIT });

/** Waits until the open page shows the unit in a colour, without a reload by hand. */
async function turns(page, colour) {
  await row(page).filter({ hasText: colour }).waitFor({ timeout: LIVE_LIMIT });
}

/** The case page of the alert, as this post sees it. */
async function file(page) {
  await go(page, `/warnings/${number}`);
  await page.click("a:has-text('去处置')");
  await page.waitForURL(/\/cases\/[0-9a-f-]{36}/);
  return new URL(page.url()).pathname;
}

/** Fills a form by the names of its fields and sends it. */
async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`main [name="${name}"]`).first();
    if (value instanceof RegExp) await field.selectOption(await field.locator("option", { hasText: value }).first().getAttribute("value"));
    else if (typeof value === "object") await field.setInputFiles(value);
    else if (await field.getAttribute("type") === "radio") await page.locator(`main [name="${name}"][value="${value}"]`).check();
    else if (await field.evaluate((e) => e.tagName) === "SELECT") await field.selectOption(value);
    else await field.fill(value);
  }
  await page.locator("main form.fm button.btn-p").click();
  await page.waitForLoadState();
}

/** Does a verb of the alert's case; returns what the form says when it refuses. */
async function does(page, verb, fields = {}) {
  await go(page, `${await file(page)}/do/${verb}`);
  await fill(page, fields);
  const refused = page.locator(".errsum");
  return (await refused.count()) ? refused.innerText() : "";
}

/** A paper that was scanned: what is said in it is beside the point, that it is one is not. */
const paper = (name) => ({ name, mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n") });

test("08:35 the security administrator gives another office a key, and it finds the unit", async () => {
  const page = await as("安全管理员");
  await go(page, "/tokens");
  await fill(page, { name: "线索交换", login: "quzong", expires: "2026-12-31" });
  token = await page.locator("code.secret").innerText();
  const found = await call("GET", `/api/employers?q=${encodeURIComponent(UNIT)}`).then((a) => a.json());
  employer = found.items[0].id;
  assert.match(employer, /^[0-9a-f-]{36}$/);
  await done();
});

test("data comes in and three open desks show blue by themselves; the neighbouring town sees nothing", async () => {
  const desks = [await as(VILLAGE, 360), await as(TOWN), await as(DISTRICT)];
  const foreign = await as(OTHER_TOWN);
  for (const page of [...desks, foreign]) {
    await go(page, "/warnings");
    assert.equal(await row(page).count(), 0);
  }
  await signal("complaint", "2026-05-30", { people: 4 });
  await signal("tension", "2026-06-01", { felt: 1 });
  await Promise.all(desks.map((page) => turns(page, "蓝")));
  number = (await row(desks[2]).locator("a").first().getAttribute("href")).split("/").pop();
  await go(foreign, "/warnings");
  assert.equal(await row(foreign).count(), 0);
  const answer = await foreign.goto(`${program.url}/warnings/${number}`);
  assert.equal(answer.status(), 404);
  foreign.faults = foreign.faults.filter((fault) => !/404/.test(fault));
  await shot(desks[0], "day-1-village-blue");
  await shot(desks[2], "day-1-district-blue");
  await done();
});

test("the same report sent twice counts once", async () => {
  const again = await signal("complaint", "2026-05-30", { people: 4 });
  assert.equal(again.outcome, "new", "the answer of the first time is given again");
  const other = await signal("complaint", "2026-05-30", { people: 4 }, "complaint-2026-05-30-other-key");
  assert.ok(other, "another reference is another report");
});

test("level one, on a phone: rings the unit, goes there, and leaves a record", async () => {
  const page = await as(VILLAGE, 360);
  assert.equal(await does(page, "contact", { note: "电话联系，负责人称货款未到，下周发薪" }), "");
  assert.match(await does(page, "visit", { note: "到店看了工资表" }), /走访记录/);
  assert.equal(await does(page, "visit", {
    note: "到店看了工资表，欠一个月", evidence: "visit_record", evidence_text: "工资表照片，四人签字", file: paper("走访记录.pdf"),
  }), "");
  assert.equal(await noSidewaysScroll(page), null);
  assert.deepEqual(await axe(page), []);
  await shot(page, "day-2-village-visited");
  await done();
});

test("wages sixteen days late: yellow, and the town takes over and meets the owner", async () => {
  const town = await as(TOWN);
  await go(town, "/warnings");
  await signal("wage_overdue", "2026-06-01", { days: 16, workers: 8, amount: 6_400_000 }, "overdue-first");
  await turns(town, "黄");
  assert.equal(await does(town, "accept"), "");
  assert.match(await does(town, "list_workers", { "field.workers": "-3", "field.amount": "六万四" }), /./);
  assert.equal(await does(town, "list_workers", { "field.workers": "8", "field.amount": "64,000" }), "");
  assert.equal(await does(town, "meet", { note: "约谈法定代表人，承诺三日内拿出方案" }), "");
  await done();
});

test("thirty-one days and twelve workers: the red line; the district commands, and tells the labour office", async () => {
  const [town, district] = [await as(TOWN), await as(DISTRICT)];
  await go(district, "/warnings");
  await signal("wage_overdue", "2026-06-01", { days: 31, workers: 12, amount: 9_600_000 }, "overdue-second");
  await turns(district, "红");
  await go(district, `/warnings/${number}`);
  const why = await district.locator("main").innerText();
  assert.match(why, /红线：/);
  assert.match(why, /怎样降级/);
  assert.match(why, /数据缺口/);
  await shot(district, "day-3-district-red", { fullPage: true });
  assert.equal(await does(town, "notify", { evidence: "notice_record", evidence_text: "电话通报派出所、人社所、社区" }), "");
  assert.equal(await does(district, "command", { note: "启动区级指挥，预备应急周转金" }), "");
  await go(district, `/warnings/${number}/do/push`);
  await fill(district, { office: "区人力资源和社会保障局", acknowledgement: "LBJC-2026-118", note: "附名册和金额" });
  await go(district, `/warnings/${number}`);
  assert.match(await district.locator("main").innerText(), /LBJC-2026-118/);
  await done();
});

test("killed on Monday, started on Friday: the plan's clock ran out, responsibility climbed, the colour did not change", async () => {
  await program.again({ clock: "2026-06-05 08:40", kill: true });
  const district = await as(DISTRICT);
  await go(district, "/workbench");
  await district.locator("main", { hasText: UNIT }).first().waitFor({ timeout: LIVE_LIMIT });
  assert.match(await district.locator("main").innerText(), /超时|逾期/);
  await shot(district, "day-4-district-first-screen", { fullPage: true });
  await go(district, await file(district));
  const text = await district.locator("main").innerText();
  assert.match(text, /拿出支付方案[\s\S]*(超时|逾期)/);
  assert.match(text, /承办 杭州市临平区总工会/);
  await go(district, "/warnings");
  await turns(district, "红");
  await done();
});

test("the district hands the payment back to the town by name; the money comes; who handled it may not call back", async () => {
  const [town, district] = [await as(TOWN), await as(DISTRICT)];
  assert.match(await does(district, "transfer", { note: "请镇街盯到付清" }), /由谁接办/);
  assert.equal(await does(district, "transfer", { next: /^乔司街道总工会，/, note: "请镇街盯到付清" }), "");
  assert.equal(await does(town, "agree_plan", {
    "field.workers": "12", "field.amount": "96,000", "field.plan_until": "2026-06-12", evidence: "plan", evidence_text: "盖章的支付方案", file: paper("支付方案.pdf"),
  }), "");
  assert.equal(await does(town, "pay", { "field.workers_paid": "5", "field.amount_paid": "40,000", evidence: "payment_proof", evidence_text: "银行代发明细", evidence_amount: "40,000" }), "");
  assert.equal(await does(town, "paid", { "field.workers": "12", "field.workers_paid": "12", "field.amount_paid": "96,000", evidence: "payment_proof", evidence_text: "银行代发明细，十二人" }), "");
  // calling back is offered to somebody else, not to who handled it
  for (const [page, offered] of [[town, 0], [district, 1]]) {
    await file(page);
    assert.equal(await page.locator("main [href$='/do/call_back']").count(), offered);
  }
  for (const whom of ["工人甲", "工人乙"]) {
    assert.equal(await does(district, "call_back", { whom, solved: "yes", satisfied: "yes", note: "电话回访，钱已到账" }), "");
  }
  await done();
});

test("closing too early is refused with what is missing; ninety quiet days later it closes on its evidence", async () => {
  const ask = async (page) => {
    await go(page, `/warnings/${number}/do/close`);
    await fill(page, { closing: "turnover", note: "十二人全部付清，两人回访属实" });
    const refused = page.locator(".errsum");
    return (await refused.count()) ? refused.innerText() : "";
  };
  const early = await as(DISTRICT);
  assert.match(await ask(early), /90 天|安静/);
  await shot(early, "day-5-close-refused");
  await done();
  await program.again({ clock: "2026-09-07 08:40" });
  const district = await as(DISTRICT);
  // what the desk itself saw still stands, and that offices fell silent lowers nothing: no lower colour is proposed
  await go(district, "/warnings");
  await row(district).waitFor({ timeout: LIVE_LIMIT });
  assert.doesNotMatch(await row(district).innerText(), /规则建议/);
  // the nights that were missed are made up for meanwhile: who is told that something changed looks again
  const until = Date.now() + LIVE_LIMIT;
  let said = await ask(district);
  while (/刷新页面/.test(said) && Date.now() < until) said = await ask(district);
  assert.equal(said, "");
  await go(district, `/warnings/${number}`);
  assert.match(await district.locator("h1").innerText(), /已销号/);
  await shot(district, "day-6-closed", { fullPage: true });
  await go(district, "/warnings");
  assert.equal(await row(district).count(), 0);
  await done();
});

test("the score sheet is printed: rules beside baselines, every miss listed", async () => {
  const out = mkdtempSync(join(tmpdir(), "niangjia-score-"));
  try {
    const done = spawnSync(program.binary, ["alert", "backtest", "--dir", program.folder, "--rules", join(import.meta.dirname, "../../definitions/rules/composite.toml"), "--from", "2025-09", "--to", "2026-05", "--out", out], { encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
    const files = readdirSync(out);
    const sheet = JSON.parse(readFileSync(join(out, files.find((name) => name.endsWith(".json"))), "utf8"));
    assert.ok(JSON.stringify(sheet).includes("precision"));
    const page = await open(browser);
    await page.goto(pathToFileURL(join(out, files.find((name) => name.endsWith(".html")))).href);
    assert.match(await page.locator("body").innerText(), /没有走在前面的/);
    await shot(page, "day-7-score", { fullPage: true });
    await page.context().close();
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
