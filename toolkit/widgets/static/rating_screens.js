// The screens of rating around its items, and its own words.

const RATING_WORDS = {
  name: "Parallax rating",
  task: "You will read what an AI assistant replied to short messages, and say what you think of it.",
  work: "ratings",
  made: "What you rated",
};

function howScreen(panel) {
  const {form, masked} = panel.view;
  const pair = form === "pair";
  return screen(
    heading(2, "How it works"),
    h("ol", {class: "px-how"},
      h("li", {}, pair
        ? "You see what somebody wrote, and two replies, A and B. Say which is better."
        : "You see what somebody wrote, and one reply. Answer each question from 1 to 5."),
      h("li", {}, masked
        ? "Names and the like are hidden, as ‹name›. Judge what you see; there is no right answer."
        : "Judge what you see; there is no right answer."),
      h("li", {}, "A reply may stop in the middle of a sentence. It came like that."),
      h("li", {}, "Everything works by keyboard, and every answer is saved at once. ",
        h("kbd", {}, "u"), " goes back to change one, ", h("kbd", {}, "p"), " passes.")),
    actions(
      button("Start rating", () => panel.link.send("start"), {kind: "primary"}),
      otherCode(panel, "Use another code")));
}

function rateScreen(panel) {
  return panel.view.item.form === "pair" ? new PairItem(panel) : new SingleItem(panel);
}

function waitingScreen(panel) {
  return screen(
    heading(2, "Nothing to rate yet"),
    h("p", {class: "px-lead"}, "The replies are not here yet. You did nothing wrong."),
    h("p", {}, "Come back later with the same code, or try again now."),
    actions(button("Try again", () => panel.link.send("look"), {kind: "primary"}),
      otherCode(panel, "Somebody else is next")));
}

function restScreen(panel) {
  const {done, of} = panel.view.progress;
  return screen(
    heading(2, "Enough for today"),
    h("p", {class: "px-lead"}, `You have rated ${done} of ${of}, and this study keeps sittings ` +
      "short. Everything is saved."),
    h("p", {}, "Close this page now. Come back tomorrow or later and enter the same code: you go on " +
      "where you stopped."),
    panel.view.readOnly ? null : h("p", {}, "Not sure about the last one? ",
      button("← Back", () => panel.link.send("back", {item: ""}), {kind: "small"})),
    otherCode(panel, "Somebody else is next"));
}

function elsewhereScreen() {
  return screen(
    heading(2, "You are rating somewhere else"),
    h("p", {class: "px-lead"}, "Go on there. Everything is saved, and nothing is asked here."));
}

// The last item led on by itself, so the way back to it is here.
class LastScreen {
  constructor(panel) {
    this.panel = panel;
    const on = button("Go on", () => this.goOn(), {kind: "primary", "aria-keyshortcuts": "Enter"});
    const back = button("← Back", () => this.back(), {"aria-keyshortcuts": "u"});
    on.disabled = back.disabled = Boolean(panel.view.readOnly);
    this.element = h("div", {class: "px-screen"},
      heading(2, "That was the last one"),
      h("p", {class: "px-lead"}, "Everything you rated is saved. A few short questions about it are " +
        "left; from there you cannot go back to change a rating."),
      actions(on, back),
      keyHints([[["Enter"], "goes on"], [["u"], "back"]]));
  }

  goOn() {
    this.panel.link.send("end");
  }

  back() {
    this.panel.link.send("back", {item: ""});
  }

  shortcut(event) {
    if (!forItem(event, this.panel) || this.panel.view.readOnly) return;
    if (event.key === "u" || event.key === "Backspace") this.back();
    else if (event.key === "Enter" && !event.target.matches("button")) this.goOn();
    else return;
    event.preventDefault();
  }

  update() {}

  close() {}
}

function doneScreen(panel) {
  const {next, support} = panel.view;
  return screen(
    heading(2, "Thank you"),
    h("p", {class: "px-lead"}, "You have finished. Everything you rated is saved, and you can close " +
      "this page."),
    h("div", {class: "px-card"}, h("h3", {}, "What happens next"), prose(next)),
    h("p", {class: "px-hint"}, "Questions, or something stayed with you? ", plain("span", support)),
    otherCode(panel, "Somebody else is next"));
}

const RATING_SCREENS = {
  enrol: enrolScreen,
  consent: consentScreen,
  how: howScreen,
  rate: rateScreen,
  waiting: waitingScreen,
  elsewhere: elsewhereScreen,
  rest: restScreen,
  last: (panel) => new LastScreen(panel),
  guess: (panel) => new GuessScreen(panel),
  done: doneScreen,
  withdrawn: withdrawnScreen,
  unavailable: unavailableScreen,
};
