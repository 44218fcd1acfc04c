// The weekly round with script: answers are first stored on the phone, then sent; without a network they wait, and the
// list of this week's employers is what the phone remembers. Without this script every form is an ordinary form.
import { arm as armPhotos } from "../demand/photos.js";
import { askForSync, complain, fieldsOf, fresh, quiet, reached, register, says, today } from "../queue/page.js";
import { senderOf } from "../queue/send.js";
import { storeOf } from "../queue/store.js";

const ROOM = { name: "sentinel", scope: "/sentinel", worker: "/sentinel-worker.js" };
const store = storeOf(ROOM.name);
const send = senderOf(store, "/sentinel/sync");
const root = document.querySelector("[data-sentinel]");
/** How soon an open page tries again when the server was not reached, in milliseconds. */
const AGAIN = 4000;
const SAYS = says("答的", "您的答案");
const HERE = /^\/sentinel\/([0-9a-f-]{36})$/;

/** Monday of the week a day lies in. */
function monday(day) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** A waiting check-in as one line. */
function words({ name, fields, faults, photos }) {
  const yes = Object.values(fields).filter((value) => value === "yes").length;
  const pictures = photos && photos.length ? `，${photos.length} 张照片` : "";
  const line = `${name}，${fields.answered_on}，${yes ? `${yes} 项“有”` : "都没有"}${pictures}`;
  return faults ? `${line}（要改一下：${faults.map((f) => f.message).join("；")}）` : line;
}

/** Shows what waits, and why; a check-in that cannot be taken can be answered anew or dropped. */
async function show(owner, state) {
  const box = root.querySelector("[data-waiting]");
  const list = await store.waiting(owner);
  box.hidden = !list.length;
  box.querySelector("[data-say]").textContent = SAYS[state] || `有 ${list.length} 家还在这部手机上。`;
  box.querySelector("[data-list]").replaceChildren(...list.map((change) => {
    const item = document.createElement("li");
    item.textContent = words(change);
    if (change.faults) {
      const drop = document.createElement("button");
      drop.type = "button";
      drop.className = "btn btn-s";
      drop.textContent = "重新答";
      drop.addEventListener("click", async () => {
        await store.settle([change]);
        location.assign(`/sentinel/${change.fields.employer}`);
      });
      item.append(" ", drop);
    }
    return item;
  }));
  for (const row of root.querySelectorAll("li[data-place]")) row.hidden = list.some((change) => change.fields.employer === row.dataset.place);
  return list;
}

/** Remembers whom to visit: the list as the server drew it. A list narrowed to a name is not the round. */
async function remember(owner) {
  if (!root.dataset.week || "part" in root.dataset) return;
  const due = [...root.querySelectorAll("li[data-place]")].map(({ dataset }) => ({ id: dataset.place, name: dataset.name, last: dataset.last, repeat: !!dataset.repeat }));
  const done = [...root.querySelectorAll("li[data-done]")].map(({ dataset }) => ({ id: dataset.done, name: dataset.name, done: true }));
  await store.remember("round", { owner, week: root.dataset.week, total: +root.dataset.total, checked: +root.dataset.checked, places: [...due, ...done] });
}

/** Whom to visit, as far as the phone knows; in another week than the remembered one everybody anew. */
async function recall(owner) {
  const round = await store.recall("round");
  if (!round || round.owner !== owner) return { total: 0, checked: 0, places: [] };
  if (round.week === monday(today())) return round;
  return { ...round, checked: 0, places: round.places.map(({ id, name }) => ({ id, name, last: "" })) };
}

/** The kept page: the list, or the questions about the employer whose address was wanted. */
async function drawOffline(owner) {
  const round = await recall(owner);
  const waits = new Set((await store.waiting(owner)).map((change) => change.fields.employer));
  const due = round.places.filter((place) => !place.done && !waits.has(place.id));
  root.querySelector("[data-sum]").hidden = !round.total;
  root.querySelector("[data-count]").textContent = round.checked + round.places.filter((place) => !place.done && waits.has(place.id)).length;
  root.querySelector("[data-all]").textContent = round.total;
  root.querySelector("[data-none]").hidden = round.places.length > 0;
  root.querySelector("[data-places]").replaceChildren(...due.map((place) => {
    const item = document.createElement("li");
    item.dataset.place = place.id;
    const link = document.createElement("a");
    link.href = `/sentinel/${place.id}`;
    link.textContent = place.name;
    const bold = document.createElement("b");
    bold.append(link);
    const last = document.createElement("small");
    last.textContent = place.last || "";
    const box = document.createElement("div");
    box.append(bold, last);
    item.append(box);
    return item;
  }));
  const wanted = location.pathname.match(HERE);
  const place = wanted && round.places.find((one) => one.id === wanted[1]);
  root.querySelector("[data-ask]").hidden = !place;
  root.querySelector("[data-due]").hidden = !!place;
  if (!place) return;
  const form = root.querySelector("form[data-keep]");
  form.dataset.place = place.id;
  form.dataset.name = place.name;
  root.querySelector("[data-title]").textContent = place.name;
  const same = root.querySelector("[data-same]");
  same.hidden = !place.repeat;
  // last week's answers may only be taken over where they held no worry
  same.addEventListener("click", () => {
    for (const no of form.querySelectorAll('input[type=radio][value="no"]')) no.checked = true;
    form.elements.same.value = "1";
  });
}

/** An answer that is changed by hand is not last week's. */
function own(form) {
  form.addEventListener("change", (event) => {
    if (event.target.type === "radio" && event.target.value === "yes") form.elements.same.value = "";
  });
}

/** Puts photographs back into their box, for the ordinary way of sending. */
function putBack(form, photos) {
  const box = new DataTransfer();
  for (const { name, blob } of photos) box.items.add(new File([blob], name, { type: blob.type }));
  form.elements.photo.files = box.files;
}

function arm(form, owner) {
  own(form);
  const photos = [];
  armPhotos(form, photos, () => quiet(form), (faults) => complain(form, faults));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy !== undefined) return;
    form.dataset.busy = "";
    try {
      const id = form.elements.key.value || fresh();
      const missing = [...form.querySelectorAll("fieldset[data-field]")].filter((set) => !set.querySelector(":checked"));
      if (missing.length) {
        complain(form, missing.map((set) => ({ field: set.dataset.field, message: `还没有答：${set.querySelector("legend").textContent}` })));
        return;
      }
      const fields = { ...fieldsOf(form), employer: form.dataset.place, answered_on: today() };
      // answered again before it was sent: the later answers go
      const older = (await store.waiting(owner)).filter((change) => change.fields.employer === fields.employer && change.id !== id);
      await store.keep({ id, edited_at: Date.now(), owner, name: form.dataset.name, fields, photos: [...photos] });
      await store.settle(older);
      form.elements.key.value = id;
      const { state, faulty, outcomes } = await send(owner);
      const faults = faulty.get(id);
      if (faults) {
        await store.settle(await store.waiting(owner).then((list) => list.filter((change) => change.id === id)));
        form.elements.key.value = fresh();
        complain(form, faults);
      } else if (state === "sent") {
        location.assign(`/sentinel?done=${outcomes.get(id) || "kept"}`);
      } else {
        await askForSync(ROOM);
        location.assign("/sentinel");
      }
    } catch {
      // the phone refuses to store (private window, full): the ordinary way still works where there is a network
      if (!("offline" in root.dataset)) {
        putBack(form, photos);
        form.submit();
      }
    } finally {
      delete form.dataset.busy;
    }
  });
}

async function begin() {
  let owner = root.dataset.sentinel;
  const offline = "offline" in root.dataset;
  if (owner) {
    await store.remember("owner", owner);
    await remember(owner);
  } else {
    owner = await store.recall("owner");
  }
  if (!owner) return;
  if (offline) await drawOffline(owner);
  root.querySelectorAll("form[data-keep]").forEach((form) => arm(form, owner));
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(go, AGAIN);
  };
  const go = async () => {
    const before = (await store.waiting(owner)).length;
    const { state, outcomes } = before ? await send(owner) : { state: "sent", outcomes: new Map() };
    const left = await show(owner, state);
    const busy = root.querySelector("form[data-keep] :checked") || (document.activeElement && document.activeElement.matches("input, textarea"));
    if (state === "offline") later();
    // the round on screen is older than what just arrived; nobody is taken away from questions that are being answered
    else if (state === "sent" && left.length < before && !busy) location.assign(`/sentinel?done=${[...outcomes.values()].includes("also") ? "also" : "kept"}`);
    else if (state === "sent" && offline && !left.length) {
      if (!busy && await reached()) location.reload();
      else later();
    }
  };
  root.querySelector("[data-send]").addEventListener("click", go);
  window.addEventListener("online", go);
  await go();
}

if (root) {
  begin().catch(() => {});
  register(ROOM);
}
// A page brought back by the back button offers new answers, not the ones that were just kept.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-keep]")) if (form.elements.key) form.elements.key.value = fresh();
});
