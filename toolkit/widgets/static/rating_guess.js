// After the last item: whom did the rater take the person for? It tells whether hiding them worked.

class GuessScreen {
  constructor(panel) {
    this.panel = panel;
    this.link = panel.link;
    this.dense = true;
    this.wide = true;
    this.guess = panel.view.guess;
    this.typed = "";
    this.left = false;
    this.reply = new ReplyBox(this.guess.reply, this.guess.letter || "Reply");
    this.frames = [this.reply.frame];
    this.build();
  }

  get writable() {
    return !this.panel.view.readOnly && !this.left;
  }

  build() {
    const {position, of} = this.guess;
    const name = uniqueName("guess");
    this.options = [...this.guess.options, {number: 0, text: "I cannot tell"}];
    this.inputs = this.options.map(({number}) => h("input", {type: "radio", name,
      value: String(number), disabled: !this.writable, change: () => this.pick(number)}));
    this.confirm = button("Confirm", () => this.submit(),
      {kind: "primary", "aria-keyshortcuts": "Enter", disabled: true});
    this.element = h("div", {class: "px-item"},
      h("h2", {class: "px-item-head", tabindex: "-1"},
        h("span", {class: "px-kicker"}, `One last thing · ${position} of ${of}`), " ",
        h("span", {class: "px-about-what"}, "Who do you think this person was?")),
      h("p", {class: "px-hint"}, "Whatever you pick changes nothing about your ratings; it only " +
        "shows whether you could tell."),
      h("div", {class: "px-beside"},
        h("div", {class: "px-read-this"}, promptBox(this.guess), this.reply.element),
        h("fieldset", {class: "px-preference"}, h("legend", {}, "This person was"),
          h("div", {class: "px-options px-many"}, this.options.map(({number, text}, n) =>
            h("label", {class: "px-option"}, this.inputs[n],
              h("kbd", {"aria-hidden": "true"}, String(number)), plain("span", text)))))),
      h("div", {class: "px-under"},
        keyHints([[["1", "–", String(this.guess.options.length)], "pick"], [["0"], "cannot tell"],
          [["Enter"], "confirms"], [["PgDn"], "read on"]]),
        h("div", {class: "px-ways"}, this.confirm)));
  }

  pick(number) {
    this.picked = number;
    for (const input of this.inputs) input.checked = input.value === String(number);
    this.confirm.disabled = !this.writable;
  }

  submit() {
    if (!this.writable) return;
    if (this.picked === undefined) return this.inputs[0].focus();
    this.left = true;
    this.link.send("guess", {item: this.guess.id, option: this.picked || null},
      {keep: true, then: ({ok}) => { if (!ok) this.left = false; }});
  }

  // More than nine people need two digits: "1" then "2" is the twelfth.
  type(digit) {
    const both = Number(this.typed + digit);
    const number = this.typed && this.options.some((one) => one.number === both) ? both
      : Number(digit);
    if (!this.options.some((one) => one.number === number)) return;
    this.typed = String(number);
    this.pick(number);
    const at = this.options.findIndex((one) => one.number === number);
    this.inputs[at].focus({preventScroll: true});
    this.inputs[at].closest("label").scrollIntoView({block: "nearest"});
  }

  shortcut(event) {
    if (!forItem(event, this.panel) || !this.writable) return;
    if (/^\d$/.test(event.key)) this.type(event.key);
    else if (event.key === "Enter" && !event.target.matches("button")) this.submit();
    else return scrollReplies(event, this.frames);
    event.preventDefault();
  }

  update() {}

  close() {}
}
