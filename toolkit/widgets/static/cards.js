// The persona and the situation, as cards and as the header of a conversation.

function hints(list) {
  return h("ul", {class: "px-hints"}, list.map((one) => plain("li", one)));
}

function personaDetails({background, style, samples, identity, goals, would_notice: notices}) {
  return [
    labeled(3, "Who you are", prose(background)),
    labeled(3, "How you write", prose(style),
      h("div", {class: "px-samples"}, samples.map((one) => plain("q", one)))),
    labeled(3, "How you might say who you are", h("div", {class: "px-samples"}, plain("q", identity))),
    labeled(3, "What you want", hints(goals)),
    labeled(3, "What you would notice", hints(notices)),
  ];
}

function personaName({name, pronouns}) {
  return [plain("span", name), " ", plain("span", pronouns, {class: "px-pronouns"})];
}

function personaCard(persona) {
  const {background, style, samples, identity, would_notice: notices} = persona;
  return h("section", {class: "px-card px-persona", "aria-label": "Who you play"},
    h("div", {class: "px-name"},
      h("span", {class: "px-face", "aria-hidden": "true"}, [...persona.name][0]),
      h("div", {},
        h("p", {class: "px-kicker"}, "You will play"),
        h("h3", {}, personaName(persona)),
        plain("p", persona.title, {class: "px-title"}))),
    prose(background),
    labeled(4, "How you might say who you are", h("div", {class: "px-samples"}, plain("q", identity))),
    h("div", {class: "px-two"},
      labeled(4, "How you write", prose(style),
        h("div", {class: "px-samples"}, samples.map((one) => plain("q", one)))),
      labeled(4, "What you would notice", hints(notices))));
}

function situationCard({title, situation, task, grounding_title: grounding}) {
  return h("section", {class: "px-card", "aria-label": "The situation"},
    h("p", {class: "px-kicker"}, "The situation"),
    plain("h3", title),
    prose(situation),
    grounding ? h("p", {class: "px-hint"}, "The assistant has this at hand: ",
      plain("span", grounding)) : null,
    h("div", {class: "px-task"}, h("h4", {}, "Your task"), prose(task)));
}

// The strip above a conversation: who you are, and everything else one press away.
function whoYouAre({persona, scenario}) {
  const name = uniqueName("about");
  const details = h("div", {class: "px-about", id: name, hidden: true, tabindex: "0", role: "region",
    "aria-label": "Situation, task and persona"},
    labeled(3, "The situation", prose(scenario.situation),
      scenario.grounding_title ? h("p", {class: "px-hint"}, "The assistant has this at hand: ",
        plain("span", scenario.grounding_title)) : null),
    h("div", {class: "px-task"}, h("h3", {}, "Your task"), prose(scenario.task)),
    labeled(3, "Worth trying", hints(scenario.worth_trying)),
    personaDetails(persona));
  const toggle = button("Situation and task", () => show(details.hidden),
    {kind: "small", "aria-expanded": "false", "aria-controls": name});
  const show = (open) => {
    details.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = open ? "Hide situation and task" : "Situation and task";
  };
  return h("div", {class: "px-who", keydown: (event) => {
    if (event.key !== "Escape" || isComposing(event) || details.hidden) return;
    event.preventDefault();
    show(false);
    toggle.focus();
  }},
    h("div", {class: "px-strip"},
      h("span", {class: "px-face", "aria-hidden": "true"}, [...persona.name][0]),
      h("div", {class: "px-you"},
        h("h2", {tabindex: "-1"}, h("span", {class: "px-youare"}, "You are "), personaName(persona)),
        plain("p", `${persona.title} · ${scenario.title}`, {class: "px-title"})),
      toggle),
    details);
}
