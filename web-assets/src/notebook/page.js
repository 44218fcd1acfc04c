// The notebook's pages with script: what is written is first stored on the phone, then sent; without a network it waits.
// Without this script every form is an ordinary form.
import { keep, recall, remember, settle, waiting } from "./store.js";
import { send } from "./send.js";

const root = document.querySelector("[data-notebook]");
const DRAFT = "nj-notebook-draft";
/** How soon an open page tries again when the server was not reached, in milliseconds. */
const AGAIN = 4000;
const SAYS = {
  offline: "没有网络。存在这部手机上，有网时自动送出，不会丢。",
  signin: "要先登录，才能送出。记的都还在这部手机上。",
  other: "这部手机上登录的是另一个人，您的记录要您自己登录后才送出。",
  trouble: "暂时送不出去。记的都还在这部手机上，稍后再试。",
};
const KINDS = { work: "出工", pay: "收到钱", terms: "说好的工钱", evidence: "手上的证据", note: "一句话" };

/** A key for a new entry; randomUUID is missing on plain http. */
function fresh() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function fieldsOf(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) if (name !== "key") fields[name] = value;
  return fields;
}

/** Today in China, where the notebook is kept, whatever the phone is set to. */
function today() {
  return new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);
}

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

/** Puts what was refused beside its fields, as the server would. */
function complain(form, faults) {
  form.querySelectorAll(".err, .errsum").forEach((e) => e.remove());
  form.querySelectorAll(".fld.bad").forEach((e) => e.classList.remove("bad"));
  const sum = document.createElement("div");
  sum.className = "errsum";
  sum.tabIndex = -1;
  sum.setAttribute("role", "alert");
  const head = document.createElement("h2");
  head.textContent = `有 ${faults.length} 处需要改一下`;
  const list = document.createElement("ul");
  for (const { field, message } of faults) {
    const input = form.elements[field];
    const link = document.createElement("a");
    link.href = `#${input && input.id}`;
    link.textContent = message;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
    const box = input && input.closest && input.closest(".fld");
    if (!box) continue;
    box.classList.add("bad");
    const said = document.createElement("p");
    said.className = "err";
    said.textContent = message;
    input.before(said);
  }
  sum.append(head, list);
  form.prepend(sum);
  sum.focus();
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

function arm(form, owner) {
  const done = draft(form, owner);
  const day = form.elements.day;
  if (day && !day.value) day.value = today();
  if (form.elements.hours && !form.elements.hours.value && form.elements.kind.value === "work" && !form.dataset.keep) form.elements.hours.value = "8";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy !== undefined) return;
    form.dataset.busy = "";
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
        if (day) day.value = today();
        if (form.elements.key) form.elements.key.value = fresh();
        await askForSync();
        await show(owner, state);
        root.querySelector("[data-waiting]").scrollIntoView({ block: "center" });
      }
    } catch {
      // the phone refuses to store (private window, full): the ordinary way still works
      form.submit();
    } finally {
      delete form.dataset.busy;
    }
  });
}

/** Lets the browser send by itself when the network returns, even with the page closed (where it can). */
async function askForSync() {
  const worker = navigator.serviceWorker && await navigator.serviceWorker.getRegistration("/hall/notebook");
  if (worker && worker.sync) await worker.sync.register("notebook").catch(() => {});
}

/** Whether the server really answers: browsers say "online" as soon as there is any network. */
function reached() {
  return fetch("/healthz", { cache: "no-store" }).then((answer) => answer.ok, () => false);
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
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/notebook-worker.js", { scope: "/hall/notebook" }).catch(() => {});
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// A page brought back by the back button offers a new entry, not the one that was just kept.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-keep='']")) if (form.elements.key) form.elements.key.value = fresh();
});
