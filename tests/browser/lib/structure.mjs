// What a screen reader makes of a page: its accessibility tree as Chromium hands it to one, and what is wrong with it.

/** Roles that a person operates: each must say what it is. */
const CONTROLS = new Set(["button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "switch", "slider", "spinbutton", "menuitem", "tab", "DisclosureTriangle", "Date", "DateTime", "InputTime"]);
/** Roles that divide a page; where a role comes twice, the names tell them apart. */
const LANDMARKS = new Set(["banner", "navigation", "main", "complementary", "contentinfo", "region", "search", "form"]);

/** The nodes a screen reader walks through, in its order: role, name, level and the like. */
export async function spoken(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const out = [];
  const walk = (node, depth, inside) => {
    const role = node.role?.value ?? "";
    const property = (name) => node.properties?.find((one) => one.name === name)?.value?.value;
    if (!node.ignored) out.push({ role, name: (node.name?.value ?? "").trim(), level: property("level"), live: property("live"), invalid: property("invalid"), depth, inside });
    for (const id of node.childIds ?? []) if (byId.has(id)) walk(byId.get(id), depth + 1, node.ignored ? inside : [...inside, role]);
  };
  const root = nodes.find((node) => !node.parentId);
  if (root) walk(root, 0, []);
  return out;
}

/** What would leave somebody who only listens without a way: a list of sentences, empty when the page is clear. */
export async function structureFaults(page) {
  const nodes = await spoken(page);
  const faults = [];
  const of = (...roles) => nodes.filter((node) => roles.includes(node.role));
  if (!of("RootWebArea")[0]?.name) faults.push("the page has no title");
  if ((await page.getAttribute("html", "lang")) !== "zh-CN") faults.push("the language is not said");
  if (of("main").length !== 1) faults.push(`${of("main").length} main landmarks`);
  for (const role of ["banner", "contentinfo"]) if (of(role).length > 1) faults.push(`${of(role).length} landmarks ${role}`);
  const headings = of("heading");
  const tops = headings.filter((one) => one.level === 1);
  if (tops.length !== 1) faults.push(`${tops.length} headings of level 1: ${tops.map((one) => one.name).join(", ")}`);
  if (tops.length === 1 && !tops[0].inside.includes("main") && !tops[0].inside.includes("banner")) faults.push("the first heading stands outside of main");
  let last = 0;
  for (const { level, name } of headings) {
    if (level > last + 1 && last > 0) faults.push(`after a heading of level ${last} comes one of level ${level}: ${name}`);
    if (!name) faults.push(`a heading of level ${level} says nothing`);
    last = level;
  }
  for (const { role, name, inside } of nodes) if (CONTROLS.has(role) && !name) faults.push(`a ${role} without a name in ${inside.slice(-3).join(" > ")}`);
  for (const role of LANDMARKS) {
    // forms and regions divide a page only when they have a name
    const names = of(role).map((one) => one.name).filter((name) => name || !["form", "region"].includes(role));
    if (names.length > 1 && new Set(names).size < names.length) faults.push(`landmarks ${role} cannot be told apart: ${names.map((name) => name || "(none)").join(", ")}`);
  }
  // what lies inside of a named picture belongs to it
  for (const { role, name, inside } of of("img", "image", "dialog", "progressbar", "meter")) if (!name && !inside.some((above) => ["img", "image"].includes(above))) faults.push(`a ${role} without a name`);
  return faults;
}

/** Ways past the navigation: the page begins in its content (a field to type in), or the first tab stop leads there. */
export async function skipFault(page) {
  if (await page.evaluate(() => Boolean(document.activeElement?.closest("main")))) return null;
  await page.keyboard.press("Tab");
  const target = await page.evaluate(() => {
    const href = document.activeElement?.getAttribute("href") ?? "";
    const place = href.startsWith("#") ? document.getElementById(href.slice(1)) : null;
    return place ? Boolean(place.closest("main") || place.matches("main")) : null;
  });
  return target ? null : "the first tab stop does not lead to the content";
}
