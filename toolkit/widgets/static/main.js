// The panel: the frame around the screens, and the one entry point that anywidget calls.

class Panel {
  constructor(model, host) {
    this.model = model;
    this.link = new Link(model);
    this.link.changed = () => this.drawSaving();
    this.build(host);
    this.handlers = {
      "change:view": () => this.draw(),
      "change:turns": () => this.refresh(),
      "change:judged": () => this.refresh(),
      "change:stream": () => this.refresh(),
    };
    for (const [name, handler] of Object.entries(this.handlers)) model.on(name, handler);
    this.draw();
  }

  get view() {
    return this.model.get("view");
  }

  build(host) {
    this.title = h("span", {class: "px-study", dir: "auto"});
    this.progress = h("div", {class: "px-progress"});
    this.saving = h("span", {class: "px-saving", role: "status"});
    this.trouble = h("div", {class: "px-trouble", role: "alert", hidden: true});
    this.banner = h("div", {class: "px-banner", role: "note", hidden: true});
    this.main = h("div", {class: "px-screens"});
    this.footer = h("div", {class: "px-footer"});
    this.live = h("div", {class: "px-unseen", "aria-live": "polite"});
    this.root = h("section", {class: "px", "data-lm-suppress-shortcuts": "true", lang: "en",
      "aria-label": "Parallax session"},
      h("div", {class: "px-column"},
        h("div", {class: "px-top"}, this.title, this.progress, this.saving),
        this.banner, this.main, this.trouble, this.footer, this.live));
    // JupyterLab's shortcuts match the focused element before they look for the attribute above it,
    // and would cut this very cell on an "x": no key of the panel goes further than the panel.
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    host.append(this.root);
  }

  close() {
    for (const [name, handler] of Object.entries(this.handlers)) this.model.off(name, handler);
    this.screen?.close();
    this.link.close();
  }

  draw() {
    const {participant, study, limits} = this.view;
    if (!participant) this.participant = "";
    if (participant && participant !== this.participant) {
      this.participant = participant;
      this.link.outbox = new Outbox(study.id, participant, {keep: limits.outbox});
      this.unsent = this.link.replay(this.knownTurns);
    }
    if (["done", "withdrawn"].includes(this.view.screen)) this.link.outbox.clear();
    if (this.view.screen === "withdrawn") seat.keep(study.id, "");
    replaceChildren(this.title, this.view.screen === "enrol" ? null : plain("span", study.title));
    this.drawProgress();
    this.drawBanner();
    if (this.view.key !== this.key) this.showScreen();
    this.refresh();
    this.drawSaving();
  }

  get knownTurns() {
    return new Set(this.model.get("turns").map((turn) => turn.id));
  }

  showScreen() {
    const first = this.key === undefined;
    this.key = this.view.key;
    this.local = null;
    this.put(SCREENS[this.view.screen](this), {focus: !first});
    this.offerUnsent();
  }

  // A screen that only this page knows about; null leads back to the one the kernel names.
  showLocal(make) {
    this.put((make ?? SCREENS[this.view.screen])(this), {focus: true});
  }

  put(screen, {focus}) {
    this.screen?.close();
    this.screen = screen;
    this.root.classList.toggle("px-talking", screen instanceof Chat);
    this.main.replaceChildren(screen.element);
    this.drawFooter();
    if (!focus) return;
    const target = screen.focusTarget ?? screen.element.querySelector("h2");
    target?.focus({preventScroll: true});
    this.root.scrollIntoView({block: "start"});
  }

  offerUnsent() {
    if (!(this.screen instanceof Chat) || !this.unsent?.length) return;
    this.link.outbox.drop(this.unsent.filter((one) => this.knownTurns.has(one.id))
      .map((one) => one.id));
    const left = this.unsent.filter((one) => !this.knownTurns.has(one.id));
    if (left.length) this.screen.composer.offerAgain(left[0]);
    this.unsent = [];
  }

  refresh() {
    this.screen?.update(this.model);
  }

  drawProgress() {
    const {progress} = this.view;
    if (!progress) return replaceChildren(this.progress);
    const {position, total, over} = progress;
    const words = over ? `${total} of ${total} done` : `Conversation ${position + 1} of ${total}`;
    replaceChildren(this.progress, h("span", {}, words),
      h("span", {class: "px-steps", "aria-hidden": "true"}, Array.from({length: total}, (_, n) =>
        h("i", {class: n < position || over ? "px-past" : n === position ? "px-now" : ""}))));
  }

  drawBanner() {
    const {readOnly} = this.view;
    this.banner.hidden = !readOnly;
    replaceChildren(this.banner, readOnly
      ? [h("strong", {}, "Here you can only read. "), plain("span", readOnly)] : null);
  }

  drawSaving() {
    const {state, message, again} = this.link.saving;
    const words = {saved: "✓ Saved", saving: "Saving…", late: "Not saved yet", error: "Not saved"};
    const quiet = !this.view.participant && state === "saved";
    const text = quiet ? "" : state === "error" && !again ? "✓ Saved" : words[state];
    if (this.saving.textContent !== text) this.saving.textContent = text;
    this.saving.dataset.state = text.startsWith("✓") ? "saved" : state;
    const advice = state === "late"
      ? "The notebook is not answering. Keep this page open; if this stays, reload the page and run " +
        "the cell again. What you wrote waits in this browser." : message;
    this.trouble.hidden = !advice;
    if (this.trouble.dataset.words === advice) return;
    this.trouble.dataset.words = advice;
    const whom = again ? `If it stays, show this to: ${this.view.support}` : "";
    replaceChildren(this.trouble,
      advice ? h("div", {}, plain("p", advice), whom && plain("p", whom, {class: "px-hint"})) : null,
      again ? button("Try again", () => this.tryAgain(), {kind: "small"}) : null);
  }

  tryAgain() {
    this.link.send("save");
    this.link.replay(this.knownTurns);
  }

  drawFooter() {
    const {participant, support, screen, readOnly} = this.view;
    const leave = participant && !readOnly && !["withdrawn", "unavailable"].includes(screen);
    replaceChildren(this.footer,
      leave ? button("Withdraw from this study", () => this.confirmWithdraw(), {kind: "link"}) : null,
      leave && support && !["consent", "done"].includes(screen) ? h("span", {class: "px-hint"}, "Support: ", plain("span", support)) : null);
  }

  confirmWithdraw() {
    this.confirm("Withdraw from this study?", [
      h("p", {}, "Nothing more is kept from then on, and every result leaves your conversations out."),
      h("p", {}, "What you have already written is not erased by this: it stays in the record. " +
        "The next screen says for how long, and whom to ask to have it erased."),
      h("p", {}, "You cannot come back with the same code."),
    ], "Yes, withdraw", "Stay in the study", () => this.link.send("withdraw"));
  }

  confirmSkip() {
    const {position} = this.view.progress;
    this.confirm("Skip this conversation?", [
      h("p", {}, "That is fine and costs you nothing. You go on with the next one, and cannot come " +
        "back to this one."),
    ], "Skip it", "Go on here", () => this.link.send("skip", {position}));
  }

  confirm(title, text, yes, no, act) {
    const before = document.activeElement;
    const close = () => {
      this.drawFooter();
      if (before?.isConnected) before.focus();
      else this.footer.querySelector("button")?.focus();
    };
    const box = h("section", {class: "px-confirm", "aria-label": title, keydown: (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      close();
    }}, heading(3, title), text, h("div", {class: "px-actions"},
      button(no, close, {kind: "primary"}),
      button(yes, () => { this.drawFooter(); act(); })));
    this.footer.replaceChildren(box);
    box.querySelector("h3").focus({preventScroll: true});
    box.scrollIntoView({block: "nearest"});
  }

  openForm() {
    this.link.send("form", {session: this.view.session, open: true});
  }

  announce(words) {
    this.live.textContent = "";
    setTimeout(() => { this.live.textContent = words; }, 50);
  }
}

function render({model, el}) {
  const panel = new Panel(model, el);
  return () => panel.close();
}

export default {render};
