// The way to the kernel. Every event has an id; it is pending until the kernel acknowledges it, and
// what must not be lost also waits in the outbox.

const LATE = 6000;
// Events that leave nothing behind, so that nobody needs to wait for them.
const PASSING = new Set(["stop", "catch_up"]);

class Link {
  constructor(model) {
    this.model = model;
    this.pending = new Map();
    this.settle = new Map();
    this.outbox = new Outbox("", "", {keep: false});
    this.changed = () => {};
    this.handlers = {"change:acked": () => this.acknowledge(), "change:status": () => this.answer()};
    for (const [name, handler] of Object.entries(this.handlers)) model.on(name, handler);
    this.timer = setInterval(() => this.pending.size && this.changed(), 1000);
  }

  close() {
    for (const [name, handler] of Object.entries(this.handlers)) this.model.off(name, handler);
    clearInterval(this.timer);
  }

  // Send an event; `then` is told {ok, message} once the kernel has dealt with it, and returns true
  // when it has shown the message itself.
  send(action, fields = {}, {keep = false, then = null, id = newId()} = {}) {
    const event = {id, action, ...fields};
    if (!PASSING.has(action)) this.pending.set(id, Date.now());
    if (then) this.settle.set(id, then);
    if (keep) this.outbox.add(event);
    this.model.send(event);
    this.changed();
    return id;
  }

  // Send again what an earlier page left behind. Messages are not sent but returned: they are
  // offered to the tester, who may have changed their mind.
  replay(known) {
    const events = this.outbox.events();
    this.outbox.drop(events.filter((one) => known.has(one.id)).map((one) => one.id));
    const left = this.outbox.events();
    for (const {id, action, ...fields} of left) {
      if (action !== "say" && !this.pending.has(id)) this.send(action, fields, {id});
    }
    return left.filter((one) => one.action === "say" && !this.pending.has(one.id));
  }

  acknowledge() {
    const acked = this.model.get("acked");
    this.outbox.drop(acked);
    for (const id of acked) this.settled(id, {ok: true, message: ""});
    this.changed();
  }

  answer() {
    const {state, event, message, again} = this.model.get("status");
    if (state === "error" && event) {
      if (!again) this.outbox.drop([event]);
      // Whoever sent it may show the reason right there; then it is not said twice.
      if (this.settled(event, {ok: false, message}) === true) this.told = event;
    }
    this.changed();
  }

  settled(id, result) {
    this.pending.delete(id);
    const then = this.settle.get(id);
    this.settle.delete(id);
    return then?.(result);
  }

  // {state: "saved" | "saving" | "late" | "error", message, again}
  get saving() {
    const status = this.model.get("status");
    const oldest = Math.min(...this.pending.values());
    if (Date.now() - oldest > LATE) return {state: "late", message: "", again: false};
    if (this.pending.size) return {state: "saving", message: "", again: false};
    if (status.state === "error" && (status.again || status.event !== this.told)) return status;
    return {state: "saved", message: "", again: false};
  }
}
