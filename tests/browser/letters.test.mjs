// A document from draft to paper, as a town's officer does it; the paper measured against GB/T 9704-2012.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launch, noSidewaysScroll, open, shot, smallTargets } from "./lib/browser.mjs";
import { cookiesOf, start } from "./lib/program.mjs";

const POST = "镇街总工会干部";
const MM = 96 / 25.4;
let browser, program;

before(async () => {
  browser = await launch();
  program = await start();
});
after(async () => {
  await browser?.close();
  await program?.stop();
});

async function desk(options, body) {
  const page = await open(browser, options);
  try {
    await page.context().addCookies(await cookiesOf(browser, program, POST));
    await body(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

/** Drafts a notice for the officer's own town and fills it in; leaves the page on the document. */
async function draft(page) {
  await page.goto(`${program.url}/letters/new`);
  await page.locator('input[name="template"][value="letters.supervision_notice"]').check();
  const own = await page.locator("#f-organ option").evaluateAll((all) => all.map((o) => [o.value, o.textContent]).find(([, text]) => !text.includes("区总工会") && !text.includes("未登记"))?.[0]);
  await page.selectOption("#f-organ", own);
  await page.click("main form button.btn-p");
  await page.waitForURL(/\/edit$/);
  const words = { employer: "杭州演示制衣有限公司", place: "演示项目", as_of: "2026-11-19", facts: "你单位未支付46名职工2026年9月全月工资，合计138.6万元。", advice: "请足额支付所欠工资。", fix_by: "2026-11-25", attachments: "名单\n余额说明", copy_to: "演示镇人民政府", contact: "演示经办人", phone: "0571-00000000" };
  for (const [name, text] of Object.entries(words)) await page.fill(`#f-${name}`, text);
  await page.click("main form button.btn-p");
  await page.waitForURL(/done=saved/);
}

for (const [width, javaScript] of [[1440, true], [360, false]]) {
  test(`drafted, issued, served, at ${width}${javaScript ? "" : " without script"}`, () => desk({ width, javaScript }, async (page) => {
    await draft(page);
    assert.match(await page.locator("main").innerText(), /草稿[\s\S]*一、核实情况[\s\S]*2026年11月19日/);
    if (javaScript) assert.deepEqual(await axe(page), []);
    await page.fill("#f-signer", "演示签发人");
    await page.getByRole("button", { name: "签发并编号" }).click();
    await page.waitForURL(/done=issued/);
    assert.match(await page.locator("main").innerText(), /监提〔\d{4}〕[1-9]\d*号[\s\S]*核对一致/);
    await page.fill("#f-receiver", "前台");
    await page.getByRole("button", { name: "登记送达" }).click();
    await page.waitForURL(/done=served/);
    assert.match(await page.locator("main").innerText(), /剩 \d 天|今天到期/);
    if (javaScript) assert.deepEqual(await axe(page), []);
    assert.equal(await noSidewaysScroll(page), null);
    await shot(page, `letter-served-${width}`, { fullPage: true });
  }));
}

test("on paper: A4, text block 156 × 225 mm, 22 lines of 28 characters", () => desk({ width: 1440 }, async (page) => {
  await draft(page);
  await page.fill("#f-signer", "演示签发人");
  await page.getByRole("button", { name: "签发并编号" }).click();
  await page.waitForURL(/done=issued/);
  await page.goto((await page.locator('a[href$="/print"]').getAttribute("href")).replace(/^/, program.url));
  assert.deepEqual(await axe(page), []);
  await shot(page, "letter-print-1440", { fullPage: true });
  const sheet = await page.evaluate(() => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    const own = getComputedStyle(document.querySelector(".body p"));
    const page = box(".sheet");
    return {
      width: page.width, top: box(".head").top - page.top, left: box(".to").left - page.left, block: box(".to").width,
      masthead: box(".mast").top - page.top, line: parseFloat(own.lineHeight), size: parseFloat(own.fontSize), pitch: parseFloat(own.fontSize) + parseFloat(own.letterSpacing),
      red: getComputedStyle(document.querySelector(".mast")).color, rule: getComputedStyle(document.querySelector(".head")).borderBottomColor,
    };
  });
  const near = (found, mm, what) => assert.ok(Math.abs(found / MM - mm) < 0.3, `${what}: ${(found / MM).toFixed(2)} mm, should be ${mm}`);
  near(sheet.width, 210, "paper");
  near(sheet.top, 37, "top");
  near(sheet.left, 28, "left");
  near(sheet.block, 156, "text block");
  near(sheet.masthead, 37 + 35, "name of the organ");
  near(sheet.line * 22, 225, "22 lines");
  near(sheet.pitch * 28, 156, "28 characters");
  near(sheet.size, 16 * 25.4 / 72, "3号");
  assert.deepEqual([sheet.red, sheet.rule], ["rgb(255, 0, 0)", "rgb(255, 0, 0)"]);
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  assert.match(pdf, /\/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]/, "A4");
}));

test("the paper reads on a phone", () => desk({ width: 360 }, async (page) => {
  await page.goto(`${program.url}/letters?state=served`);
  const href = await page.locator("table[data-keys] th a").first().getAttribute("href");
  await page.goto(`${program.url}${href}/print`);
  assert.equal(await noSidewaysScroll(page), null);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(await smallTargets(page), []);
  await shot(page, "letter-print-360", { fullPage: true });
}));
