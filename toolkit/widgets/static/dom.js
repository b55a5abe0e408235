// Elements by name. Children that are strings become text nodes; no text ever becomes markup.

function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "value" && tag !== "li") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined
    && child !== false));
  return element;
}

// While a word is put together with an input method, its keys mean the word and nothing else. Safari
// ends the word before it tells of the key that did so, whose code then is 229.
const isComposing = (event) => event.isComposing || event.keyCode === 229;

let lastNumber = 0;
const uniqueName = (stem) => `px-${stem}-${++lastNumber}`;

function button(label, click, {kind = "plain", ...rest} = {}) {
  return h("button", {type: "button", class: `px-button px-${kind}`, click, ...rest}, label);
}

function heading(level, ...words) {
  return h(`h${level}`, {tabindex: "-1"}, ...words);
}

// Text that people of the study wrote, one paragraph a blank line.
function prose(text, attributes = {}) {
  return text.split(/\n\s*\n/).map((part) => {
    const paragraph = h("p", {dir: "auto", ...attributes});
    writePlain(paragraph, part.trim());
    return paragraph;
  });
}

function plain(tag, text, attributes = {}) {
  const element = h(tag, {dir: "auto", ...attributes});
  writePlain(element, text ?? "");
  return element;
}

function labeled(level, title, ...content) {
  return h("div", {class: "px-part"}, h(`h${level}`, {}, title), ...content);
}

function field(label, control, hint = "") {
  const name = uniqueName("field");
  control.id = name;
  const help = hint && h("span", {class: "px-hint", id: `${name}-hint`}, hint);
  if (help) control.setAttribute("aria-describedby", help.id);
  return h("div", {class: "px-field"}, h("label", {for: name}, label), help || null, control);
}

// One question answered 1 to 5: native radios, words at both ends.
function scale({legend, low, high, value, pick, small = false, quiet = null}) {
  const name = uniqueName("scale");
  const choice = (number) => h("label", {class: "px-point"},
    h("input", {
      type: "radio", name, value: String(number), checked: value === number,
      "aria-label": number === 1 ? `1, ${low}` : number === 5 ? `5, ${high}` : String(number),
      change: () => pick(number),
    }),
    h("span", {"aria-hidden": "true"}, String(number)));
  return h("fieldset", {class: small ? "px-scale px-small" : "px-scale"},
    h("legend", {dir: "auto"}, legend),
    h("div", {class: "px-points"},
      h("span", {class: "px-end", dir: "auto", "aria-hidden": "true"}, low),
      h("span", {class: "px-five"}, [1, 2, 3, 4, 5].map(choice)),
      h("span", {class: "px-end", dir: "auto", "aria-hidden": "true"}, high),
      quiet && h("label", {class: "px-quiet"},
        h("input", {type: "radio", name, value: "none", checked: value === null,
          change: () => pick(null)}),
        h("span", {}, quiet))));
}

// A list of words to pick one from, each with its meaning.
function choices({legend, options, value, pick}) {
  const name = uniqueName("choice");
  return h("fieldset", {class: "px-choices"},
    h("legend", {}, legend),
    options.map((option) => h("label", {class: "px-choice"},
      h("input", {type: "radio", name, value: option.key, checked: value === option.key,
        change: () => pick(option.key)}),
      h("span", {}, h("strong", {}, option.label), h("span", {class: "px-meaning"}, option.meaning)))));
}

function replaceChildren(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child));
}
