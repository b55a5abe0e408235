// One reply on the study's form: a digit answers the question that is due and leads to the next.

class SingleItem extends ItemScreen {
  constructor(panel) {
    super(panel);
    const {questions} = this.item;
    this.answers = {...this.given.answers};
    // An item that was done with is open again: nothing changes until it is saved.
    this.again = questions.every(({id}) => id in this.answers);
    this.changed = new Set();
    this.rows = questions.map((question, n) => this.row(question, n));
    this.reply = new ReplyBox(this.item.replies[0], "Reply", panel);
    this.frames = [this.reply.frame];
    this.save = button("Go on", () => this.submit(),
      {kind: "primary", "aria-keyshortcuts": "Enter"});
    this.element = h("div", {class: "px-item", keydown: (event) => this.arrows(event)},
      itemHeading(this.item),
      h("div", {class: "px-beside"},
        h("div", {class: "px-read-this"}, promptBox(this.item), this.reply.element),
        h("div", {class: "px-form"}, this.rows)),
      h("div", {class: "px-under"}, this.hints(), this.ways(this.again ? this.save : null)));
    const open = questions.findIndex(({id}) => !(id in this.answers));
    this.turnTo(open < 0 ? questions.length - 1 : open);
  }

  row({id, ask, low, high}, n) {
    const row = scale({legend: ask, low, high, value: this.answers[id],
      pick: (value) => this.answer(n, value), small: true});
    row.addEventListener("focusin", () => this.turnTo(n));
    for (const input of row.querySelectorAll("input")) input.disabled = !this.writable;
    return row;
  }

  hints() {
    const most = this.item.questions.length;
    return keyHints([
      [["1", "–", "5"], most > 1 ? "answer, question by question" : "answer"],
      ...this.again ? [[["Enter"], "saves and goes on"]] : [],
      [["p"], "pass"], [["u"], "back"], [["PgDn"], "read on"]]);
  }

  turnTo(n) {
    this.current = n;
    this.rows.forEach((row, at) => row.classList.toggle("px-due", at === n));
  }

  check(n) {
    const value = this.answers[this.item.questions[n].id];
    for (const input of this.rows[n].querySelectorAll("input")) {
      input.checked = input.value === String(value);
    }
  }

  answer(n, value) {
    if (!this.writable) return this.check(n);
    const {id} = this.item.questions[n];
    this.answers[id] = value;
    this.check(n);
    if (this.again) this.change(id);
    else this.send(id, value);
    if (!this.left) this.goOn(n);
  }

  // Saved as it is picked; the last one leads on.
  send(question, value) {
    const complete = this.item.questions.every(({id}) => id in this.answers);
    const fields = {item: this.item.id, question, value};
    if (complete) this.leave("rate", fields, {keep: true});
    else this.link.send("rate", fields, {keep: true});
  }

  change(id) {
    this.changed.add(id);
    this.save.textContent = "Save and go on";
  }

  goOn(n) {
    const {questions} = this.item;
    const open = [...questions.keys()].find((at) => at !== n && !(questions[at].id in this.answers));
    const next = this.again ? Math.min(n + 1, questions.length - 1) : open ?? n;
    this.turnTo(next);
    this.focusRow(next);
  }

  focusRow(n) {
    const row = this.rows[n];
    (row.querySelector(":checked") ?? row.querySelector("input"))?.focus({preventScroll: true});
    row.scrollIntoView({block: "nearest"});
  }

  submit() {
    const answers = this.item.questions.filter(({id}) => this.changed.has(id))
      .map(({id}) => ({id: newId(), question: id, value: this.answers[id]}));
    this.leave("correct", {answers}, {keep: answers.length > 0});
  }

  shortcut(event) {
    if (!forItem(event, this.panel)) return;
    if (/^[1-5]$/.test(event.key)) {
      event.preventDefault();
      this.answer(this.current, Number(event.key));
    } else if (event.key === "Enter" && this.again && !event.target.matches("button")) {
      event.preventDefault();
      this.submit();
    } else this.commonKey(event);
  }

  // Arrows move without answering, since an answer may lead on at once; Space picks.
  arrows(event) {
    if (!event.target.matches("input[type=radio]") || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const row = this.rows.findIndex((one) => one.contains(event.target));
    const inputs = [...this.rows[row].querySelectorAll("input")];
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (step) inputs[(inputs.indexOf(event.target) + step + inputs.length) % inputs.length].focus();
    else this.focusRow((row + (event.key === "ArrowDown" ? 1 : -1) + this.rows.length)
      % this.rows.length);
  }

  update() {
    if (this.again) return;
    const {questions} = this.item;
    const before = this.answers;
    this.answers = {...before, ...this.given.answers};
    this.rows.forEach((_, n) => this.check(n));
    // Answered on another page: the next digit is not for this question.
    const due = questions[this.current].id;
    const open = questions.findIndex(({id}) => !(id in this.answers));
    if (!(due in before) && due in this.answers && open >= 0) this.turnTo(open);
  }
}
