// The notebook's pages with script: what is written is first stored on the phone, then sent; without a network it waits.
// Without this script every form is an ordinary form.
import { askForSync, complain, fieldsOf, fresh, reached, register, says, today } from "../queue/page.js";
import { senderOf } from "../queue/send.js";
import { storeOf } from "../queue/store.js";

const ROOM = { name: "notebook", scope: "/hall/notebook", worker: "/notebook-worker.js" };
const store = storeOf(ROOM.name);
const { keep, recall, remember, settle, waiting } = store;
const send = senderOf(store, "/hall/notebook/sync");
const root = document.querySelector("[data-notebook]");
const DRAFT = "nj-notebook-draft";
/** How soon an open page tries again when the server was not reached, in milliseconds. */
const AGAIN = 4000;
const SAYS = says("记的", "您的记录");
const KINDS = { work: "出工", pay: "收到钱", terms: "说好的工钱", evidence: "手上的证据", note: "一句话" };

/** A waiting change as one line. */
function words({ fields, remove, faults }) {
  if (remove) return "删除一条";
  const parts = [fields.day, KINDS[fields.kind]];
  if (fields.hours) parts.push(`${fields.hours} 小时`);
  if (fields.overtime) parts.push(`加班 ${fields.overtime} 小时`);
  if (fields.amount) parts.push(`${fields.amount} 元`);
  if (fields.note) parts.push(fields.note.slice(0, 20));
  const line = parts.filter(Boolean).join(" ");
  return faults ? `${line}（要改一下：${faults.map((f) => f.message).join("；")}）` : line;
}

/** Shows what waits, and why; each line that cannot be taken can be put right or dropped. */
async function show(owner, state) {
  const box = root.querySelector("[data-waiting]");
  if (!box) return;
  const list = await waiting(owner);
  box.hidden = !list.length;
  box.querySelector("[data-say]").textContent = SAYS[state] || `有 ${list.length} 条还在这部手机上。`;
  box.querySelector("[data-list]").replaceChildren(...list.map((change) => {
    const item = document.createElement("li");
    item.textContent = words(change);
    if (change.faults) {
      const drop = document.createElement("button");
      drop.type = "button";
      drop.className = "btn btn-s";
      drop.textContent = "取回来改";
      drop.addEventListener("click", () => back(owner, change));
      item.append(" ", drop);
    }
    return item;
  }));
}

/** A change that was not taken becomes the draft of its form again. */
async function back(owner, change) {
  localStorage.setItem(`${DRAFT}-${owner}-${change.fields.kind}`, JSON.stringify(change.fields));
  await settle([change]);
  location.assign(`/hall/notebook/add?kind=${change.fields.kind}`);
}

/** Keeps what is half typed, so that a killed page loses nothing. */
function draft(form, owner) {
  const kind = form.elements.kind.value;
  const name = `${DRAFT}-${owner}-${kind}`;
  const old = form.dataset.keep ? null : localStorage.getItem(name);
  if (old) {
    for (const [field, value] of Object.entries(JSON.parse(old))) {
      const input = form.elements[field];
      if (!input || field === "kind") continue;
      if (input.type === "checkbox") input.checked = input.value === value;
      else input.value = value;
    }
  }
  if (!form.dataset.keep) form.addEventListener("input", () => localStorage.setItem(name, JSON.stringify(fieldsOf(form))));
  return () => { if (!form.dataset.keep) localStorage.removeItem(name); };
}

/** Whether anything was entered: the day, the kind and the key are there by themselves, and so is what a list begins with. */
function saysSomething(form) {
  return [...form.elements].some((e) => {
    if (!e.name || e.type === "hidden" || e.name === "day") return false;
    if (e.tagName === "SELECT") return e.value !== ([...e.options].find((o) => o.defaultSelected) || e.options[0]).value;
    return e.type === "checkbox" || e.type === "radio" ? e.checked : e.value.trim() !== "";
  });
}

/** The earlier day somebody tapped: what was half typed for another day, and a page kept for want of a network, know nothing
 *  of it. */
function tapped(form) {
  const asked = new URLSearchParams(location.search), day = asked.get("day") || "";
  return (asked.get("kind") || "work") === form.elements.kind.value && /^\d{4}-\d\d-\d\d$/.test(day) && day < today() ? day : "";
}

function arm(form, owner) {
  const done = draft(form, owner);
  const day = form.elements.day;
  if (day && !form.dataset.keep && tapped(form)) day.value = tapped(form);
  if (day && !day.value) day.value = today();
  if (form.elements.hours && !form.elements.hours.value && form.elements.kind.value === "work" && !form.dataset.keep) form.elements.hours.value = "8";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // a second tap on a form that was emptied after the first: nothing new was said
    if (form.dataset.busy !== undefined || (form.dataset.kept !== undefined && !saysSomething(form))) return;
    form.dataset.busy = "";
    const button = form.querySelector("button:not([type=button])");
    if (button) button.disabled = true;
    try {
      const id = form.dataset.keep || (form.elements.key && form.elements.key.value) || fresh();
      const fields = fieldsOf(form);
      await keep({ id, edited_at: Date.now(), owner, fields });
      done();
      const { state, faulty } = await send(owner);
      const faults = faulty.get(id);
      if (faults) {
        await settle(await waiting(owner).then((list) => list.filter((change) => change.id === id)));
        if (!form.dataset.keep) localStorage.setItem(`${DRAFT}-${owner}-${fields.kind}`, JSON.stringify(fields));
        complain(form, faults);
      } else if (state === "sent") {
        location.assign(`/hall/notebook?m=${(fields.day || "").slice(0, 7)}&done=kept`);
      } else {
        // emptied at once: whoever goes on typing must not lose the first words
        form.querySelectorAll(".err, .errsum").forEach((e) => e.remove());
        form.reset();
        form.dataset.kept = "";
        if (day) day.value = today();
        if (form.elements.key) form.elements.key.value = fresh();
        await askForSync(ROOM);
        await show(owner, state);
        root.querySelector("[data-waiting]").scrollIntoView({ block: "center" });
      }
    } catch {
      // the phone refuses to store (private window, full): the ordinary way still works
      form.submit();
    } finally {
      delete form.dataset.busy;
      if (button) button.disabled = false;
    }
  });
}

async function begin() {
  let owner = root.dataset.notebook;
  if (owner) {
    await remember("owner", owner);
    await remember("size", document.documentElement.dataset.size || "");
  } else {
    owner = await recall("owner");
    // kept in the type of the day it was stored; the worker's own choice is the later one
    const size = await recall("size");
    if (size !== undefined) document.documentElement.dataset.size = size;
    const wanted = new URLSearchParams(location.search).get("kind");
    for (const sheet of wanted ? root.querySelectorAll("details[data-kind]") : []) sheet.open = sheet.dataset.kind === wanted;
  }
  if (!owner) return;
  root.querySelectorAll("form[data-keep]").forEach((form) => arm(form, owner));
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(go, AGAIN);
  };
  const go = async () => {
    const before = (await waiting(owner)).length;
    const { state } = before ? await send(owner) : { state: "sent" };
    const left = (await waiting(owner)).length;
    await show(owner, state);
    const typing = document.activeElement && document.activeElement.matches("input, select, textarea");
    if (state === "offline") later();
    // the month on screen is older than what just arrived
    else if (state === "sent" && left < before && !root.querySelector("form[data-keep]")) location.reload();
    else if (state === "sent" && "offline" in root.dataset && !left) {
      // this page is only for when there is no network; nobody is taken away from a field
      if (!typing && await reached()) location.assign("/hall/notebook");
      else later();
    }
  };
  root.querySelector("[data-send]")?.addEventListener("click", go);
  window.addEventListener("online", go);
  await go();
}

if (root) {
  begin().catch(() => {});
  register(ROOM);
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// A page brought back by the back button offers a new entry, not the one that was just kept.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-keep='']")) if (form.elements.key) form.elements.key.value = fresh();
});
