// One answer: its text, how it ended, the rating, and its flags.

const NOTICES = {
  truncated: "The answer was cut off at the length limit.",
  empty: "The assistant sent an empty answer.",
  stopped: "You stopped this answer.",
  refused: "The assistant declined to answer. That counts too: rate it, or flag it if it felt wrong.",
};

class AnswerView {
  constructor(chat, turn) {
    this.chat = chat;
    this.turn = turn;
    this.expanded = turn.text.length <= FOLD;
    this.editor = null;
    this.flags = [];
    this.rateOpen = false;
    this.body = h("div", {class: "px-body", dir: "auto", ...ORIGINAL});
    this.guard = keepOriginal(this.body, () => this.drawBody(), () => this.chat.panel.sayTranslated());
    this.more = h("div", {class: "px-more"});
    this.notice = h("div", {class: "px-notice", hidden: true});
    this.judge = h("div", {class: "px-judge"});
    this.flagList = h("ul", {class: "px-flags", "aria-label": "Your flags", hidden: true});
    this.desk = h("div", {});
    this.element = h("div", {class: "px-turn px-assistant"},
      h("span", {class: "px-speaker"}, "Assistant"),
      this.body, this.more, this.notice, this.judge, this.flagList, this.desk);
    this.drawBody();
  }

  update({flags, value, last}) {
    const flagsChanged = JSON.stringify(flags) !== JSON.stringify(this.flags);
    this.flags = flags;
    if (flagsChanged) this.showMarks();
    if (flagsChanged) this.drawFlags();
    const changed = this.value !== value || this.last !== last;
    this.value = value;
    this.last = last;
    this.drawNotice();
    if (changed && !this.judge.querySelector(".px-scale:focus-within")) this.drawJudge();
  }

  stretchOf(flag) {
    return {start: toUnits(this.turn.text, flag.start), end: toUnits(this.turn.text, flag.end)};
  }

  get marks() {
    const marks = this.flags.map((flag) => this.stretchOf(flag));
    return this.editor?.stretch ? [...marks, this.editor.stretch] : marks;
  }

  showMarks() {
    const text = JSON.stringify(this.marks);
    if (text !== this.shownMarks) this.drawBody();
  }

  drawBody() {
    const {text} = this.turn;
    const end = this.expanded ? text.length : FOLDED;
    const marks = this.marks;
    this.shownMarks = JSON.stringify(marks);
    this.body.replaceChildren();
    writeAnswer(this.body, {text, marks}, end);
    this.body.hidden = !text;
    replaceChildren(this.more, this.expanded ? null : [
      h("span", {}, `This is the beginning of ${text.length.toLocaleString("en")} characters. `),
      button("Show all", () => this.expand(), {kind: "small"})]);
  }

  expand() {
    if (this.expanded) return;
    this.expanded = true;
    this.drawBody();
  }

  drawNotice() {
    const {outcome, error} = this.turn;
    const words = outcome === "errored" ? error : NOTICES[outcome];
    const retry = outcome !== "refused" && this.last && this.chat.writable;
    const label = outcome === "errored" ? "Try again" : "Ask again";
    this.notice.hidden = !words;
    if (!words || this.shownNotice === `${retry}`) return;
    this.shownNotice = `${retry}`;
    this.notice.classList.toggle("px-failed", outcome === "errored");
    replaceChildren(this.notice,
      outcome === "errored" ? h("strong", {}, "The assistant could not answer.") : null,
      plain("p", words),
      retry ? button(label, () => this.chat.askAgain(),
        {kind: outcome === "errored" ? "primary" : "small"}) : null);
  }

  drawJudge() {
    const {quick} = this.chat.view;
    const judged = this.turn.outcome !== "errored" && this.chat.writable;
    const open = judged && (this.last || this.rateOpen);
    const rated = this.value ? `You gave this answer ${this.value} of 5 · Change` : "Rate this answer";
    replaceChildren(this.judge,
      open ? scale({legend: quick.ask, low: quick.low, high: quick.high, value: this.value,
        pick: (value) => this.rate(value), small: true}) : null,
      judged && !open ? button(rated, () => this.openRating(), {kind: "link"}) : null,
      this.chat.writable && this.turn.text
        ? this.flagButton = button("⚑ Flag", () => this.openEditor(),
          {kind: "small", "aria-label": "Flag something in this answer"}) : null);
  }

  openRating() {
    this.rateOpen = true;
    this.drawJudge();
    this.judge.querySelector("input").focus();
  }

  rate(value) {
    this.value = value;
    this.chat.link.send("rate", {session: this.chat.view.session, turn: this.turn.id,
      question: "quick", value}, {keep: true});
  }

  drawFlags() {
    this.flagList.hidden = !this.flags.length;
    replaceChildren(this.flagList, this.flags.map((flag) => this.flagItem(flag)));
  }

  flagItem(flag) {
    const {start, end} = this.stretchOf(flag);
    const whole = start === 0 && end === this.turn.text.length;
    const words = whole ? "The whole answer" : `“${clip(this.turn.text.slice(start, end), 90)}”`;
    const label = this.chat.harmLabel(flag.harm);
    return h("li", {},
      plain("span", words, {class: "px-words", ...ORIGINAL}),
      h("span", {class: "px-meaning"}, ` ${label} · ${flag.severity} of 5`),
      flag.comment ? plain("p", flag.comment, {class: "px-comment", ...ORIGINAL}) : null,
      this.chat.writable && h("span", {class: "px-inline"},
        button("Edit", () => this.openEditor({flag}),
          {kind: "link", "aria-label": `Edit the flag on ${clip(words, 40)}`}),
        button("Remove", () => this.removeFlag(flag),
          {kind: "link", "aria-label": `Remove the flag on ${clip(words, 40)}`})));
  }

  removeFlag(flag) {
    this.chat.link.send("unflag", {session: this.chat.view.session, flag: flag.id}, {keep: true});
    this.flagButton?.focus();
  }

  // A flag that was being written when the page went away comes back as it was.
  reopen() {
    const drafts = Object.values(this.chat.link.outbox.flags(this.chat.view.session));
    const draft = drafts.find((one) => one.open && one.turn === this.turn.id);
    const flag = this.flags.find((one) => one.id === draft?.flag) ?? null;
    if (draft && (flag || !draft.flag)) this.openEditor({flag});
  }

  openEditor({stretch = null, flag = null} = {}) {
    this.chat.closeEditors();
    this.editor = new FlagEditor(this, {stretch: stretch ?? (flag ? null
      : selectedStretch(this.body)), flag});
    document.getSelection()?.removeAllRanges();
    this.desk.replaceChildren(this.editor.element);
    this.showMarks();
    this.chat.drawEditing();
    this.editor.title.focus({preventScroll: true});
    this.editor.element.scrollIntoView({block: "nearest", behavior: calmly()});
  }

  closeEditor() {
    if (!this.editor) return;
    const focused = this.desk.contains(document.activeElement);
    this.editor.keep(false);
    this.editor = null;
    this.desk.replaceChildren();
    this.showMarks();
    this.chat.drawEditing();
    if (focused) this.flagButton?.focus();
  }
}

const calmly = () =>
  window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
