// <u-poll hx-get="…" hx-trigger="poll" hx-swap="outerMorph" every="1000">: asks again while the page is in view.
// The server ends it by answering with a fragment that holds no u-poll. (htmx's own "every" goes on in hidden tabs.)
class Poll extends HTMLElement {
  connectedCallback() {
    const every = Math.max(500, Number(this.getAttribute("every")) || 2000);
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      if (!document.hidden && !this.classList.contains("htmx-request")) this.dispatchEvent(new CustomEvent("poll"));
    }, every);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }
}

customElements.define("u-poll", Poll);
