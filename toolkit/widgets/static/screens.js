// The screens of a session around its conversation, and its own words. Each takes the panel and
// returns {element, focusTarget?}; each has one primary button.

const SESSION_WORDS = {
  name: "Parallax session",
  task: "You will play a made-up person at work, talk to an AI assistant as them, and say what felt " +
    "right and what felt wrong.",
  work: "conversations",
  made: "What you wrote",
};

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
