// What was typed is not lost: the session ends in the middle of a form, the network goes, a submission never arrives.
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

async function phone({ post = "职工", ...options } = {}) {
  const page = await open(browser, { width: 360, height: 740, ...options });
  await page.context().addCookies(await cookiesOf(browser, program, post));
  return page;
}

const go = (page, path) => page.goto(program.url + path, { waitUntil: "load" });
const WORDS = "班组长说“下月发”\n已经两个月了 <b>&";
const NOTE = "/hall/notebook/add?kind=note";

/** Signs in on the page that holds what was typed. */
async function signIn(page, post, password) {
  const account = program.accounts.find((one) => one.post === post);
  await page.fill("#f-login", account.login);
  await page.fill("#f-password", password || account.password);
  await page.click("form[action='/login'] button");
  await page.waitForLoadState("load");
}

test("a form without script outlives its session, and a wrong password", async () => {
  const page = await phone({ javaScript: false });
  await go(page, NOTE);
  await page.fill("#f-note", WORDS);
  await page.context().clearCookies();
  await page.click("form[action='/hall/notebook/add'] button");
  assert.match(await page.locator("main").innerText(), /登录过期了[\s\S]*没有交出去，也没有丢/);
  await shot(page, "unsent-login-360", { fullPage: true });
  await signIn(page, "职工", "不对的口令");
  assert.match(await page.locator("main").innerText(), /口令不正确/);
  await signIn(page, "职工");
  assert.match(await page.locator("main").innerText(), /刚才填的还在/);
  await shot(page, "unsent-again-360", { fullPage: true });
  await page.getByRole("button", { name: "接着交" }).click();
  await page.waitForURL(/\/hall\/notebook\?/);
  assert.match(await page.locator("main").innerText(), /班组长说“下月发”/);
  await page.context().close();
});

test("both pages of the way back are clean and fit a phone", async () => {
  const page = await phone();
  await go(page, "/hall/requests/correct");
  const box = page.locator("main form textarea").first();
  await box.fill(WORDS);
  await page.context().clearCookies();
  await page.locator("main form button").first().click();
  await page.waitForLoadState("load");
  for (const step of ["登录过期了", "刚才填的还在"]) {
    assert.match(await page.locator("main").innerText(), new RegExp(step));
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(await smallTargets(page, 24), []);
    assert.equal(await noSidewaysScroll(page), null);
    if (step === "登录过期了") await signIn(page, "职工");
  }
  await page.context().close();
});

test("without a network a visit's form stays, and what broke off is put back", async () => {
  const page = await phone({ post: "区总工会干部" });
  await go(page, "/cases/new?kind=cases.visit");
  const address = page.url();
  const purpose = page.locator("main form textarea").first();
  await purpose.fill(WORDS);
  await page.context().setOffline(true);
  await page.locator("main form button.btn-p").first().click();
  await page.waitForSelector("[data-unsent]");
  assert.match(await page.locator("[data-unsent]").innerText(), /现在没有网络，还没有送出/);
  assert.equal(page.url(), address);
  assert.equal(await purpose.inputValue(), WORDS);
  assert.deepEqual(await axe(page), []);
  await page.context().setOffline(false);
  // The line holds, and what is sent never arrives.
  await page.route("**/cases/new*", (route) => (route.request().method() === "POST" ? route.abort("connectionreset") : route.continue()));
  await page.locator("main form button.btn-p").first().click();
  await page.waitForURL(/chrome-error/);
  await page.unroute("**/cases/new*");
  await go(page, "/cases");
  await go(page, "/cases/new?kind=cases.visit");
  assert.match(await page.locator("[data-unsent]").innerText(), /上次填的没有送到，放回来了/);
  assert.equal(await page.locator("main form textarea").first().inputValue(), WORDS);
  await shot(page, "unsent-put-back-360", { fullPage: true });
  // An answer that something is wrong with the program is none.
  const sorry = await page.request.get(`${program.url}/nowhere`);
  await page.route("**/cases/new*", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    return route.fulfill({ status: 503, headers: { "content-type": "text/html; charset=utf-8" }, body: await sorry.text() });
  });
  await page.locator("main form button.btn-p").first().click();
  await page.waitForSelector("h1:has-text('没有找到')");
  await page.unroute("**/cases/new*");
  await go(page, "/cases/new?kind=cases.visit");
  assert.equal(await page.locator("main form textarea").first().inputValue(), WORDS);
  // An answer came: nothing is put back any more.
  await page.locator("main form button.btn-p").first().click();
  await page.waitForSelector(".errsum:not([data-unsent])");
  await go(page, "/cases/new?kind=cases.visit");
  assert.equal(await page.locator("[data-unsent]").count(), 0);
  assert.equal(await page.locator("main form textarea").first().inputValue(), "");
  await page.context().close();
});
