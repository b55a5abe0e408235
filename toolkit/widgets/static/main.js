// The session panel, and the one entry point that anywidget calls.

class SessionPanel extends Frame {
  get follows() {
    return ["turns", "judged", "stream"];
  }

  get screens() {
    return SCREENS;
  }

  get words() {
    return SESSION_WORDS;
  }

  get known() {
    return new Set(this.model.get("turns").map((turn) => turn.id));
  }

  shown() {
    if (!(this.screen instanceof Chat) || !this.unsent?.length) return;
    this.link.outbox.drop(this.unsent.filter((one) => this.known.has(one.id)).map((one) => one.id));
    const left = this.unsent.filter((one) => !this.known.has(one.id));
    if (left.length) this.screen.composer.offerAgain(left[0]);
    this.unsent = [];
  }

  steps({position, total, over}) {
    const words = over ? `${total} of ${total} done` : `Conversation ${position + 1} of ${total}`;
    return [h("span", {}, words),
      h("span", {class: "px-steps", "aria-hidden": "true"}, Array.from({length: total}, (_, n) =>
        h("i", {class: n < position || over ? "px-past" : n === position ? "px-now" : ""})))];
  }

  confirmSkip() {
    const {position} = this.view.progress;
    this.confirm("Skip this conversation?", [
      h("p", {}, "That is fine and costs you nothing. You go on with the next one, and cannot come " +
        "back to this one."),
    ], "Skip it", "Go on here", () => this.link.send("skip", {position}));
  }

  openForm() {
    this.link.send("form", {session: this.view.session, open: true});
  }
}

function render({model, el}) {
  const panel = new SessionPanel(model, el);
  return () => panel.close();
}

export default {render};
