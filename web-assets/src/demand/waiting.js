// The box that says what is still on this phone: forms to be sent, codes not noted, a form half typed.
import { discard, drafts, receipts, settle, waiting } from "./store.js";

const SAYS = {
  offline: "没有网络。写的都存在这部手机上，有网时自动送出，不会丢。",
  busy: "现在人多，过一分钟自动再送。写的都还在。",
  trouble: "暂时送不出去。写的都还在这部手机上，稍后再试，或者打热线。",
};

function line(text, ...buttons) {
  const item = document.createElement("li");
  const said = document.createElement("span");
  said.textContent = text;
  item.append(said, ...buttons);
  return item;
}

function button(text, act) {
  const one = document.createElement("button");
  one.type = "button";
  one.className = "btn btn-s";
  one.textContent = text;
  one.addEventListener("click", act);
  return one;
}

/** Goes to the receipt: the code travels in a form, not in an address. */
export function toReceipt(code, action = "/hall/demand/receipt") {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  form.hidden = true;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "code";
  field.value = code;
  form.append(field);
  document.body.append(form);
  form.submit();
}

const groups = (code) => code.replace(/(.{4})(?=.)/g, "$1 ");

/** Draws the box; `half` says that forms half typed are worth mentioning here, `back` takes a faulty form back to be mended. */
export async function show(box, state, { half = false, back = null } = {}) {
  const [items, codes, begun] = await Promise.all([waiting(), receipts(), half ? drafts() : []]);
  const lines = codes.map(({ code }) => line(`查询码 ${groups(code)}，还没有记下。`, button("看回执", () => toReceipt(code))));
  for (const item of items) {
    const mend = back && item.kind !== "add";
    const buttons = item.faults && mend ? [button("取回来改", () => back(item))] : [];
    const why = item.faults ? `（要改一下：${item.faults.map((one) => one.message).join("；")}）` : "，等着送出";
    if (item.faults && !mend) buttons.push(button("不要了", async () => { await settle(item.key); show(box, state, { half, back }); }));
    lines.push(line(`${item.says}${why}`, ...buttons));
  }
  for (const { name, title = "码上助", href = "/hall/demand" } of begun) {
    const go = document.createElement("a");
    go.className = "btn btn-s";
    go.href = href;
    go.textContent = "接着写";
    lines.push(line(`${title}有一份没写完。`, go, button("不要了", async () => { await discard(name); show(box, state, { half, back }); })));
  }
  box.hidden = !lines.length;
  const sendable = items.some((item) => !item.faults);
  box.querySelector("[data-send]").hidden = !sendable;
  const say = (sendable && SAYS[state]) || (codes.length ? "请先记下查询码：截图、拍照或抄写。" : "");
  const said = box.querySelector("[data-say]");
  if (said.textContent !== say) said.textContent = say;
  box.querySelector("[data-list]").replaceChildren(...lines);
  return items.filter((item) => !item.faults).length;
}
