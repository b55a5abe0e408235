// Runs a notebook's cells when it opens, and again when its kernel has restarted; only for the
// notebooks the launcher lists in the page config. Written by hand: nothing here is compiled.
var _JUPYTERLAB = (window._JUPYTERLAB = window._JUPYTERLAB || {});
_JUPYTERLAB["parallax-open"] = (() => {
  const named = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const allowed = named.parallaxNotebooks || [];
  let shared;
  const load = async (name) => (await Object.values(shared[name])[0].get())();
  const follow = async (panel, run) => {
    await Promise.all([panel.context.ready, panel.sessionContext.ready]);
    if (!allowed.includes(panel.context.path)) return;
    let restarted = true;
    const runOnce = async (_, status) => {
      if (/restarting/.test(status)) restarted = true;
      if (!restarted || status !== "idle") return;
      restarted = false;
      await run(panel.content, panel.sessionContext);
    };
    panel.sessionContext.statusChanged.connect(runOnce);
    await panel.sessionContext.session?.kernel?.info;
    await runOnce(null, "idle");
  };
  const plugin = (notebook) => ({
    id: "parallax-open:plugin",
    autoStart: true,
    requires: [notebook.INotebookTracker],
    activate: (app, tracker) => {
      const run = notebook.NotebookActions.runAll.bind(notebook.NotebookActions);
      tracker.widgetAdded.connect((_, panel) => void follow(panel, run));
    },
  });
  return {
    init: (scope) => void (shared = scope),
    get: async () => {
      const made = plugin(await load("@jupyterlab/notebook"));
      return () => made;
    },
  };
})();
