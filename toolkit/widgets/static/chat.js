// The conversation: who you are, what is going on, the words so far, and a place to write.

const FEW_LEFT = 3;

class Chat {
  constructor(panel) {
    this.panel = panel;
    this.dense = true;
    this.link = panel.link;
    this.view = panel.view;
    this.answers = new Map();
    this.own = new Map();
    this.sending = new Map();
    this.seen = null;
    this.build();
    this.onSelection = () => {
      clearTimeout(this.selecting);
      this.selecting = setTimeout(() => this.offerFlag(), 150);
    };
    document.addEventListener("selectionchange", this.onSelection);
    // Where the study keeps nothing in the browser, going away would lose a flag: ask first.
    this.onLeave = (event) => {
      const begun = [...this.answers.values()].some((one) => one.editor?.begun);
      if (begun && !this.link.outbox.storage) event.preventDefault();
    };
    window.addEventListener("beforeunload", this.onLeave);
  }

  get writable() {
    return !this.view.readOnly;
  }

  close() {
    clearTimeout(this.selecting);
    this.live.close();
    document.removeEventListener("selectionchange", this.onSelection);
    window.removeEventListener("beforeunload", this.onLeave);
    for (const answer of this.answers.values()) answer.guard.disconnect();
  }

  build() {
    const {persona, limits} = this.view;
    this.list = h("div", {class: "px-list"});
    this.empty = this.emptyState();
    this.live = new LiveAnswer({
      keepingUp: (draw) => this.keepingUp(draw),
      catchUp: () => this.link.send("catch_up"),
    });
    this.pause = h("div", {class: "px-notice", hidden: true});
    this.flagHere = button("⚑ Flag these words", () => this.flagSelected(), {kind: "float"});
    this.flagHere.hidden = true;
    // Without this, a press on the button would take the selection away before the click.
    this.flagHere.addEventListener("mousedown", (event) => event.preventDefault());
    this.log = h("div", {class: "px-log", role: "log", tabindex: "0", "aria-live": "off",
      "aria-label": "Conversation"}, this.empty, this.list, this.live.element, this.pause, this.flagHere);
    this.composer = new Composer(this, limits);
    this.element = h("div", {class: "px-chat", keydown: (event) => this.key(event)},
      whoYouAre(this.view), this.log, this.composer.element);
    this.focusTarget = this.composer.input;
    this.name = persona.name;
  }

  emptyState() {
    const {persona, scenario} = this.view;
    return h("div", {class: "px-empty"},
      h("h3", {}, `Write the first message as ${persona.name}`),
      prose(scenario.task),
      h("p", {class: "px-hint"}, "The assistant does not know who you are until you say so, in your " +
        "own way. For example:"),
      h("div", {class: "px-samples"}, plain("q", persona.identity)),
      h("p", {class: "px-hint"}, "If you do not know how to begin:"),
      hints(scenario.worth_trying));
  }

  update(model) {
    const turns = model.get("turns");
    const judged = model.get("judged");
    this.live.read(model.get("stream"));
    for (const turn of turns) this.sending.delete(turn.id);
    this.keepingUp(() => {
      this.drawTurns(turns, judged);
      this.drawLive(turns);
      this.empty.hidden = turns.length > 0 || this.sending.size > 0;
      this.composer.update(turns);
      this.drawEditing();
    });
    if (this.seen === null && this.writable) {
      for (const answer of this.answers.values()) answer.reopen();
    }
    this.announceNew(turns);
  }

  get streaming() {
    return this.live.streaming;
  }

  drawTurns(turns, judged) {
    const shown = turns.map((turn, n) => turn.speaker === "tester"
      ? this.ownTurn(turn) : this.answerTurn(turn, judged, n === turns.length - 1));
    const waiting = [...this.sending].map(([id, text]) => this.ownTurn({id, text}, true));
    const wanted = [...shown, ...waiting];
    const same = wanted.length === this.list.children.length
      && wanted.every((one, n) => one === this.list.children[n]);
    if (!same) this.list.replaceChildren(...wanted);
  }

  ownTurn({id, text}, sending = false) {
    if (!this.own.has(id)) {
      this.own.set(id, h("div", {class: "px-turn px-own"},
        h("span", {class: "px-speaker"}, `You, as ${this.view.persona.name}`),
        plain("div", text, {class: "px-body px-plain", ...ORIGINAL}),
        h("span", {class: "px-sending"}, "Sending…")));
    }
    const element = this.own.get(id);
    element.classList.toggle("px-is-sending", sending);
    return element;
  }

  answerTurn(turn, judged, last) {
    if (!this.answers.has(turn.id)) this.answers.set(turn.id, new AnswerView(this, turn));
    const answer = this.answers.get(turn.id);
    answer.update({
      flags: judged.flags.filter((flag) => flag.turn === turn.id),
      value: judged.quick[turn.id],
      last: last && !this.streaming && !this.sending.size,
    });
    return answer.element;
  }

  drawLive(turns) {
    this.live.draw();
    const unanswered = turns.at(-1)?.speaker === "tester" && !this.streaming && !this.sending.size;
    this.pause.hidden = !unanswered || !this.writable;
    if (!this.pause.hidden && !this.pause.children.length) {
      this.pause.append(h("p", {}, "Your message is saved, but no answer has come."),
        button("Ask again", () => this.askAgain(), {kind: "primary"}));
    }
  }

  // Stay at the newest words, unless the tester has scrolled away from them.
  keepingUp(draw) {
    const {log} = this;
    const sticky = this.seen === null || log.scrollHeight - log.scrollTop - log.clientHeight < 90;
    draw();
    if (sticky) log.scrollTop = log.scrollHeight;
  }

  announceNew(turns) {
    const ids = new Set(turns.map((turn) => turn.id));
    for (const turn of this.seen ? turns : []) {
      if (turn.speaker === "assistant" && !this.seen.has(turn.id)) this.announceAnswer(turn);
    }
    this.seen = ids;
  }

  announceAnswer(turn) {
    const ending = turn.outcome === "errored" ? `The assistant could not answer. ${turn.error}`
      : NOTICES[turn.outcome] ?? "";
    const words = turn.text ? `The assistant answered: ${clip(turn.text, 1500)}` : "";
    this.announce([words, ending].filter(Boolean).join(" "));
  }

  announce(words) {
    this.panel.announce(words);
  }

  say(text, id = newId()) {
    const {session} = this.view;
    this.sending.set(id, text);
    this.link.send("say", {session, text}, {keep: true, id, then: ({ok}) => {
      if (ok) return;
      this.sending.delete(id);
      this.own.delete(id);
      // It is back in the box, whose draft survives a reload; the outbox would offer it once more.
      this.link.outbox.drop([id]);
      this.composer.giveBack(text);
      this.update(this.panel.model);
    }});
    this.update(this.panel.model);
    this.log.scrollTop = this.log.scrollHeight;
  }

  askAgain() {
    this.link.send("answer", {session: this.view.session});
    this.composer.input.focus();
  }

  stop() {
    this.link.send("stop");
  }

  key(event) {
    if (event.key !== "Escape" || isComposing(event)) return;
    if (event.defaultPrevented || !this.streaming) return;
    event.preventDefault();
    this.stop();
  }

  harmLabel(key) {
    const all = this.view.harms.flatMap((kind) => [kind, ...kind.harms]);
    return all.find((one) => one.key === key)?.label ?? key;
  }

  // While a flag is written, nothing else asks to be done; an answer under way keeps its Stop.
  drawEditing() {
    const editing = [...this.answers.values()].some((one) => one.editor);
    this.element.classList.toggle("px-editing", editing && !this.streaming);
  }

  closeEditors() {
    for (const answer of this.answers.values()) answer.closeEditor();
  }

  // The answer in which words are selected right now, if any.
  get selectedAnswer() {
    return [...this.answers.values()].find((one) => one.turn.text && selectedStretch(one.body));
  }

  offerFlag() {
    const answer = this.writable ? this.selectedAnswer : null;
    const editing = answer?.editor;
    const choosing = this.element.querySelector(".px-chooser");
    if (editing && !choosing) editing.setStretch(selectedStretch(answer.body));
    this.flagHere.hidden = !answer || Boolean(editing);
    if (this.flagHere.hidden) return;
    const words = [...document.getSelection().getRangeAt(0).getClientRects()].at(-1);
    const frame = this.log.getBoundingClientRect();
    const width = this.flagHere.offsetWidth;
    const left = Math.min(Math.max(words.right - frame.left - width / 2, 8), frame.width - width - 24);
    this.flagHere.style.left = `${left}px`;
    this.flagHere.style.top = `${words.bottom - frame.top + this.log.scrollTop + 6}px`;
  }

  flagSelected() {
    const answer = this.selectedAnswer;
    this.flagHere.hidden = true;
    answer?.openEditor({stretch: selectedStretch(answer.body)});
  }
}
