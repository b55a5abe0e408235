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

  shown() {
    this.root.classList.toggle("px-wide", this.screen.element.classList.contains("px-pair"));
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
