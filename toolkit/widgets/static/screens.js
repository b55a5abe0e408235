// Every screen but the conversation. Each takes the panel and returns {element, focusTarget?};
// each has one primary button.

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
      seat.keep(study.id, ok ? code.value : "");
      if (!ok) problem.textContent = message;
      return !ok;
    }});
  };
  const enter = (event) => event.key === "Enter" && submit();
  code.addEventListener("keydown", enter);
  code.value = seat.recall(study.id);
  if (code.value) setTimeout(submit);
  return {...screen(
    heading(2, plain("span", study.title)),
    h("p", {class: "px-lead"}, "You will play a made-up person at work, talk to an AI assistant as " +
      `them, and say what felt right and what felt wrong. It takes about ${study.minutes} minutes, ` +
      "and you can stop at any time."),
    field("Your code", code, "From your invitation. It brings you back to where you were."),
    problem,
    actions(button("Continue", submit, {kind: "primary"}))), focusTarget: code};
}

// For a code that was mistyped, and for the next tester at the same computer.
function otherCode(panel, words) {
  const {byCode, study} = panel.view;
  return byCode ? button(words, () => {
    seat.keep(study.id, "");
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

function briefScreen(panel) {
  const {persona, scenario, progress} = panel.view;
  const {position} = progress;
  const start = button("Start conversation", () => panel.link.send("begin", {position}),
    {kind: "primary"});
  return screen(
    heading(2, position === 0 ? "Meet who you will play" : "Next conversation"),
    h("div", {class: "px-read", tabindex: "0", role: "region",
      "aria-label": "Who you play, and the situation"},
      personaCard(persona), situationCard(scenario)),
    actions(start,
      button("Skip this one", () => panel.link.send("skip", {position}))));
}

function formScreen(panel) {
  const {form, session, limits} = panel.view;
  const judged = panel.model.get("judged").form;
  const problem = h("p", {class: "px-problem", role: "alert"});
  const answered = new Set(Object.keys(judged));
  const outbox = panel.link.outbox;
  let warned = false;
  let busy = false;
  const rate = (question, value) => {
    answered.add(question);
    panel.link.send("rate", {session, turn: null, question, value}, {keep: true});
  };
  const questions = form.map(({id, ask, low, high}) => scale({
    legend: ask, low, high, value: id in judged ? judged[id] : undefined,
    pick: (value) => rate(id, value), quiet: "Rather not say"}));
  const comment = h("textarea", {rows: "3", dir: "auto", maxlength: String(limits.comment),
    value: outbox.draft(`${session}:end`),
    input: () => outbox.setDraft(`${session}:end`, comment.value)});
  const submit = () => {
    const open = form.length - answered.size;
    if (open && !warned) {
      warned = true;
      problem.textContent = `${open === 1 ? "One question has" : `${open} questions have`} no answer ` +
        "yet. You can answer, or press “Save and go on” again to leave it open.";
      const first = questions.find((one) => !one.querySelector(":checked"));
      first?.before(problem);
      first?.querySelector("input").focus();
      return;
    }
    if (busy) return;
    busy = true;
    panel.link.send("finish", {session, comment: comment.value}, {keep: true, then: (result) => {
      busy = false;
      if (result.ok) outbox.setDraft("", "");
      else problem.textContent = result.message;
      return !result.ok;
    }});
  };
  return screen(
    heading(2, "How was this conversation?"),
    h("p", {class: "px-lead"}, "Answer for the person you played, ", plain("strong",
      panel.view.persona.name), ". Each answer is saved as you pick it."),
    questions,
    field("Anything else?", comment, "Optional"),
    problem,
    actions(button("Save and go on", submit, {kind: "primary"}), button("Back to the conversation", () =>
      panel.link.send("form", {session, open: false}))));
}

function restScreen(panel) {
  const {progress} = panel.view;
  return screen(
    heading(2, "Enough for today"),
    h("p", {class: "px-lead"}, `You have done ${progress.position} of ${progress.total} ` +
      "conversations, and this study keeps sittings short. Everything is saved."),
    h("p", {}, "Close this page now. Come back tomorrow or later and enter the same code: you go on " +
      "with the next conversation."),
    otherCode(panel, "Somebody else is next"));
}

function doneScreen(panel) {
  const {next, support} = panel.view;
  return screen(
    heading(2, "Thank you"),
    h("p", {class: "px-lead"}, "You have finished. Everything you wrote and marked is saved, and you " +
      "can close this page."),
    h("div", {class: "px-card"}, h("h3", {}, "What happens next"), prose(next)),
    h("p", {class: "px-hint"}, "Questions, or something stayed with you? ", plain("span", support)),
    otherCode(panel, "Somebody else is next"));
}

function withdrawnScreen(panel) {
  const {kept_for: kept, support} = panel.view;
  return screen(
    heading(2, "You have left the study"),
    h("p", {class: "px-lead"}, "Nothing more is kept from here on, and every result leaves your " +
      "conversations out."),
    h("div", {class: "px-card"}, h("h3", {}, "What stays in the record"),
      h("p", {}, "What you wrote before is not erased by leaving. It stays in the record for as long " +
        "as the study says:"), prose(kept),
      h("p", {}, "To ask for it to be erased, turn to: ", plain("span", support))),
    otherCode(panel, "Somebody else is next"));
}

function unavailableScreen(panel) {
  return screen(
    heading(2, "This study cannot run right now"),
    h("p", {class: "px-lead"}, "You did nothing wrong, and nothing is lost. Please show this to the " +
      "people who run the study:"),
    plain("pre", panel.view.message, {class: "px-message", tabindex: "0"}));
}

const SCREENS = {
  enrol: enrolScreen,
  consent: consentScreen,
  brief: briefScreen,
  conversation: (panel) => new Chat(panel),
  form: formScreen,
  rest: restScreen,
  done: doneScreen,
  withdrawn: withdrawnScreen,
  unavailable: unavailableScreen,
};
