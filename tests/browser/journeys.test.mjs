// What people really do, step by step, in the running program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { axe, here, launch, open, shot } from "./lib/browser.mjs";
import { start } from "./lib/program.mjs";

let browser, program;

before(async () => {
  browser = await launch();
  program = await start();
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

async function journey(options, body) {
  const page = await open(browser, options);
  try {
    await body(page, (path) => page.goto(program.url + path), program.accounts);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

async function enter(page, account) {
  await page.fill('input[name="login"]', account.login);
  await page.fill('input[name="password"]', account.password);
  await page.click("main form button.btn-p");
  await page.waitForLoadState();
}

test("without script: sign in, take the other of two posts, sign out", () => journey({ width: 360, javaScript: false }, async (page, go, accounts) => {
  await go("/login");
  await enter(page, accounts.find((a) => a.post === "一人两岗"));
  await go("/posts/switch");
  const posts = page.locator(".posts button");
  assert.equal(await posts.count(), 2);
  const other = page.locator(".posts button:not([aria-current])");
  const name = (await other.innerText()).split("\n")[0].trim();
  await other.click();
  await go("/posts/switch");
  assert.match(await page.locator(".posts button[aria-current]").innerText(), new RegExp(name));
  await page.locator("summary.who").click();
  await page.getByRole("button", { name: "退出登录" }).click();
  await go("/me");
  assert.equal(new URL(page.url()).pathname, "/login");
}));

test("a wrong password: the reasons take focus, the name stays, nothing is given away", () => journey({}, async (page, go, accounts) => {
  await go("/login");
  await enter(page, { login: accounts[0].login, password: "not-the-password" });
  const said = await page.locator(".errsum").innerText();
  assert.ok(await page.evaluate(() => document.activeElement.classList.contains("errsum")));
  assert.equal(await page.inputValue('input[name="login"]'), accounts[0].login);
  assert.equal(await page.inputValue('input[name="password"]'), "");
  assert.match(await page.title(), /^错误：/);
  assert.deepEqual(await axe(page), []);
  await go("/login");
  await enter(page, { login: "nobody-at-all", password: "not-the-password" });
  assert.equal(await page.locator(".errsum").innerText(), said, "an unknown name and a wrong password say the same");
  page.faults = page.faults.filter((fault) => !/status of 401/.test(fault)); // the refused sign-in itself
}));

test("the roster with the keyboard alone: search, walk the rows, open one, come back; the picture of the readme", () => journey({ width: 1440, height: 860 }, async (page, go, accounts) => {
  await go("/login");
  await enter(page, accounts.find((a) => a.post === "区总工会干部"));
  await go("/members");
  await page.waitForSelector("table[data-keys]");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const name = await page.evaluate(() => document.activeElement.textContent);
  const second = page.locator("table[data-keys] tbody tr").nth(1);
  assert.equal(await second.getAttribute("class"), "cur");
  const picture = await shot(page, "readme-roster");
  if (process.env.PICTURES) { // PICTURES=1 node tests/browser/run.mjs journeys renews the pictures of the documents
    const folder = join(here, "../../docs/images");
    mkdirSync(folder, { recursive: true });
    copyFileSync(picture, join(folder, "roster.png"));
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/members\/[0-9a-f-]{36}$/);
  assert.match(await page.locator("h1").innerText(), new RegExp(name.slice(0, 1)));
  await page.goBack();
  await page.keyboard.press("/");
  assert.ok(await page.evaluate(() => document.activeElement.hasAttribute("data-search")));
  await page.keyboard.type("zh");
  await page.keyboard.press("Enter");
  await page.waitForSelector('.chip');
}));

test("the workbench's list with J, K and Enter, as its footer promises; the same in what a search found", () => journey({ width: 1440, height: 860 }, async (page, go, accounts) => {
  await go("/login");
  await enter(page, accounts.find((a) => a.post === "区总工会干部"));
  const walk = async () => {
    const links = await page.locator("[data-keys] li a[href]").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.ok(links.length > 1, "something to walk through");
    const at = () => page.evaluate(() => document.activeElement.getAttribute("href"));
    await page.keyboard.press("j");
    assert.equal(await at(), links[0]);
    await page.keyboard.press("j");
    assert.equal(await at(), links[1]);
    assert.equal(await page.locator("li.cur").count(), 1, "one row is marked");
    await page.keyboard.press("k");
    assert.equal(await at(), links[0]);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname + url.search === links[0]);
  };
  await go("/workbench");
  await walk();
  await go("/search?q=" + encodeURIComponent("公司"));
  await walk();
}));

test("workbench, roster and member page with the keyboard alone: every step shows where it is", () => journey({ width: 1440, height: 860 }, async (page, go, accounts) => {
  await go("/login");
  await enter(page, accounts.find((a) => a.post === "区总工会干部"));
  const tabTo = async (wanted, most = 120) => {
    for (let i = 0; i < most; i += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate((selector) => {
        const e = document.activeElement;
        const style = getComputedStyle(e);
        return { there: e.matches(selector), ring: e === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2), what: `${e.tagName} ${e.textContent.slice(0, 20)}` };
      }, wanted);
      assert.ok(at.ring, `no ring on ${at.what}`);
      if (at.there) return;
    }
    assert.fail(`${wanted} is not reached by Tab`);
  };
  await go("/workbench");
  await page.keyboard.press("Tab"); // 跳到主要内容
  await page.keyboard.press("Enter");
  await tabTo('main a[href^="/applications"]');
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/applications/);
  await go("/members");
  await tabTo('select[name="g"]');
  await page.keyboard.press("End");
  await page.waitForURL(/[?&]g=/);
  await tabTo(".favs summary");
  await page.keyboard.press("Enter");
  await tabTo("#fav-name");
  await page.keyboard.type("键盘存的");
  await page.keyboard.press("Enter");
  await page.waitForSelector('.favs a.go:has-text("键盘存的")');
  await go("/members");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/members\/[0-9a-f-]{36}$/);
  await tabTo('a[href$="/reveal/phone"], a[href*="/reveal/"]');
  await page.keyboard.press("Enter");
  await page.waitForSelector('[name="reason"], [name="why"]');
}));
