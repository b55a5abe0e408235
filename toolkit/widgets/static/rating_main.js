// The rating panel, and the one entry point that anywidget calls.

class RatingPanel extends Frame {
  get follows() {
    return ["given"];
  }

  get screens() {
    return RATING_SCREENS;
  }

  get words() {
    return RATING_WORDS;
  }

  // A tester's own outbox in the same browser is another one.
  get place() {
    return `${this.view.study.id}:rating`;
  }

  // A digit meant for an item would otherwise reach the notebook and change its cell.
  shown() {
    if (this.settled) return;
    this.settled = new ResizeObserver(() => {
      this.settled.disconnect();
      this.takeFocus();
    });
    this.settled.observe(this.root);
  }

  takeFocus() {
    const busy = document.activeElement?.closest("input, textarea, [contenteditable=true], .px");
    if (busy || !["rate", "last", "guess"].includes(this.view.screen)) return;
    this.screen.element.querySelector("h2").focus({preventScroll: true});
  }

  close() {
    this.settled.disconnect();
    super.close();
  }

  steps({done, of}) {
    return [h("span", {}, `${done} of ${of} done`),
      h("span", {class: "px-gauge", "aria-hidden": "true"},
        h("i", {style: `width: ${of ? Math.round(100 * done / of) : 0}%`}))];
  }
}

function render({model, el}) {
  const panel = new RatingPanel(model, el);
  return () => panel.close();
}

export default {render};
