// <u-poll hx-get="…" hx-trigger="poll" hx-swap="outerMorph" every="1000">: asks again while the page is in view.
// The server ends it by answering with a fragment that holds no u-poll. (htmx's own "every" goes on in hidden tabs.)
// <u-poll reload every="60000"> loads the whole page anew (wall displays; a meta refresh could not be stopped or paused).
class Poll extends HTMLElement {
  connectedCallback() {
    const every = Math.max(500, Number(this.getAttribute("every")) || 2000);
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      if (document.hidden || this.classList.contains("htmx-request")) return;
      if (this.hasAttribute("reload")) location.reload();
      else this.dispatchEvent(new CustomEvent("poll"));
    }, every);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }
}

customElements.define("u-poll", Poll);
