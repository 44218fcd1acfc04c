// 码上助 with script: both steps without a network between them, what is typed kept on the phone, sent by itself, and a
// code that stays until it is noted. Without this script every form is an ordinary form.
import { askForSync, complain, fresh, quiet, register } from "../queue/page.js";
import { arm as armPhotos } from "./photos.js";
import { send } from "./send.js";
import { discard, draft, drafted, keep, noted, receipts, settle, waiting } from "./store.js";
import { show, toReceipt } from "./waiting.js";

/** How soon an open page tries again when the server was not reached, in milliseconds. */
const AGAIN = 4000;
const ROOM = { name: "demand", scope: "/hall/demand", worker: "/demand-worker.js" };
const DRAFT = "demand";
const form = document.querySelector("form[data-outbox]");
const box = document.querySelector("[data-demand-waiting]");
const photos = [];
/** Keys of forms this page has sent off and not seen answered: the service worker may hear the answer first. */
const pending = new Set();
let timer = 0;

const isDemand = () => form && form.dataset.outbox === "demand";

/** The fields as they are sent; photographs and buttons apart. */
function fieldsOf() {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "go");
}

// ——— two steps ———

function begin() {
  const template = form.querySelector("template[data-step-two]");
  if (!template) return;
  template.replaceWith(template.content.cloneNode(true));
  form.querySelector('[data-step="2"] button[value=back]').addEventListener("click", () => history.back());
  window.addEventListener("popstate", () => step(1, false));
  form.addEventListener("change", fit);
  fit();
}

/** Shows one of the two steps. */
function step(to, push = true) {
  const [one, two] = ["1", "2"].map((n) => form.querySelector(`[data-step="${n}"]`));
  if (!one || !two) return;
  one.hidden = to !== 1;
  two.hidden = to !== 2;
  form.elements.step.value = String(to);
  const words = document.querySelector("[data-progress]");
  if (words) words.textContent = to === 1 ? "第 1 步，共 2 步：说说情况" : "第 2 步，共 2 步：怎么联系您";
  document.querySelector("[data-bar]")?.classList.toggle("on", to === 2);
  if (to === 2 && push) history.pushState({ step: 2 }, "");
  window.scrollTo(0, 0);
  if (to === 2) (words || two).scrollIntoView({ block: "start" });
}

const onSecond = () => { const two = form.querySelector('[data-step="2"]'); return !!two && !two.hidden; };

/** A report has words of its own on the second step. */
function fit() {
  const type = form.elements.type && form.elements.type.value;
  for (const e of form.querySelectorAll("[data-for]")) e.hidden = e.dataset.for !== type;
  for (const e of form.querySelectorAll("[data-not]")) e.hidden = e.dataset.not === type;
}

/** What the first step needs; the server asks the same. */
function missing() {
  const faults = [], need = (field, message) => { if (form.elements[field] && !form.elements[field].value.trim()) faults.push({ field, message }); };
  need("type", "请选一项：您要办什么");
  need("subject", "请选一项：是哪方面的事");
  need("content", "请写几句：发生了什么事");
  need("place", "请选择在哪里；说不清就选最后一项");
  const content = form.elements.content;
  if (content && [...content.value.trim()].length > 5000) faults.push({ field: "content", message: `现在有 ${[...content.value.trim()].length} 个字，最多 5000 字。请先写要紧的，其余以后再补` });
  // A number the browser itself cannot read is empty to the page: it knows, and says so.
  const workers = form.elements.workers, count = workers ? workers.value.trim() : "";
  if (workers && ((workers.validity && workers.validity.badInput) || (count && !(/^\+?\d{1,10}$/.test(count) && Number(count) <= 4294967295)))) faults.push({ field: "workers", message: "人数请填数字，例如 12；不知道就空着" });
  const employer = form.elements.employer;
  if (employer && [...employer.value.trim()].length > 200) faults.push({ field: "employer", message: "单位名称最多 200 字" });
  return faults;
}

// ——— what is half typed ———

let saving = null;
function save() {
  if (!isDemand()) return;
  const fields = fieldsOf().filter(([name]) => !["key", "step", "at", "as"].includes(name));
  saving = draft({ name: DRAFT, fields, photos: [...photos] }).catch(() => {});
}

function fill(fields) {
  for (const [name, value] of fields) {
    const input = form.elements[name];
    if (!input || name === "key" || name === "step") continue;
    if (input.type === "checkbox") input.checked = true;
    else if (input.type !== "file") input.value = value;
  }
}

async function restore(redraw) {
  if (!isDemand() || !("fresh" in form.dataset)) return;
  const old = await drafted(DRAFT);
  if (!old || !old.fields.some(([name, value]) => value && name !== "type")) return;
  const typed = form.elements.content && form.elements.content.value;
  if (typed) return;
  fill(old.fields);
  photos.push(...old.photos);
  redraw();
  const note = document.createElement("div");
  note.className = "note note-y dm-note";
  const words = document.createElement("div");
  words.textContent = "上次没写完的，帮您留着。";
  const anew = document.createElement("button");
  anew.type = "button";
  anew.className = "btn btn-s";
  anew.textContent = "不要了，重新写";
  anew.addEventListener("click", async () => {
    empty(redraw);
    await discard(DRAFT);
    note.remove();
  });
  words.append(document.createElement("br"), anew);
  note.append(words);
  form.prepend(note);
}

function empty(redraw) {
  quiet(form);
  form.reset();
  for (const field of form.querySelectorAll("textarea, input.in:not([type=file])")) field.value = "";
  photos.splice(0);
  redraw();
  form.elements.key.value = fresh();
  if (isDemand()) {
    step(1, false);
    fit();
  }
}

// ——— sending ———

/** One line for the list of what waits. */
function says() {
  if (!isDemand()) return `补充的话：${form.elements.note.value.trim().slice(0, 20)}`;
  const chosen = form.elements.subject;
  const words = chosen.selectedOptions ? chosen.selectedOptions[0].textContent : "";
  return words ? `码上助：${words}` : "码上助";
}

async function submit(event, redraw) {
  event.preventDefault();
  if (isDemand() && !onSecond()) {
    const faults = missing();
    if (faults.length) return complain(form, faults);
    quiet(form);
    save();
    return step(2);
  }
  if (form.dataset.busy !== undefined) return;
  form.dataset.busy = "";
  const button = form.querySelector('[data-step="2"] .btn-p') || form.querySelector(".btn-p");
  const words = button.textContent;
  button.textContent = "正在送出……";
  try {
    const key = form.elements.key.value || fresh();
    form.elements.key.value = key;
    const item = { key, url: form.getAttribute("action"), kind: form.dataset.outbox, says: says(), fields: fieldsOf(), photos: [...photos], at: Date.now() };
    await keep(item);
    const { state, answers, faulty } = await send();
    const faults = faulty.get(key);
    if (faults) {
      await settle(key);
      if (isDemand()) step(faults.some((one) => one.step === 1) ? 1 : 2, false);
      complain(form, faults);
    } else if (answers.has(key)) {
      await saving;
      if (isDemand()) await discard(DRAFT);
      arrived(item, answers.get(key));
    } else {
      await saving;
      if (isDemand()) await discard(DRAFT);
      pending.add(key);
      empty(redraw);
      await askForSync(ROOM);
      await look(state);
      box?.scrollIntoView({ block: "center" });
      later();
    }
  } catch {
    // the phone refuses to store (private window, full): the ordinary way still works
    ordinary();
  } finally {
    delete form.dataset.busy;
    button.textContent = words;
  }
}

/** The ordinary way: the browser sends the form, photographs that were picked included where it lets us put them back. */
function ordinary() {
  try {
    const files = new DataTransfer();
    for (const photo of photos) files.items.add(new File([photo.blob], photo.name, { type: photo.blob.type }));
    form.elements.photo.files = files.files;
  } catch { /* an old browser: words only */ }
  form.submit();
}

/** It is there: on to the receipt, or to the case as it stands now. */
function arrived(item, said) {
  if (said.code) toReceipt(said.code);
  else toReceipt(item.fields.find(([name]) => name === "code")[1], "/hall/status");
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(go, AGAIN);
}

async function back(item) {
  await draft({ name: DRAFT, fields: item.fields, photos: item.photos });
  await settle(item.key);
  location.assign("/hall/demand");
}

const look = (state) => (box ? show(box, state, { half: form ? null : DRAFT, back }) : 0);

/** Sends what waits; the page that sent it goes on to the receipt, unless somebody types there again. */
async function go() {
  const { state } = await send();
  const left = await look(state);
  const first = (await receipts()).find((one) => pending.has(one.key));
  const typing = form && fieldsOf().some(([name, value]) => ["content", "note"].includes(name) && value);
  if (first && !typing) toReceipt(first.code);
  else if (left && state !== "trouble") later();
}

async function start() {
  if (form) {
    let redraw = () => {};
    if (isDemand()) begin();
    redraw = armPhotos(form, photos, save, (faults) => complain(form, faults));
    form.addEventListener("input", save);
    form.addEventListener("submit", (event) => submit(event, redraw));
    if (!form.elements.key.value) form.elements.key.value = fresh();
    await restore(redraw).catch(() => {});
    if (isDemand()) fit();
  }
  if (box) {
    box.querySelector("[data-send]").addEventListener("click", go);
    window.addEventListener("online", go);
    if (await look("")) {
      // what waited from an earlier visit leads to its receipt as well
      for (const item of await waiting()) pending.add(item.key);
      await go();
    }
  }
}

// ——— receipt, look-up ———

const said = document.querySelector("form[data-noted]");
if (said) {
  said.addEventListener("submit", async (event) => {
    if (!said.elements.noted.checked || said.dataset.gone) return;
    event.preventDefault();
    said.dataset.gone = "1";
    await noted(said.elements.code.value).catch(() => {});
    said.submit();
  });
}
// The receipt's QR carries the code behind #, which no server sees; here it becomes what was typed.
const lookUp = document.querySelector("input[data-from-hash]");
function fromHash() {
  if (location.hash.length < 2) return;
  lookUp.value = location.hash.slice(1).replace(/[^0-9A-Za-z]/g, "").slice(0, 40);
  history.replaceState(null, "", location.pathname);
}
if (lookUp) {
  fromHash();
  window.addEventListener("hashchange", fromHash);
}

if (form || box) start().catch(() => {});
if (location.pathname.startsWith(ROOM.scope)) register(ROOM);
// A page brought back by the back button offers a new form, not the one that was just sent.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && form) form.elements.key.value = fresh();
});
