// The answer in flight: its pieces as they arrive, painted no faster than the page can bear.

class LiveAnswer {
  // `keepingUp` draws and stays at the newest words; `catchUp` asks the kernel for the whole.
  constructor({keepingUp, catchUp}) {
    this.keepingUp = keepingUp;
    this.catchUp = catchUp;
    this.reset("");
    this.body = h("div", {class: "px-body", dir: "auto", ...ORIGINAL});
    this.counter = h("p", {class: "px-hint"});
    this.element = h("div", {class: "px-turn px-assistant px-live", hidden: true},
      h("span", {class: "px-speaker"}, "Assistant"), this.body,
      h("span", {class: "px-dots", "aria-hidden": "true"}, h("i"), h("i"), h("i")));
  }

  get streaming() {
    return this.id !== "";
  }

  reset(id) {
    this.id = id;
    this.next = 0;
    this.text = "";
    this.asked = false;
  }

  // Pieces come numbered. A page that missed one, or has just been opened, asks for the whole.
  read({id = "", part = 0, text = "", whole = false}) {
    if (id !== this.id) this.reset(id);
    if (!id || part < this.next) return;
    if (whole || part === this.next) {
      this.text = whole ? text : this.text + text;
      this.next = part + 1;
      this.asked = false;
    } else if (!this.asked) {
      this.asked = true;
      this.catchUp();
    }
  }

  draw() {
    this.element.hidden = !this.streaming;
    if (this.streaming) this.paint();
  }

  // A long answer takes longer to lay out: leave the page twice as much time as that took.
  paint() {
    if (this.text === this.painted || this.resting) return;
    const began = performance.now();
    this.painted = this.text;
    this.write(this.text);
    const rest = 2 * (performance.now() - began);
    if (rest < 20) return;
    this.resting = setTimeout(() => {
      this.resting = null;
      if (this.streaming) this.keepingUp(() => this.paint());
    }, rest);
  }

  write(text) {
    if (text.length <= FOLD) {
      this.body.replaceChildren();
      return writeAnswer(this.body, {text});
    }
    // Nobody reads this fast: the beginning stays, and the rest is counted until it is all here.
    if (this.counter.parentElement !== this.body) this.body.append(this.counter);
    this.counter.textContent = `… ${text.length.toLocaleString("en")} characters so far`;
  }

  close() {
    clearTimeout(this.resting);
  }
}
