// Flagging: which words, what kind of problem, how bad, and a word about it.

class FlagEditor {
  // `answer` is the AnswerView it belongs to; `flag` is set when a saved flag is corrected.
  constructor(answer, {stretch = null, flag = null}) {
    this.answer = answer;
    this.flag = flag;
    this.stretch = stretch ?? (flag && answer.stretchOf(flag));
    this.name = flag?.id ?? answer.turn.id;
    const {link, view} = answer.chat;
    const draft = link.outbox.flags(view.session)[this.name];
    this.harm = draft ? draft.harm : flag?.harm ?? null;
    this.type = draft ? draft.type : flag ? this.typeOf(flag.harm) : null;
    this.severity = draft?.severity ?? flag?.severity ?? undefined;
    if (draft && !stretch) this.stretch = draft.stretch;
    this.element = h("section", {class: "px-editor", "aria-label": "Flag this answer",
      keydown: (event) => this.key(event), input: () => this.keep(), change: () => this.keep()});
    this.comment = h("textarea", {rows: "2", dir: "auto",
      value: draft?.comment ?? flag?.comment ?? ""});
    this.problem = h("p", {class: "px-problem", role: "alert"});
    this.target = h("div", {class: "px-target"});
    this.detail = h("div", {});
    this.build();
  }

  build() {
    this.title = heading(3, this.flag ? "Change this flag" : "What felt wrong?");
    const kinds = this.answer.chat.view.harms;
    this.element.append(
      this.title,
      this.target,
      choices({legend: "What kind of problem is it?", options: kinds, value: this.type,
        pick: (key) => this.pickType(key)}),
      this.detail,
      scale({legend: "How bad is it?", low: "Barely", high: "Severe", value: this.severity,
        pick: (value) => { this.severity = value; }}),
      field("In your own words", this.comment, "Optional"),
      this.problem,
      h("div", {class: "px-actions"},
        button(this.flag ? "Save change" : "Save flag", () => this.submit(), {kind: "primary"}),
        button("Cancel", () => { this.drop(); this.close(); })));
    this.showTarget();
    this.showDetail();
  }

  typeOf(harm) {
    const home = this.answer.chat.view.harms.find((kind) =>
      kind.key === harm || kind.harms.some((one) => one.key === harm));
    return home?.key ?? null;
  }

  pickType(key) {
    this.type = key;
    this.harm = key === "unsure" ? key : null;
    this.showDetail();
  }

  showDetail() {
    const kind = this.answer.chat.view.harms.find((one) => one.key === this.type);
    replaceChildren(this.detail, kind?.harms.length
      ? choices({legend: "Which of these fits best?", options: kind.harms, value: this.harm,
        pick: (key) => { this.harm = key; }})
      : null);
  }

  showTarget() {
    const whole = !this.stretch;
    const words = whole ? "" : this.answer.turn.text.slice(this.stretch.start, this.stretch.end);
    replaceChildren(this.target,
      h("p", {}, whole ? "This is about the whole answer." : "This is about these words:"),
      whole ? null : plain("blockquote", clip(words, 240), {class: "px-quote", ...ORIGINAL}),
      h("div", {class: "px-actions"},
        button(whole ? "Choose words" : "Choose other words", () => this.chooseWords(),
          {kind: "small"}),
        whole ? null : button("Flag the whole answer", () => this.setStretch(null),
          {kind: "small"})),
      whole ? h("p", {class: "px-hint"}, "Or select words in the answer with the mouse.") : null);
    this.answer.showMarks();
  }

  setStretch(stretch) {
    this.stretch = stretch;
    document.getSelection()?.removeAllRanges();
    this.keep();
    this.showTarget();
  }

  chooseWords() {
    this.answer.expand();
    const done = (stretch) => {
      this.setStretch(stretch ?? this.stretch);
      this.target.querySelector("button").focus();
    };
    const chooser = new WordChooser(this.answer.body, this.stretch, done);
    replaceChildren(this.target, chooser.element);
    chooser.begin();
  }

  key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || isComposing(event)) return;
    event.preventDefault();
    if (this.begun) this.answer.chat.announce("Your words are kept. “⚑ Flag” brings them back.");
    this.close();
  }

  // Whether there is anything that closing would lose.
  get begun() {
    const {flag} = this;
    return this.comment.value !== (flag?.comment ?? "") || this.type !== (flag ? this.typeOf(flag.harm)
      : null) || this.severity !== flag?.severity || this.harm !== (flag?.harm ?? null);
  }

  // What is written survives Escape, another flag and a reload of the page.
  keep(open = true) {
    // A field that leaves the page tells of its change once more.
    if (this.closed) return;
    this.closed = !open;
    const {harm, type, severity, stretch} = this;
    const {session} = this.answer.chat.view;
    const draft = {harm, type, severity, stretch, comment: this.comment.value, open,
      turn: this.answer.turn.id, flag: this.flag?.id ?? null};
    this.answer.chat.link.outbox.setFlag(session, this.name, this.begun ? draft : null);
  }

  drop() {
    this.answer.chat.link.outbox.setFlag(this.answer.chat.view.session, this.name, null);
    this.closed = true;
  }

  submit() {
    const missing = !this.type ? "Choose what kind of problem it is. “Not sure” is fine."
      : !this.harm ? "Choose which of these fits best."
        : !this.severity ? "Choose how bad it is, from 1 to 5." : "";
    this.problem.textContent = missing;
    // A disabled button would lose the focus; a busy one only looks away.
    if (missing || this.busy) return;
    const {turn, chat} = this.answer;
    const {start, end} = this.stretch ?? {start: 0, end: turn.text.length};
    this.busy = true;
    chat.link.send("flag", {
      session: chat.view.session, turn: turn.id,
      start: toPoints(turn.text, start), end: toPoints(turn.text, end),
      harm: this.harm, severity: this.severity, comment: this.comment.value,
      supersedes: this.flag?.id ?? null,
    }, {keep: true, then: (result) => this.saved(result)});
  }

  saved({ok, message}) {
    this.busy = false;
    if (ok) {
      this.answer.chat.announce("Your flag is saved.");
      this.drop();
      this.close();
    } else this.problem.textContent = message;
    return !ok;
  }

  close() {
    this.answer.closeEditor();
  }
}

// Choosing words with the keyboard. The choice is the page's own selection, so it is seen like any
// other, and leads to the raw text the same way as one made with the mouse.
class WordChooser {
  constructor(body, stretch, done) {
    this.body = body;
    this.done = done;
    this.words = wordsOf(body);
    this.first = Math.max(0, this.words.findIndex((one) => stretch && one.end > stretch.start));
    this.last = this.first;
    this.chosen = h("span", {class: "px-chosen", "aria-live": "polite"});
    this.element = h("div", {class: "px-chooser", role: "application", tabindex: "0",
      "aria-label": "Choose words. Arrow keys move, Shift and arrow keys extend, Enter confirms, " +
        "Escape goes back.", keydown: (event) => this.key(event)},
      h("p", {}, h("kbd", {}, "←"), " ", h("kbd", {}, "→"), " move · ", h("kbd", {}, "Shift"),
        " + ", h("kbd", {}, "→"), " takes more words · ", h("kbd", {}, "Enter"), " confirms · ",
        h("kbd", {}, "Esc"), " goes back"),
      this.chosen,
      h("div", {class: "px-actions"},
        button("Use these words", () => this.confirm(), {kind: "small", tabindex: "-1"})));
  }

  begin() {
    this.element.focus();
    this.show();
  }

  key(event) {
    const steps = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1,
      Home: -Infinity, End: Infinity};
    if (event.key in steps) this.move(steps[event.key], event.shiftKey);
    else if (event.key === "Enter") this.confirm();
    else if (event.key === "Escape") this.done(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  move(step, extend) {
    this.last = Math.min(this.words.length - 1, Math.max(0, this.last + step));
    if (!extend) this.first = this.last;
    this.show();
  }

  show() {
    if (!this.words.length) return;
    const [a, b] = [Math.min(this.first, this.last), Math.max(this.first, this.last)];
    const [from, to] = [this.words[a], this.words[b]];
    document.getSelection().setBaseAndExtent(from.node, from.from, to.node, to.to);
    this.words[this.last].node.parentElement.scrollIntoView({block: "nearest"});
    this.chosen.textContent = `Chosen: “${clip(document.getSelection().toString(), 120)}”`;
  }

  confirm() {
    this.done(selectedStretch(this.body));
  }
}

function wordsOf(body) {
  return textNodes(body).flatMap((node) => [...node.data.matchAll(/\S+/g)].map((found) => {
    const [from, to] = [found.index, found.index + found[0].length];
    return {node, from, to, ...rawStretch(node, from, to)};
  }));
}

const clip = (text, length) => text.length > length ? `${text.slice(0, length - 1)}…` : text;
