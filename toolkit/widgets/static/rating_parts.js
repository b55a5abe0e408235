// What an item is made of: the prompt, a reply, a way back, a way past, and the keys.

const PROMPT_WHO = {user: "Somebody wrote", assistant: "The assistant answered"};
const PROMPT_FOLD = 1500;

// Something that can be put away: a link that says whether it is there, and the thing itself.
function folding(words, body, open) {
  const name = uniqueName("fold");
  const toggle = button("", () => show(body.hidden), {kind: "link", "aria-controls": name});
  const show = (shown) => {
    body.hidden = !shown;
    toggle.textContent = shown ? `Hide ${words}` : `Show ${words}`;
    toggle.setAttribute("aria-expanded", String(shown));
  };
  body.id = name;
  show(open);
  return toggle;
}

// The prompt as it was sent, and the situation it was written in.
function promptBox({prompt, situation}) {
  const length = prompt.reduce((sum, turn) => sum + turn.text.length, 0);
  const words = h("div", {class: "px-prompt-words", tabindex: "0", role: "region",
    "aria-label": "What was written"}, prompt.map((turn) => [
    prompt.length > 1 ? h("p", {class: "px-speaker"}, PROMPT_WHO[turn.role] ?? turn.role) : null,
    plain("div", turn.text, {class: "px-body px-plain", ...ORIGINAL})]));
  const around = situation ? h("div", {class: "px-around"}, prose(situation)) : null;
  return h("div", {class: "px-prompt"},
    h("div", {class: "px-bar"}, h("h3", {}, prompt.length > 1 ? "What was said" : "Somebody wrote"),
      around && folding("situation", around, false),
      folding(prompt.length > 1 ? "messages" : "message", words, length <= PROMPT_FOLD)),
    around, words);
}

// One reply: text and nothing else, in a frame that scrolls by itself.
class ReplyBox {
  constructor(text, label, panel) {
    this.text = text;
    this.shown = text.length > FOLD ? FOLDED : text.length;
    this.body = h("div", {class: "px-body", dir: "auto", ...ORIGINAL});
    this.guard = keepOriginal(this.body, () => this.write(this.shown), () => panel.sayTranslated());
    this.more = h("p", {class: "px-more"});
    this.frame = h("div", {class: "px-reply-words", tabindex: "0", role: "region",
      "aria-label": label}, this.body, this.more);
    this.element = h("div", {class: "px-reply"},
      h("h3", {}, label), this.frame);
    this.write(this.shown);
  }

  write(end) {
    this.shown = end;
    this.body.replaceChildren();
    writeAnswer(this.body, {text: this.text}, end);
    if (!this.text) this.body.append(h("p", {class: "px-hint"}, "This reply is empty."));
    replaceChildren(this.more, end === this.text.length ? null : [
      h("span", {}, `This is the beginning of ${this.text.length.toLocaleString("en")} characters. `),
      button("Show all", () => {
        this.write(this.text.length);
        this.frame.focus();
      }, {kind: "small"})]);
  }
}

function keyHints(pairs) {
  return h("p", {class: "px-hint px-shortcuts"}, pairs.map(([keys, does]) => h("span", {},
    keys.map((key) => key === "–" ? "–" : h("kbd", {}, key)), ` ${does}`)).flatMap((one, n) =>
    n ? [" ", one] : [one]));
}

// The head of an item: where we are, and what it is about.
function itemHeading({position, of, title}) {
  return h("h2", {class: "px-item-head", tabindex: "-1"},
    h("span", {class: "px-kicker"}, `${position} of ${of}`), " ",
    plain("span", title, {class: "px-about-what"}));
}

// Whether a key press is meant for the item: not for a text field, a menu or an open question.
function forItem(event, panel) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return false;
  if (isComposing(event) || event.repeat) return false;
  if (panel.footer.querySelector(".px-confirm")) return false;
  return !event.target.matches("textarea, input:not([type=radio]), select");
}

const SCROLLS = {PageDown: 0.85, PageUp: -0.85, ArrowDown: 0.15, ArrowUp: -0.15};

// Reading on without leaving the questions.
function scrollReplies(event, frames) {
  const share = SCROLLS[event.key];
  if (!share || event.target.closest(".px-reply-words, .px-prompt-words")) return false;
  if (event.key.startsWith("Arrow") && event.target.matches("input")) return false;
  for (const frame of frames) frame.scrollTop += share * frame.clientHeight;
  event.preventDefault();
  return true;
}

// What every item has: going back, passing, and being done with.
class ItemScreen {
  constructor(panel) {
    this.panel = panel;
    this.link = panel.link;
    this.item = panel.view.item;
    this.dense = true;
    this.wide = true;
    this.left = false;
  }

  get writable() {
    return !this.panel.view.readOnly && !this.left;
  }

  get given() {
    const given = this.panel.model.get("given");
    return given.item === this.item.id ? given : {};
  }

  // Send what leads on to another item; nothing else counts until the kernel has answered.
  leave(action, fields, options = {}) {
    if (!this.writable) return;
    this.left = true;
    this.element.classList.add("px-left-behind");
    this.link.send(action, {item: this.item.id, ...fields}, {...options, then: ({ok}) => {
      if (ok) return;
      this.stay();
    }});
  }

  stay() {
    this.left = false;
    this.element.classList.remove("px-left-behind");
  }

  pass() {
    this.leave("pass", {}, {keep: true});
  }

  back() {
    if (this.item.position > 1) this.leave("back", {});
  }

  // Keys that mean the same on every item; true when one was pressed.
  commonKey(event) {
    if (event.key === "p" || event.key === "0") this.pass();
    else if (event.key === "u" || event.key === "Backspace") this.back();
    else return scrollReplies(event, this.frames);
    event.preventDefault();
    return true;
  }

  ways(...more) {
    const back = button("← Back", () => this.back(), {kind: "small", "aria-keyshortcuts": "u"});
    back.disabled = this.item.position === 1;
    return h("div", {class: "px-ways"}, back,
      button("Pass", () => this.pass(), {kind: "small", "aria-keyshortcuts": "p"}), more);
  }

  close() {}
}
