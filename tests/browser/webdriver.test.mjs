// The three faces through the standard protocol (W3C WebDriver, ChromeDriver): what is clicked is visible and free, what
// is typed goes through the keyboard, and what is looked for is found by the name that assistive technology is told.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./lib/program.mjs";
import { KEYS, webdriver } from "./lib/webdriver.mjs";

let driver, program;

before(async () => {
  driver = await webdriver();
  program = await start();
});
after(async () => {
  await driver?.stop();
  await program?.stop();
});

async function signedIn(post, size, body) {
  const session = await driver.session(size);
  try {
    const account = program.accounts.find((one) => one.post === post);
    await session.go(`${program.url}/login`);
    const login = await session.find('input[name="login"]');
    assert.deepEqual(await session.heard(login), { role: "textbox", name: "账号" });
    await session.type(login, account.login);
    await session.type(await session.find('input[name="password"]'), account.password + KEYS.enter);
    await body(session, (path) => session.go(program.url + path));
  } finally {
    await session.close();
  }
}

test("console: an officer goes from the first screen to the roster and searches it", () => signedIn("区总工会干部", { width: 1440, height: 900 }, async (session) => {
  await session.click(await session.find('nav a[href="/members"]'));
  const search = await session.find("[data-search]");
  const { role, name } = await session.heard(search);
  assert.match(role, /^(textbox|searchbox)$/);
  assert.notEqual(name, "");
  await session.type(search, "zh" + KEYS.enter);
  assert.match(await session.text(await session.find(".chip")), /zh/);
  const row = await session.find("table[data-keys] tbody a[href^='/members/']");
  const found = await session.heard(row);
  assert.equal(found.role, "link");
  await session.click(row);
  assert.match(await session.url(), /\/members\/[0-9a-f-]{36}$/);
}));

test("hall: a worker on a phone finds the way to help and is told what is missing", () => signedIn("职工", { width: 500, height: 900 }, async (session) => {
  await session.click(await session.find('a[href^="/hall/demand"]'));
  const send = await session.find("main form button.btn-p");
  assert.equal((await session.heard(send)).role, "button");
  await session.type(send, KEYS.enter); // by keyboard: the fixed bar below may cover what nobody has scrolled to yet
  assert.notEqual(await session.text(await session.find(".errsum")), "");
}));

test("screen: the overview of the district goes down to a town", () => signedIn("区总工会领导", { width: 1920, height: 1080 }, async (session, go) => {
  await go("/screen");
  const town = await session.find('[aria-label="下级组织各项比率"] th a[href^="/screen"]');
  const { role, name } = await session.heard(town);
  assert.equal(role, "link");
  await session.click(town);
  assert.match(await session.text(await session.find('[aria-label="下钻路径"]')), new RegExp(name));
}));
