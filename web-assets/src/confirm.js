// <u-confirm message="…" yes="撤回"> around a form (or a link): asks once before it is sent.
// Destructive forms also have a confirmation page of their own for browsers without script.
class Confirm extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.addEventListener("submit", (event) => this.ask(event, () => this.resubmit(event)), true);
    this.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (link && this.contains(link)) this.ask(event, () => link.click());
    }, true);
  }

  /** Holds the event back, asks, and calls `again` when the answer is yes. */
  ask(event, again) {
    if (this.agreed) {
      this.agreed = false;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const proceed = () => {
      this.agreed = true;
      again();
    };
    const message = this.getAttribute("message") || "确定吗？";
    if (typeof HTMLDialogElement === "undefined") {
      if (window.confirm(message)) proceed();
      return;
    }
    this.show(message, proceed);
  }

  show(message, proceed) {
    const dialog = document.createElement("dialog");
    dialog.className = "dlg";
    dialog.setAttribute("aria-label", "请确认");
    const body = document.createElement("div");
    body.className = "bd";
    body.append(message);
    const footer = document.createElement("footer");
    const no = button("btn", this.getAttribute("no") || "取消");
    const yes = button(`btn ${this.hasAttribute("danger") ? "btn-d" : "btn-p"}`, this.getAttribute("yes") || "确定");
    footer.append(no, yes);
    dialog.append(body, footer);
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => {
      dialog.close();
      proceed();
    });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  }

  /** Sends the same form with the same button, so that its name and value arrive too. */
  resubmit(event) {
    const form = event.target;
    if (form.requestSubmit) form.requestSubmit(event.submitter || undefined);
    else if (event.submitter) event.submitter.click();
    else form.submit();
  }
}

function button(className, text) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = className;
  element.textContent = text;
  return element;
}

customElements.define("u-confirm", Confirm);
