// 码上助 on a phone of 360 px: the network lost in the middle of the second step, sent twice, a receipt that stays until it
// is noted, looked up, added to, and said to be not solved; without script; by a poster that staff have printed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launch, noSidewaysScroll, open, shot, smallTargets } from "./lib/browser.mjs";
import { cookiesOf, start } from "./lib/program.mjs";

let browser, program;

before(async () => {
  browser = await launch();
  program = await start();
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

const go = (page, path) => page.goto(program.url + path, { waitUntil: "load" });
const phone = (options = {}) => open(browser, { width: 360, height: 740, ...options });
/** Errors of the network being away are what these tests are about. */
const faults = (page) => page.faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED|Failed to load resource|net::ERR/.test(fault));

async function clean(page, name) {
  assert.deepEqual(await axe(page), [], name);
  assert.equal(await noSidewaysScroll(page), null, name);
  assert.deepEqual(await smallTargets(page, 44), [], name);
  await shot(page, `demand-${name}`, { fullPage: true });
}

/** Fills in the first step; the place only where no poster says it. */
async function first(page, { type = "投诉", subject = "拖欠工资", content = "九月的工资没有发" } = {}) {
  await page.check(`input[name=type][value="${type}"]`);
  await page.selectOption("#f-subject", subject);
  await page.fill("#f-content", content);
  if (await page.locator("#f-place").count()) await page.selectOption("#f-place", "unknown");
}

const next = (page) => page.click('[data-step="1"] button[value=next]');
const send = (page) => page.click('[data-step="2"] button[value=send]');
const code = async (page) => (await page.locator(".dm-code").innerText()).replace(/\s/g, "");

/** Waits until the phone keeps the half typed words. */
const drafted = (page, words) => page.waitForFunction((text) => new Promise((done) => {
  const asked = indexedDB.open("niangjia-demand", 1);
  asked.onsuccess = () => {
    const got = asked.result.transaction("drafts").objectStore("drafts").get("demand");
    got.onsuccess = () => { asked.result.close(); done(!!got.result && got.result.fields.some(([, value]) => value === text)); };
  };
}), words);

/** Opens the address of the receipt's QR: the code stands behind # and fills in the field. */
async function lookUp(page, receipt) {
  await go(page, "/hall");
  await go(page, `/hall/status#${receipt}`);
  assert.equal(await page.inputValue("#f-code"), receipt);
  assert.equal(new URL(page.url()).hash, "");
  await page.click("main form .btn-p");
  await page.waitForSelector("#state");
}

/** Notes the code and goes on to the case. */
async function note(page) {
  await page.check("#f-noted");
  await page.click("form[data-noted] .btn-p");
  await page.waitForSelector("#state");
}

/** How many cases staff see whose line holds a word. */
async function listed(word) {
  const page = await open(browser);
  await page.context().addCookies(await cookiesOf(browser, program, "区总工会干部"));
  await go(page, "/cases?view=all&kind=cases.demand");
  const count = await page.locator("table[data-keys] th a", { hasText: word }).count();
  await page.context().close();
  return count;
}

test("the network goes in the middle of the second step: what was typed waits, is sent by itself, and is one case", async () => {
  const page = await phone();
  await go(page, "/hall/demand");
  // Nothing filled in: said at once, beside the fields.
  await next(page);
  assert.match(await page.locator(".errsum").innerText(), /发生了什么事/);
  await clean(page, "first-wrong");
  await first(page);
  await page.fill("#f-employer", "断网电子厂");
  await clean(page, "first");
  await next(page);
  await page.waitForSelector('[data-step="2"]:not([hidden])');
  await page.fill("#f-name", "王师傅");
  await page.context().setOffline(true);
  await page.fill("#f-phone", "13800001111");
  await page.setInputFiles("#f-photo", { name: "工资条.png", mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64") });
  await page.waitForSelector("[data-photos] li");
  await clean(page, "second");
  await send(page);
  await page.waitForSelector("[data-demand-waiting]:not([hidden])");
  assert.match(await page.locator("[data-demand-waiting]").innerText(), /没有网络/);
  await clean(page, "waiting");
  await page.context().setOffline(false);
  await page.waitForSelector(".dm-code", { timeout: 30_000 });
  await clean(page, "receipt");
  const receipt = await code(page);
  assert.equal(receipt.length, 12);
  assert.doesNotMatch(page.url(), new RegExp(receipt));
  assert.equal(await listed("断网电子厂"), 1);
  // It does not go away by itself: another page of the hall still says so.
  await go(page, "/hall");
  await page.waitForSelector("[data-demand-waiting]:not([hidden])");
  assert.match(await page.locator("[data-demand-waiting]").innerText(), /还没有记下/);
  await page.click("[data-demand-waiting] button:has-text('看回执')");
  await page.waitForSelector(".dm-code");
  await page.click("form[data-noted] .btn-p");
  await page.waitForSelector("#e-noted");
  await note(page);
  await go(page, "/hall");
  assert.equal(await page.locator("[data-demand-waiting]").isHidden(), true);
  assert.deepEqual(faults(page), []);
  await page.context().close();
});

test("a form that arrived and whose answer was lost is sent again and is one case", async () => {
  const page = await phone();
  await go(page, "/hall/demand");
  await first(page, { content: "答复丢在路上" });
  await page.fill("#f-employer", "重发玩具厂");
  await next(page);
  let arrived = 0;
  await page.route("**/hall/demand", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    arrived += 1;
    if (arrived > 1) return route.continue();
    // it arrives twice, and the phone hears of neither
    await route.fetch();
    await route.fetch();
    return route.abort("connectionreset");
  });
  await send(page);
  await page.waitForSelector(".dm-code", { timeout: 30_000 });
  assert.ok(arrived >= 1);
  assert.equal(await listed("重发玩具厂"), 1);
  await page.context().close();
});

test("a page killed half way gives back what was typed, also without a network", async () => {
  const page = await phone();
  const context = page.context();
  await go(page, "/hall/demand");
  await page.evaluate(async () => {
    const { active, installing, waiting } = await navigator.serviceWorker.ready;
    const worker = active || waiting || installing;
    if (worker.state !== "activated") await new Promise((done) => worker.addEventListener("statechange", () => worker.state === "activated" && done()));
  });
  await first(page, { content: "打到一半的话" });
  await drafted(page, "打到一半的话");
  await page.close({ runBeforeUnload: false });
  await context.setOffline(true);
  const again = await context.newPage();
  await again.goto(`${program.url}/hall/demand`);
  assert.match(await again.locator("main").innerText(), /现在没有网络/);
  await again.waitForFunction(() => document.querySelector("#f-content").value === "打到一半的话");
  await shot(again, "demand-offline", { fullPage: true });
  await context.close();
});

/** Waits until the service worker keeps the empty forms. */
const keeps = (page) => page.evaluate(async () => {
  const { active, installing, waiting } = await navigator.serviceWorker.ready;
  const worker = active || waiting || installing;
  if (worker.state !== "activated") await new Promise((done) => worker.addEventListener("statechange", () => worker.state === "activated" && done()));
});

/** How many cases of a kind staff see whose line holds a word. */
async function listedOf(kind, word) {
  const page = await open(browser);
  await page.context().addCookies(await cookiesOf(browser, program, "区总工会干部"));
  await go(page, `/cases?view=all&kind=${kind}`);
  const count = await page.locator("table[data-keys] th a", { hasText: word }).count();
  await page.context().close();
  return count;
}

test("法律援助 written where there is no network: kept, sent twice, one case, and the hour is on the receipt", async () => {
  const page = await phone();
  const context = page.context();
  await go(page, "/hall");
  await page.click('a.cell[href="/hall/demand/apply/legal_aid"]');
  await keeps(page);
  await next(page);
  assert.match(await page.locator(".errsum").innerText(), /跟哪家单位/);
  await clean(page, "aid-wrong");
  await context.setOffline(true);
  await go(page, "/hall/demand/apply/legal_aid");
  assert.match(await page.locator("main").innerText(), /现在没有网络/);
  assert.match(await page.locator("main").innerText(), /请工会派律师/);
  await page.fill("#f-respondent", "断网建筑公司");
  await page.check('input[name=subject][value="劳动报酬"]');
  await page.fill("#f-claim", "三个月没发工资，想仲裁");
  await page.check("#f-migrant");
  await page.selectOption("#f-place", "unknown");
  await clean(page, "aid-offline");
  await next(page);
  await page.waitForSelector('[data-step="2"]:not([hidden])');
  // who is to be called within the hour says who it is, and by which number: asked at once, also without a network
  await send(page);
  assert.match(await page.locator(".errsum").innerText(), /请填写您的姓名[^]*请填写手机号/);
  await page.fill("#f-name", "王某某");
  await page.fill("#f-phone", "12345");
  await clean(page, "aid-second");
  await send(page);
  await page.waitForSelector("[data-demand-waiting]:not([hidden])");
  // what only the server sees comes back to be put right, with every word
  await context.setOffline(false);
  await page.waitForSelector("[data-demand-waiting] button:has-text('取回来改')", { timeout: 30_000 });
  assert.match(await page.locator("[data-demand-waiting]").innerText(), /11 位/);
  await page.click("[data-demand-waiting] button:has-text('取回来改')");
  await page.waitForFunction(() => !("offline" in document.querySelector("form[data-outbox]").dataset) && document.querySelector("#f-respondent").value === "断网建筑公司");
  assert.equal(await page.isChecked("#f-migrant"), true);
  await next(page);
  await page.fill("#f-phone", "13800003333");
  assert.equal(await page.inputValue("#f-name"), "王某某");
  let arrived = 0;
  await page.route("**/hall/demand/apply/legal_aid", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    arrived += 1;
    if (arrived > 1) return route.continue();
    // it arrives twice, and the phone hears of neither
    await route.fetch();
    await route.fetch();
    return route.abort("connectionreset");
  });
  await send(page);
  await page.waitForSelector(".dm-code", { timeout: 30_000 });
  assert.match(await page.locator("main").innerText(), /先打电话联系您/);
  await clean(page, "aid-receipt");
  assert.equal(await listedOf("cases.legal_aid", "断网建筑公司"), 1);
  await note(page);
  assert.match(await page.locator("main").innerText(), /工会先打电话联系您/);
  await clean(page, "aid-case");
  assert.deepEqual(faults(page).filter((fault) => !/422/.test(fault)), []);
  await context.close();
});

test("调解 by a worker who has signed in: no name to type, and it is among one's own", async () => {
  const page = await phone();
  await page.context().addCookies(await cookiesOf(browser, program, "职工"));
  await go(page, "/hall/demand/apply/mediation");
  await page.fill("#f-respondent", "调解服装厂");
  await page.selectOption("#f-subject", "解除终止劳动合同");
  await page.fill("#f-claim", "干了十二天被辞退，没有给钱");
  await page.fill("#f-claimed", "三千");
  await page.selectOption("#f-place", "own");
  await next(page);
  assert.match(await page.locator(".errsum").innerText(), /请填多少元/);
  await page.fill("#f-claimed", "3000");
  await clean(page, "mediation-first");
  await next(page);
  assert.match(await page.locator('[data-step="2"]').innerText(), /您已登录/);
  await clean(page, "mediation-second");
  await send(page);
  await page.waitForSelector(".dm-code");
  await note(page);
  assert.match(await page.locator("main").innerText(), /已收到调解申请/);
  await clean(page, "mediation-case");
  await go(page, "/hall/demand/mine");
  assert.match(await page.locator("main").innerText(), /劳动争议调解：解除终止劳动合同（调解服装厂）/);
  assert.equal(await listedOf("cases.mediation", "调解服装厂"), 1);
  // and at a desk's width
  const wide = await open(browser, { width: 1440, height: 900 });
  for (const path of ["/hall", "/hall/demand/apply/mediation", "/hall/demand/apply/legal_aid"]) {
    await go(wide, path);
    assert.deepEqual(await axe(wide), [], path);
    await shot(wide, `demand-wide${path.replace(/\W+/g, "-")}`, { fullPage: true });
  }
  await wide.context().close();
  assert.deepEqual(faults(page), []);
  await page.context().close();
});

test("looked up by the code, added to, answered, judged, not solved", async () => {
  const page = await phone();
  await go(page, "/hall/demand");
  await first(page, { type: "求助", subject: "困难帮扶", content: "家里失火，想问能不能帮一把" });
  await page.fill("#f-employer", "回访服装厂");
  await next(page);
  await page.fill("#f-phone", "12345");
  await send(page);
  await page.waitForSelector(".errsum");
  assert.match(await page.locator(".errsum").innerText(), /11 位/);
  assert.equal(await page.inputValue("#f-content"), "家里失火，想问能不能帮一把");
  await page.fill("#f-phone", "13800002222");
  await send(page);
  await page.waitForSelector(".dm-code");
  const receipt = await code(page);
  await note(page);
  await clean(page, "case");
  await lookUp(page, receipt);
  // Words while there is no network wait as well.
  await page.context().setOffline(true);
  await page.fill("#f-note", "补一句：孩子要上学");
  await page.click("form[data-outbox=add] .btn-p");
  await page.waitForSelector("[data-demand-waiting]:not([hidden])");
  await page.context().setOffline(false);
  await page.waitForFunction(() => document.querySelector("[data-demand-waiting]").hidden, null, { timeout: 30_000 });
  await lookUp(page, receipt);
  assert.equal((await page.locator("main").innerText()).match(/补一句：孩子要上学/g).length, 1);
  await answered("回访服装厂");
  await lookUp(page, receipt);
  await page.waitForSelector("#again");
  await clean(page, "answered");
  assert.match(await page.locator("main").innerText(), /已送去慰问金/);
  await page.check('input[name=solved][value="没有解决"]');
  await page.check('input[name=satisfied][value="不满意"]');
  await page.click("form[action$='/rate'] button");
  await page.waitForSelector("text=评价已经记下");
  await page.fill("#f-why", "钱没有收到");
  await page.click("form[action$='/again'] button");
  await page.waitForSelector("text=已经重新办理");
  assert.match(await page.locator("#state").innerText(), /正在办/);
  await clean(page, "reopened");
  assert.deepEqual(faults(page), []);
  await page.context().close();
});

/** Staff accept the case and answer it. */
async function answered(word) {
  const page = await open(browser);
  await page.context().addCookies(await cookiesOf(browser, program, "区总工会干部"));
  await go(page, "/cases?view=all&kind=cases.demand");
  const href = await page.locator("table[data-keys] th a", { hasText: word }).first().getAttribute("href");
  for (const verb of ["accept", "answer"]) {
    await go(page, `${href}/do/${verb}`);
    if (verb === "answer") {
      await page.selectOption("select[name=closing]", "solved");
      await page.fill("[name='field.reply']", "已送去慰问金和生活用品");
    }
    await page.click("main form .btn-p");
    await page.waitForURL(/done=/);
  }
  await page.context().close();
}

test("without script: two pages, a receipt, a photograph that is too large loses no word", async () => {
  const page = await phone({ javaScript: false });
  await go(page, "/hall/demand");
  await first(page, { type: "举报", subject: "安全卫生", content: "车间的门锁着" });
  await page.click("button[value=next]");
  assert.match(await page.locator("main").innerText(), /您的身份会密封/);
  await shot(page, "demand-sealed", { fullPage: true });
  await page.setInputFiles("#f-photo", { name: "大.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(20 << 20, 255) });
  await page.click("button[value=send]");
  assert.match(await page.locator(".errsum").innerText(), /20 MB，一张最大 5 MB/);
  assert.equal(await page.locator('input[name=content]').getAttribute("value"), "车间的门锁着");
  await page.click("button[value=send]");
  assert.equal((await code(page)).length, 12);
  assert.match(await page.locator("main").innerText(), /谁也帮您找不回来/);
  await page.click("form.dm-noted .btn-p");
  assert.match(await page.locator("main").innerText(), /请先记下查询码/);
  await page.check("#f-noted");
  await page.click("form.dm-noted .btn-p");
  assert.match(await page.locator("main").innerText(), /没有人打开过/);
  await page.context().close();
});

test("staff print a poster, a phone scans it, and it is withdrawn", async () => {
  const desk = await open(browser);
  await desk.context().addCookies(await cookiesOf(browser, program, "镇街总工会干部"));
  await go(desk, "/cases");
  await desk.click('a[href="/posters"]');
  await desk.click('a[href="/posters/new"]');
  await desk.fill("#f-spot", "3 号门");
  await desk.click("main form .btn-p");
  await desk.waitForURL(/done=made/);
  assert.deepEqual(await axe(desk), []);
  await shot(desk, "demand-poster", { fullPage: true });
  const address = (await desk.locator(".code-box + p").innerText()).trim();
  await desk.click('a[href$="/print"]');
  await desk.waitForSelector(".poster");
  assert.deepEqual(await axe(desk), []);
  await shot(desk, "demand-poster-print", { fullPage: true });
  const pdf = (await desk.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
  assert.equal((pdf.match(/\/Type\s*\/Page\b(?!s)/g) || []).length, 1, "one sheet");
  const page = await phone();
  await page.goto(address);
  assert.match(await page.locator(".site").first().innerText(), /3 号门/);
  assert.equal(await page.locator("#f-place").count(), 0);
  await clean(page, "scanned");
  // Scanned where there is no network, or opened again there: the phone knows what this poster says.
  await keeps(page);
  await page.context().setOffline(true);
  await page.goto(`${program.url}/hall/demand?at=${address.split("/").pop()}`);
  assert.match(await page.locator("main").innerText(), /现在没有网络/);
  await page.waitForSelector(".site:has-text('3 号门')");
  assert.equal(await page.locator("#f-place").count(), 0);
  await clean(page, "scanned-offline");
  await first(page, { type: "咨询", subject: "社会保险", content: "没有网络时扫的码" });
  await next(page);
  await send(page);
  await page.waitForSelector("[data-demand-waiting]:not([hidden])");
  await page.context().setOffline(false);
  await page.waitForSelector(".dm-code", { timeout: 30_000 });
  await note(page);
  await desk.goBack();
  assert.match(await desk.locator("main").innerText(), /1 件|来了 1/);
  await desk.fill("#f-why", "工地完工");
  await desk.click('form[action$="/revoke"] button');
  await desk.waitForURL(/done=revoked/);
  await page.goto(address);
  assert.match(await page.locator("main").innerText(), /停用或过期/);
  assert.equal(await page.locator("#f-place").count(), 1);
  await page.context().close();
  await desk.context().close();
});

test("signed in: name and phone need no typing, and the case is among one's own", async () => {
  const page = await phone();
  await page.context().addCookies(await cookiesOf(browser, program, "职工"));
  await go(page, "/hall");
  await page.click('a.help[href="/hall/demand"]');
  await first(page, { type: "咨询", subject: "社会保险", content: "换了工作，社保怎么转" });
  await next(page);
  assert.match(await page.locator('[data-step="2"]').innerText(), /您已登录/);
  await clean(page, "signed-in");
  await send(page);
  await page.waitForSelector(".dm-code");
  await note(page);
  await go(page, "/hall");
  assert.match(await page.locator("main").innerText(), /我的事/);
  await clean(page, "home");
  await page.click("#cases + a.cell");
  await page.waitForSelector("#state");
  // Half typed: the home page says so.
  await go(page, "/hall/demand");
  await page.fill("#f-content", "还有一件");
  await drafted(page, "还有一件");
  await go(page, "/hall");
  await page.waitForSelector("[data-demand-waiting]:has-text('一份没写完')");
  await clean(page, "home-draft");
  assert.deepEqual(faults(page), []);
  await page.context().close();
});
