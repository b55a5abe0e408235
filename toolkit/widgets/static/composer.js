// Where the tester writes, and the ways on: send, stop, finish, skip.

class Composer {
  constructor(chat, limits) {
    this.chat = chat;
    this.limits = limits;
    this.input = h("textarea", {rows: "2", dir: "auto", placeholder: "Write your message…",
      "aria-label": `Your message as ${chat.view.persona.name}`,
      keydown: (event) => this.key(event), input: () => this.changed()});
    this.send = button("Send", () => this.submit(), {kind: "primary"});
    this.stop = button("Stop", () => chat.stop(), {kind: "stop"});
    this.left = h("span", {class: "px-left", role: "status"});
    this.finish = button("Finish conversation", () => chat.panel.openForm());
    this.skip = button("Skip this conversation", () => chat.panel.confirmSkip(), {kind: "link"});
    this.offer = h("div", {class: "px-notice", hidden: true});
    this.line = h("div", {class: "px-line"}, this.input, this.send, this.stop);
    this.hint = h("span", {class: "px-hint px-keys"}, "Enter sends, Shift + Enter starts a new line");
    this.element = h("div", {class: "px-composer"}, this.offer, this.line,
      h("div", {class: "px-under"}, this.hint, this.left, this.skip, this.finish));
    this.input.value = chat.link.outbox.draft(chat.view.session);
    this.stop.hidden = true;
  }

  update(turns) {
    const {streaming, writable} = this.chat;
    const sent = turns.filter((turn) => turn.speaker === "tester").length;
    const left = this.limits.messages - sent;
    const answered = turns.some((turn) => turn.speaker === "assistant");
    const hadFocus = document.activeElement === this.send || document.activeElement === this.stop;
    this.send.hidden = streaming;
    this.stop.hidden = !streaming;
    if (hadFocus && document.activeElement === document.body) this.input.focus();
    this.line.hidden = !writable || (left <= 0 && !streaming);
    this.hint.hidden = this.line.hidden;
    this.send.disabled = this.chat.sending.size > 0;
    this.finish.hidden = !answered || !writable;
    this.finish.disabled = streaming;
    this.finish.classList.toggle("px-primary", this.line.hidden);
    this.skip.hidden = answered || !writable;
    this.skip.disabled = streaming;
    this.left.textContent = !writable ? "" : left <= 0
      ? "You have sent all the messages of this conversation. Finish it to go on."
      : left <= FEW_LEFT ? `${left} ${left === 1 ? "message" : "messages"} left` : "";
    const last = turns.at(-1);
    this.retryDue = last?.outcome === "errored" || !this.chat.pause.hidden;
    this.grow();
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const text = this.input.value;
    if (!text.trim() || this.chat.streaming || this.chat.sending.size) return;
    this.input.value = "";
    this.changed();
    this.input.focus();
    this.chat.say(text);
  }

  // What could not be sent comes back to where it was written.
  giveBack(text) {
    this.input.value = [text, this.input.value].filter(Boolean).join("\n");
    this.changed();
    this.input.focus();
  }

  // A message that an earlier page may not have sent.
  offerAgain(event) {
    const settle = (then) => {
      this.chat.link.outbox.drop([event.id]);
      this.offer.hidden = true;
      this.input.focus();
      then?.();
    };
    const {session, text} = event;
    this.offer.hidden = false;
    replaceChildren(this.offer,
      h("p", {}, "This message was not sent before the page closed:"),
      plain("blockquote", clip(text, 400), {class: "px-quote", ...ORIGINAL}),
      h("div", {class: "px-actions"},
        button("Send again", () => {
          this.offer.hidden = true;
          if (session === this.chat.view.session) this.chat.say(text, event.id);
          this.input.focus();
        }, {kind: "small"}),
        button("Put it in the box", () => settle(() => this.giveBack(text)), {kind: "small"}),
        button("Discard", () => settle(), {kind: "link"})));
  }

  changed() {
    this.chat.link.outbox.setDraft(this.chat.view.session, this.input.value);
    this.grow();
  }

  grow() {
    // One thing stands out: asking again after a failure, else sending what is written.
    this.send.classList.toggle("px-primary", !this.retryDue || this.input.value.trim() !== "");
    this.input.style.height = "auto";
    const borders = this.input.offsetHeight - this.input.clientHeight;
    this.input.style.height = `${Math.min(this.input.scrollHeight + borders, 180)}px`;
  }
}
