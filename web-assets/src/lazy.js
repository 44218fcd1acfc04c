// <u-chart> and <u-map> fetch their library only when one comes near the window. Without script their table or list stays.
/* global CHARTS_FILE, MAP_FILE, MAP_CSS_FILE */
const base = document.currentScript ? document.currentScript.src : location.href;
const sibling = (file) => new URL(file, base).href;

function near(element, act) {
  if (typeof IntersectionObserver === "undefined") return act();
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    act();
  }, { rootMargin: "300px" });
  observer.observe(element);
}

class Chart extends HTMLElement {
  connectedCallback() {
    if (this.asked) return;
    this.asked = true;
    near(this, async () => {
      try {
        const { draw } = await import(sibling(CHARTS_FILE));
        await draw(this);
        this.dataset.drawn = "";
      } catch (error) {
        this.dataset.failed = "";
        console.warn("图表未画出，数据见表格", error);
      }
    });
  }
}

class Pan extends HTMLElement {
  connectedCallback() {
    if (this.asked) return;
    this.asked = true;
    near(this, async () => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = sibling(MAP_CSS_FILE);
      document.head.append(link);
      const { show } = await import(sibling(MAP_FILE));
      show(this);
      this.dataset.drawn = "";
    });
  }
}

customElements.define("u-chart", Chart);
customElements.define("u-map", Pan);
