// 您扫码的地方: what the poster says is known to the server. The phone keeps what the last one said, so that a form opened
// without a network still goes where the poster hangs.
const SCAN = "niangjia-scan";

/** Keeps the place a drawn form shows. */
export function keepScan(form) {
  const site = form.querySelector("[data-scanned]");
  if (!site) return;
  const { scanned: code, place, employer } = site.dataset;
  try {
    localStorage.setItem(SCAN, JSON.stringify({ code, place, employer: employer !== undefined }));
  } catch { /* a private window keeps nothing */ }
}

/** Puts the place of the address's code into the kept form, instead of what would be asked. */
export function scanned(form) {
  const code = new URL(location.href).searchParams.get("at");
  const template = form.querySelector("template[data-scan]");
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(SCAN));
  } catch { /* nothing kept */ }
  if (!code || !template || !kept || kept.code !== code) return;
  const drawn = template.content.cloneNode(true);
  drawn.querySelector("[name=at]").value = code;
  drawn.querySelector("[data-known]").textContent = kept.place;
  template.replaceWith(drawn);
  const asked = kept.employer ? '[data-question="place"], [data-employer]' : '[data-question="place"]';
  for (const box of form.querySelectorAll(asked)) box.remove();
}
