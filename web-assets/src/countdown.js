// <u-countdown until="ISO" now="ISO">plain text</u-countdown>: counts on the server's clock, not on the visitor's.
// When it reaches zero it says so and sends one "done" event (the member card fetches its next code on it).
const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** Two units at most: 2 天 6 小时, 5 小时 10 分, 48 秒. */
export function left(ms) {
  if (ms <= 0) return "已到时间";
  if (ms >= DAY) return `${Math.floor(ms / DAY)} 天 ${Math.floor((ms % DAY) / HOUR)} 小时`;
  if (ms >= HOUR) return `${Math.floor(ms / HOUR)} 小时 ${Math.floor((ms % HOUR) / MINUTE)} 分`;
  if (ms >= 2 * MINUTE) return `${Math.ceil(ms / MINUTE)} 分`;
  return `${Math.ceil(ms / SECOND)} 秒`;
}

class Countdown extends HTMLElement {
  connectedCallback() {
    const until = Date.parse(this.getAttribute("until"));
    const server = Date.parse(this.getAttribute("now"));
    if (Number.isNaN(until) || Number.isNaN(server)) return;
    const started = performance.now();
    const tick = () => {
      const rest = until - server - (performance.now() - started);
      this.textContent = left(rest);
      if (rest <= 0) {
        clearInterval(this.timer);
        this.dispatchEvent(new CustomEvent("done", { bubbles: true }));
      }
    };
    clearInterval(this.timer);
    this.timer = setInterval(tick, SECOND);
    tick();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }
}

customElements.define("u-countdown", Countdown);
