// What pages share whose forms are kept on the phone first and sent when there is a network.

/** Why something still waits; `kept` names what was written, `mine` whose it is. */
export const says = (kept, mine) => ({
  offline: "没有网络。存在这部手机上，有网时自动送出，不会丢。",
  signin: `要先登录，才能送出。${kept}都还在这部手机上。`,
  other: `这部手机上登录的是另一个人，${mine}要您自己登录后才送出。`,
  trouble: `暂时送不出去。${kept}都还在这部手机上，稍后再试。`,
});

/** A key for a new entry; randomUUID is missing on plain http. */
export function fresh() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What a form says in words, without its key; files go their own way. */
export function fieldsOf(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) if (name !== "key" && typeof value === "string") fields[name] = value;
  return fields;
}

/** Today in China, where the records are kept, whatever the phone is set to. */
export function today() {
  return new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);
}

/** Takes away what was said of a form before. */
export function quiet(form) {
  form.querySelectorAll(".err, .errsum").forEach((e) => e.remove());
  form.querySelectorAll(".fld.bad").forEach((e) => e.classList.remove("bad"));
}

/** Puts what was refused beside its fields, as the server would. */
export function complain(form, faults) {
  quiet(form);
  const sum = document.createElement("div");
  sum.className = "errsum";
  sum.tabIndex = -1;
  sum.setAttribute("role", "alert");
  const head = document.createElement("h2");
  head.textContent = `有 ${faults.length} 处需要改一下`;
  const list = document.createElement("ul");
  for (const { field, message } of faults) {
    const found = form.elements[field];
    // of several buttons of one name the first stands for all
    const input = found && !found.tagName ? found[0] : found;
    const link = document.createElement("a");
    if (input) link.href = `#${input.id}`;
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
    (input.closest("[data-choices], .opt") || input).before(said);
  }
  sum.append(head, list);
  form.prepend(sum);
  sum.focus();
}

/** Lets the browser send by itself when the network returns, even with the page closed (where it can). */
export async function askForSync(room) {
  const worker = navigator.serviceWorker && await navigator.serviceWorker.getRegistration(room.scope);
  if (worker && worker.sync) await worker.sync.register(room.name).catch(() => {});
}

/** The room's service worker. */
export function register(room) {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(room.worker, { scope: room.scope }).catch(() => {});
}

/** Whether the server really answers: browsers say "online" as soon as there is any network. */
export function reached() {
  return fetch("/healthz", { cache: "no-store" }).then((answer) => answer.ok, () => false);
}
