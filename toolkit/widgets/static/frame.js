// What every panel is: a frame around one screen at a time, the way to the kernel, and what is said
// when something goes wrong. A panel names its screens and its own words.

class Frame {
  constructor(model, host) {
    this.model = model;
    this.link = new Link(model);
    this.link.changed = () => this.drawSaving();
    this.build(host);
    this.handlers = {"change:view": () => this.draw()};
    for (const name of this.follows) this.handlers[`change:${name}`] = () => this.refresh();
    for (const [name, handler] of Object.entries(this.handlers)) model.on(name, handler);
    this.draw();
  }

  get view() {
    return this.model.get("view");
  }

  // Names what this browser keeps for this panel.
  get place() {
    return this.view.study.id;
  }

  // Ids of what the kernel is known to have.
  get known() {
    return new Set();
  }

  build(host) {
    this.title = h("span", {class: "px-study", dir: "auto"});
    this.progress = h("div", {class: "px-progress"});
    this.saving = h("span", {class: "px-saving", role: "status"});
    this.trouble = h("div", {class: "px-trouble", role: "alert", hidden: true});
    this.banner = h("div", {class: "px-banner", role: "note", hidden: true});
    this.translated = h("div", {class: "px-banner", role: "note", hidden: true},
      "Your browser translates this page. What the assistant wrote stays in its own words, because " +
      "those are what you judge.");
    this.main = h("div", {class: "px-screens"});
    this.footer = h("div", {class: "px-footer"});
    this.live = h("div", {class: "px-unseen", "aria-live": "polite"});
    this.root = h("section", {class: "px", "data-lm-suppress-shortcuts": "true", lang: "en",
      "aria-label": this.words.name},
      h("div", {class: "px-column"},
        h("div", {class: "px-top"}, this.title, this.progress, this.saving),
        this.banner, this.translated, this.main, this.trouble, this.footer, this.live));
    // JupyterLab's shortcuts match the focused element before they look for the attribute above it,
    // and would cut this very cell on an "x": no key of the panel goes further than the panel.
    this.root.addEventListener("keydown", (event) => {
      this.screen?.shortcut?.(event);
      event.stopPropagation();
    });
    host.append(this.root);
    // Chrome and Edge mark a page that they translate.
    this.watch = new MutationObserver(() => this.lookForTranslation());
    this.watch.observe(document.documentElement, {attributes: true, attributeFilter: ["class"]});
    this.lookForTranslation();
  }

  lookForTranslation() {
    if (/\btranslated-(?:ltr|rtl)\b/.test(document.documentElement.className)) this.sayTranslated();
  }

  sayTranslated() {
    this.translated.hidden = false;
  }

  close() {
    for (const [name, handler] of Object.entries(this.handlers)) this.model.off(name, handler);
    this.watch.disconnect();
    this.screen?.close();
    this.link.close();
  }

  draw() {
    const {participant, study, limits} = this.view;
    if (!participant) this.participant = "";
    if (participant && participant !== this.participant) {
      this.participant = participant;
      this.link.outbox = new Outbox(this.place, participant, {keep: limits.outbox});
      this.unsent = this.link.replay(this.known);
    }
    if (["done", "withdrawn"].includes(this.view.screen)) this.link.outbox.clear();
    if (this.view.screen === "withdrawn") seat.keep(this.place, "");
    replaceChildren(this.title, this.view.screen === "enrol" ? null : plain("span", study.title));
    this.drawProgress();
    this.drawBanner();
    if (this.view.key !== this.key) this.showScreen();
    this.refresh();
    this.drawSaving();
  }

  showScreen() {
    const first = this.key === undefined;
    this.key = this.view.key;
    this.local = null;
    this.put(this.screens[this.view.screen](this), {focus: !first});
    this.shown();
  }

  // A screen that the kernel named is on the page.
  shown() {}

  // A screen that only this page knows about; null leads back to the one the kernel names.
  showLocal(make) {
    this.put((make ?? this.screens[this.view.screen])(this), {focus: true});
  }

  put(screen, {focus}) {
    this.screen?.close();
    this.screen = screen;
    this.root.classList.toggle("px-dense", Boolean(screen.dense));
    this.root.classList.toggle("px-wide", Boolean(screen.wide));
    this.main.replaceChildren(screen.element);
    this.drawFooter();
    if (!focus) return;
    const target = screen.focusTarget ?? screen.element.querySelector("h2");
    target?.focus({preventScroll: true});
    this.root.scrollIntoView({block: "start"});
  }

  refresh() {
    this.screen?.update(this.model);
  }

  drawProgress() {
    const {progress} = this.view;
    replaceChildren(this.progress, progress ? this.steps(progress) : null);
  }

  // Where in all there is to do; a panel says it in its own words.
  steps(progress) {
    return null;
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
    this.link.replay(this.known);
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
      h("p", {}, "Nothing more is kept from then on, and every result leaves your " +
        `${this.words.work} out.`),
      h("p", {}, `${this.words.made} is not erased by this: it stays in the record. The next ` +
        "screen says for how long, and whom to ask to have it erased."),
      h("p", {}, "You cannot come back with the same code."),
    ], "Yes, withdraw", "Stay in the study", () => this.link.send("withdraw"));
  }

  confirm(title, text, yes, no, act) {
    const before = document.activeElement;
    const close = () => {
      this.drawFooter();
      if (before?.isConnected) before.focus();
      else this.footer.querySelector("button")?.focus();
    };
    const box = h("section", {class: "px-confirm", "aria-label": title, keydown: (event) => {
      if (event.key !== "Escape" || isComposing(event)) return;
      event.preventDefault();
      close();
    }}, heading(3, title), text, h("div", {class: "px-actions"},
      button(no, close, {kind: "primary"}),
      button(yes, () => { this.drawFooter(); act(); })));
    this.footer.replaceChildren(box);
    box.querySelector("h3").focus({preventScroll: true});
    box.scrollIntoView({block: "nearest"});
  }

  announce(words) {
    this.live.textContent = "";
    setTimeout(() => { this.live.textContent = words; }, 50);
  }
}
