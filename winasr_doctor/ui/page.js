(texts) => {
  // What the server cannot say: that it is gone, that Gradio refused something before any callback
  // ran, that there is no microphone. It is written beside the server's own status, never into it.
  const status = () => document.querySelector("#status_output");
  const say = (kind, text) => {
    const host = status();
    if (!host) return;
    let note = host.querySelector(":scope > .winasr-client");
    if (!note) {
      note = document.createElement("div");
      note.className = "winasr-status winasr-client";
      note.setAttribute("role", "alert");
      host.appendChild(note);
    }
    note.dataset.state = "error";
    note.dataset.kind = kind;
    note.hidden = !text;
    if (note.textContent !== text) note.textContent = text;
  };
  const unsay = (...kinds) => {
    const note = status()?.querySelector(":scope > .winasr-client");
    if (note && kinds.includes(note.dataset.kind)) say(note.dataset.kind, "");
  };

  // A lost server must be known within 2 s. One that refuses is believed at the second time; one
  // whose thread has died still has an open port, where nothing answers.
  let missed = 0;
  const ask = async () => {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), 1300);
    try {
      await fetch("gradio_api/startup-events", { cache: "no-store", signal: control.signal });
      missed = 0;
      unsay("lost", "silent");
    } catch {
      missed += 1;
      if (control.signal.aborted) say("silent", texts.silent);
      else if (missed > 1) say("lost", texts.lost);
    } finally {
      clearTimeout(timer);
      setTimeout(ask, 500);
    }
  };
  ask();

  // Gradio's toasts are gone after seconds; their words stay in the status.
  const seen = new WeakSet();
  const keep = (toast) => {
    if (seen.has(toast)) return;
    seen.add(toast);
    const words = toast.textContent.trim();
    setTimeout(() => {
      if (words && missed === 0 && !status()?.textContent.includes(words)) {
        say("toast", texts.failed + words);
      }
    }, 300);
  };
  // Gradio nests a button in a button, which a screen reader cannot tell apart.
  const unnest = (inner) => {
    const outer = inner.parentElement.closest("button");
    outer.setAttribute("role", "group");
    outer.setAttribute("aria-label", texts.add);
    outer.removeAttribute("title");
    outer.tabIndex = -1;
    inner.setAttribute("aria-label", texts.add);
    inner.querySelectorAll("input").forEach((input) => { input.tabIndex = -1; });
  };
  // The status is replaced as a whole, which no screen reader takes for a change of a live region,
  // unless it is an alert. So its headline is said once more here; counting up is nothing new.
  const announcer = document.createElement("div");
  announcer.id = "announcer";
  announcer.setAttribute("role", "status");
  document.body.appendChild(announcer);
  let announced = "";
  const announce = () => {
    const said = status()?.querySelector(":scope .winasr-status:not([data-state=error])");
    const words = said?.querySelector(".winasr-headline")?.firstChild?.textContent.trim() ?? "";
    const essence = words.replace(/[0-9.]+/g, "");
    if (!words || essence === announced) return;
    announced = essence;
    announcer.textContent = words;
  };
  new MutationObserver(() => {
    announce();
    document.querySelectorAll('.toast-body.error [data-testid="toast-text"]').forEach(keep);
    document.querySelectorAll("button:not([role]) button").forEach(unnest);
    // It can be reached and copied, but the downloads would not follow a change.
    document.querySelectorAll("#transcript textarea:not([readonly])").forEach((area) => {
      area.readOnly = true;
    });
  }).observe(document.body, { childList: true, subtree: true });

  // A new attempt makes an old note untrue. While it is captured: the attempt itself may fail at
  // once, and its note must stay.
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("#transcribe, #anyway, #audio, #microphone")) unsay("toast", "microphone");
    const button = target?.closest("button.winasr-copy");
    if (!button) return;
    const report = button.parentElement.querySelector("pre");
    const done = (text) => { button.textContent = text; };
    navigator.clipboard.writeText(report.textContent).then(
      () => done(texts.copied),
      () => {
        button.parentElement.querySelector("details").open = true;
        getSelection().selectAllChildren(report);
        done(texts.copy_failed);
      },
    );
  }, true);

  const devices = navigator.mediaDevices;
  if (devices?.getUserMedia) {
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      try {
        return await ask(wanted);
      } catch (error) {
        say("microphone", `${texts.microphone} (${error.name})`);
        throw error;
      }
    };
  }
}
