// The way in and the ways out, the same in every panel. Each screen takes the panel and returns
// {element, focusTarget?}; each has one primary button.

function screen(...children) {
  return {element: h("div", {class: "px-screen"}, ...children), update() {}, close() {}};
}

function actions(...buttons) {
  return h("div", {class: "px-actions px-main"}, buttons);
}

function enrolScreen(panel) {
  const {study} = panel.view;
  const code = h("input", {type: "text", autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", required: true, maxlength: "200"});
  const problem = h("p", {class: "px-problem", role: "alert"});
  let busy = false;
  const submit = () => {
    if (busy) return;
    problem.textContent = code.value.trim() ? "" : "Enter the code you were given.";
    if (!code.value.trim()) return code.focus();
    busy = true;
    panel.link.send("enrol", {code: code.value}, {then: ({ok, message}) => {
      busy = false;
      seat.keep(panel.place, ok ? code.value : "");
      if (!ok) problem.textContent = message;
      return !ok;
    }});
  };
  const enter = (event) => event.key === "Enter" && submit();
  code.addEventListener("keydown", enter);
  code.value = seat.recall(panel.place);
  if (code.value) setTimeout(submit);
  return {...screen(
    heading(2, plain("span", study.title)),
    h("p", {class: "px-lead"}, panel.words.task, ` It takes about ${study.minutes} minutes, and you ` +
      "can stop at any time."),
    field("Your code", code, "From your invitation. It brings you back to where you were."),
    problem,
    actions(button("Continue", submit, {kind: "primary"}))), focusTarget: code};
}

// For a code that was mistyped, and for the next tester at the same computer.
function otherCode(panel, words) {
  const {byCode} = panel.view;
  return byCode ? button(words, () => {
    seat.keep(panel.place, "");
    panel.link.send("other_code");
  }, {kind: "link"}) : null;
}

function consentScreen(panel) {
  const {consent} = panel.view;
  return screen(
    plain("h2", consent.title, {tabindex: "-1"}),
    prose(consent.text),
    h("div", {class: "px-card px-note"}, h("h3", {}, "What may come up"), prose(consent.content_note)),
    h("div", {class: "px-two"},
      labeled(3, "Who sees what", prose(consent.seen_by)),
      labeled(3, "For how long", prose(consent.kept_for))),
    h("p", {class: "px-hint"}, "Questions, or something upset you? ", plain("span", consent.support)),
    actions(
      button("I agree and want to begin", () => panel.link.send("consent"), {kind: "primary"}),
      button("Not now", () => panel.showLocal(laterScreen)),
      otherCode(panel, "Use another code")));
}

function laterScreen(panel) {
  return screen(
    heading(2, "That is fine"),
    h("p", {class: "px-lead"}, "You have not joined the study. You can close this page, or come back " +
      "whenever you like."),
    actions(button("Back", () => panel.showLocal(null), {kind: "primary"})));
}

function withdrawnScreen(panel) {
  const {kept_for: kept, support} = panel.view;
  return screen(
    heading(2, "You have left the study"),
    h("p", {class: "px-lead"}, "Nothing more is kept from here on, and every result leaves your " +
      `${panel.words.work} out.`),
    h("div", {class: "px-card"}, h("h3", {}, "What stays in the record"),
      h("p", {}, `${panel.words.made} before is not erased by leaving. It stays in the record for ` +
        "as long as the study says:"), prose(kept),
      h("p", {}, "To ask for it to be erased, turn to: ", plain("span", support))),
    otherCode(panel, "Somebody else is next"));
}

function unavailableScreen(panel) {
  const {message, again} = panel.view;
  return screen(
    heading(2, "This study cannot run right now"),
    h("p", {class: "px-lead"}, "You did nothing wrong, and nothing is lost. Please show this to the " +
      "people who run the study:"),
    plain("pre", message, {class: "px-message", tabindex: "0"}),
    again ? actions(button("Try again", () => panel.link.send("look"), {kind: "primary"})) : null);
}
