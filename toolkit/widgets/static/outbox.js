// What was sent and is not yet known to be kept. It survives a reload in this browser's storage and
// is cleared as each event is acknowledged. Without storage it lasts as long as the page.

class Outbox {
  constructor(study, participant, {keep = true} = {}) {
    this.name = `parallax:${study}:${participant}`;
    this.storage = keep ? storageOf() : null;
    this.memory = {};
  }

  events() {
    return this.read("events", []);
  }

  add(event) {
    if (!this.events().some((one) => one.id === event.id)) {
      this.write("events", [...this.events(), event]);
    }
  }

  drop(ids) {
    const gone = new Set(ids);
    const events = this.events();
    const kept = events.filter((one) => !gone.has(one.id));
    if (kept.length !== events.length) this.write("events", kept);
  }

  draft(session) {
    return this.read("draft", {})[session] ?? "";
  }

  setDraft(session, text) {
    this.write("draft", text ? {[session]: text} : null);
  }

  // Flags that are being written: the answer or flag they are about to what is in the form.
  flags(session) {
    return this.read("flags", {})[session] ?? {};
  }

  setFlag(session, name, draft) {
    const flags = this.flags(session);
    if (draft) flags[name] = draft;
    else delete flags[name];
    this.write("flags", Object.keys(flags).length ? {[session]: flags} : null);
  }

  clear() {
    this.write("events", null);
    this.write("draft", null);
    this.write("flags", null);
  }

  read(what, otherwise) {
    const key = `${this.name}:${what}`;
    try {
      return JSON.parse(this.storage?.getItem(key) ?? this.memory[key] ?? "null") ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  write(what, value) {
    const key = `${this.name}:${what}`;
    const text = value === null || value.length === 0 ? null : JSON.stringify(value);
    this.memory[key] = text;
    try {
      if (text === null) this.storage?.removeItem(key);
      else this.storage?.setItem(key, text);
    } catch {
      this.storage = null;
    }
  }
}

function storageOf() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

// The code typed in this tab, so that a restarted kernel need not ask for it again. It goes with the
// tab.
const seat = {
  recall(study) {
    try {
      return window.sessionStorage.getItem(`parallax:${study}:code`) ?? "";
    } catch {
      return "";
    }
  },
  keep(study, code) {
    try {
      if (code) window.sessionStorage.setItem(`parallax:${study}:code`, code);
      else window.sessionStorage.removeItem(`parallax:${study}:code`);
    } catch {
      // Without storage the code is asked for again.
    }
  },
};

// A UUIDv7: sorted by the moment it was made. `randomUUID` is missing on plain http addresses.
function newId() {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const time = Date.now().toString(16).padStart(12, "0");
  const rest = [...random].map((one) => one.toString(16).padStart(2, "0")).join("");
  const variant = (8 + (random[2] & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(1, 4)}-` +
    `${variant}${rest.slice(5, 8)}-${rest.slice(8, 20)}`;
}
