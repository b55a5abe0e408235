// Two replies side by side: one key chooses, Enter confirms, and a word of why may come between.

const PREFERENCES = [
  {key: "a", letter: "a", label: "A is better"},
  {key: "equal", letter: "e", label: "About equal"},
  {key: "b", letter: "b", label: "B is better"},
  {key: "neither", letter: "n", label: "Neither is acceptable"},
];

class PairItem extends ItemScreen {
  constructor(panel) {
    super(panel);
    const {choice, why} = this.given;
    this.choice = choice ?? null;
    this.before = [this.choice, why ?? ""];
    this.replies = this.item.replies.map((text, n) => new ReplyBox(text, "AB"[n], panel));
    this.frames = this.replies.map((reply) => reply.frame);
    this.build(why ?? "");
    this.pick(this.choice);
  }

  build(why) {
    const {outbox} = this.link;
    const name = uniqueName("preference");
    this.inputs = PREFERENCES.map(({key}) => h("input", {type: "radio", name, value: key,
      disabled: !this.writable, change: () => this.pick(key)}));
    this.why = h("textarea", {rows: "1", dir: "auto", "aria-keyshortcuts": "w",
      maxlength: String(this.panel.view.limits.comment), disabled: !this.writable,
      value: outbox.draft(this.item.id) || why,
      input: () => outbox.setDraft(this.item.id, this.why.value),
      keydown: (event) => this.whyKey(event)});
    this.confirm = button("Confirm", () => this.submit(),
      {kind: "primary", "aria-keyshortcuts": "Enter"});
    this.element = h("div", {class: "px-item px-pair"},
      itemHeading(this.item), promptBox(this.item),
      h("div", {class: "px-sides"}, this.replies.map((reply) => reply.element)),
      h("fieldset", {class: "px-preference"}, h("legend", {}, "Which reply is better?"),
        h("div", {class: "px-options"}, PREFERENCES.map(({letter, label}, n) =>
          h("label", {class: "px-option"}, this.inputs[n], h("kbd", {"aria-hidden": "true"},
            String(n + 1)), h("span", {}, label))))),
      h("div", {class: "px-line px-why"}, field("Why? (optional)", this.why), this.confirm),
      h("div", {class: "px-under"}, this.hints(), this.ways()));
  }

  hints() {
    return keyHints([[["1", "–", "4"], "choose"], [["Enter"], "confirms"], [["w"], "why"],
      [["p"], "pass"], [["u"], "back"], [["PgDn"], "read on"]]);
  }

  pick(key) {
    this.choice = key;
    for (const input of this.inputs) input.checked = input.value === key;
    this.confirm.disabled = !key || !this.writable;
  }

  submit() {
    if (!this.choice) return this.inputs[0].focus();
    const why = this.why.value.trim();
    const [choice, words] = this.before;
    if (this.choice === choice && why === words) return this.leave("correct", {answers: []});
    this.leave("choose", {preferred: this.choice, why}, {keep: true});
    if (this.left) this.link.outbox.setDraft(this.item.id, "");
  }

  stay() {
    super.stay();
    this.link.outbox.setDraft(this.item.id, this.why.value);
  }

  shortcut(event) {
    if (!forItem(event, this.panel)) return;
    const chosen = PREFERENCES.find(({letter}, n) =>
      event.key === letter || event.key === String(n + 1));
    if (chosen && this.writable) this.take(chosen);
    else if (event.key === "Enter" && !event.target.matches("button")) this.submit();
    else if (event.key === "w") this.why.focus();
    else return this.commonKey(event);
    event.preventDefault();
  }

  take({key, label}) {
    this.pick(key);
    const input = this.inputs.find((one) => one.value === key);
    input.focus({preventScroll: true});
    this.panel.announce(`${label}. Enter confirms.`);
  }

  whyKey(event) {
    if (isComposing(event)) return;
    if (event.key === "Escape") (this.inputs.find((one) => one.checked) ?? this.inputs[0]).focus();
    else if (event.key === "Enter" && !event.shiftKey) this.submit();
    else return;
    event.preventDefault();
  }

  update() {}
}
