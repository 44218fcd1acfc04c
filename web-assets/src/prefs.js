// Preferences are plain links (the server sets a cookie and goes back). With script they apply at once:
// <a href="/prefs/size/xl" data-set="size:xl"> writes <html data-size="xl"> and tells the server in the background.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-set]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const [name, value] = link.dataset.set.split(":");
  document.documentElement.dataset[name] = value || "";
  for (const other of document.querySelectorAll(`a[data-set^="${CSS.escape(name)}:"]`)) {
    if (!other.closest(".seg")) continue;
    if (other === link) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  fetch(link.href, { credentials: "same-origin", redirect: "manual" }).catch(() => {});
});
