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
    note.dataset.state = kind === "arriving" ? "run" : "error";
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
      lock();
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
  // The text can be changed once nothing replaces it any more: Gradio sends a job's last answer twice.
  const busy = "#transcript :is(.generating, .translucent):not(.hide)";
  const lock = () => {
    const area = document.querySelector("#transcript textarea");
    const growing = working() || document.querySelector(busy);
    if (area) area.readOnly = !!growing || !document.querySelector("#download_txt:enabled");
  };
  new MutationObserver((changes) => {
    announce();
    document.querySelectorAll('.toast-body.error [data-testid="toast-text"]').forEach(keep);
    document.querySelectorAll("button:not([role]) button").forEach(unnest);
    lock();
    refresh();
    arrived();
    if (changes.some(({ target }) => target.closest?.("#words"))) setTimeout(markAgain, 50);
  }).observe(document.body, { childList: true, subtree: true });

  // Listening: a player for each recording, and its words.
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const working = () => status()?.querySelector('.winasr-status[data-state="run"]');
  const figureOf = (number) => document.querySelector(`#players [data-recording="${number}"]`);
  const show = (number) => {
    all("#players figure").forEach((figure) => {
      figure.hidden = figure.dataset.recording !== number;
      if (figure.hidden) figure.querySelector("audio").pause();
    });
    all("#players select").forEach((select) => { select.value = number; });
  };
  const play = (word) => {
    const { recording } = word.closest("section").dataset;
    const player = figureOf(recording)?.querySelector("audio");
    if (!player) return;
    show(recording);
    player.currentTime = Number(word.dataset.start);
    player.play().catch(() => {}); // its own error event says why
  };
  const focusOn = (word) => {
    all('[tabindex="0"]', word.closest("section")).forEach((each) => { each.tabIndex = -1; });
    word.tabIndex = 0;
    word.focus();
  };
  const spokenAt = (words, time) => {
    let [low, high] = [0, words.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(words[middle].dataset.start) <= time + 0.01) low = middle + 1;
      else high = middle;
    }
    const word = words[low - 1];
    return word && time <= Number(word.dataset.end) + 0.3 ? word : undefined;
  };
  let scrolled = 0; // when somebody last scrolled the words: then they stay where they are
  const follow = (player) => {
    const figure = player.closest("figure");
    figure.style.setProperty("--at", `${(100 * player.currentTime) / player.duration || 0}%`);
    const section = document.querySelector(
      `#words section[data-recording="${figure.dataset.recording}"]`,
    );
    if (!section) return;
    const word = spokenAt(all("[data-start]", section), player.currentTime);
    const marked = document.querySelector("#words [aria-current]");
    if (word === marked) return;
    marked?.removeAttribute("aria-current");
    word?.setAttribute("aria-current", "true");
    const box = section.parentElement;
    if (!word || player.paused || Date.now() - scrolled < 5000) return;
    const below = word.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
    const above = word.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (below > -20 || above < 0) box.scrollTop += above - box.clientHeight / 3;
  };
  // `timeupdate` comes four times a second, too seldom for short words.
  const keepUp = (player) => {
    follow(player);
    if (!player.paused && player.isConnected) requestAnimationFrame(() => keepUp(player));
  };
  for (const kind of ["play", "seeked", "pause"]) {
    document.addEventListener(kind, (event) => {
      if (!event.target.closest?.("#players")) return;
      keepUp(event.target);
      if (kind !== "play") return;
      all("#players audio").forEach((other) => { if (other !== event.target) other.pause(); });
    }, true);
  }
  document.addEventListener("error", (event) => {
    const figure = event.target.closest?.("#players figure");
    if (figure) figure.querySelector(".winasr-unplayable").hidden = false;
  }, true);
  for (const kind of ["wheel", "touchmove"]) {
    document.addEventListener(kind, (event) => {
      if (event.target.closest?.(".winasr-words")) scrolled = Date.now();
    }, { capture: true, passive: true });
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches(".winasr-chooser")) show(event.target.value);
  });
  document.addEventListener("keydown", (event) => {
    const word = event.target.closest?.("#words [data-start]");
    if (!word || event.ctrlKey || event.altKey || event.metaKey) return;
    const words = all("[data-start]", word.closest("section"));
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) focusOn(words[words.indexOf(word) + step] ?? word);
    else if (event.key === "Home") focusOn(words[0]);
    else if (event.key === "End") focusOn(words.at(-1));
    else if (event.key === "Enter" || event.key === " ") play(word);
    else return;
    event.preventDefault();
  });

  // Search: the words that a phrase touches are marked.
  let places = [];
  let place = -1;
  const search = (again) => {
    const before = again ? place : -1;
    all("#words .found").forEach((word) => word.classList.remove("found", "here"));
    [places, place] = [[], -1];
    const box = document.querySelector("#search textarea, #search input");
    const wanted = (box?.value ?? "").trim().toLowerCase().split(/\s+/).join(" ");
    for (const section of wanted ? all("#words section") : []) {
      const words = all("[data-start]", section);
      const starts = [];
      let text = "";
      for (const word of words) {
        starts.push(text.length);
        text += `${word.textContent.toLowerCase()} `;
      }
      let from = 0;
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
        while (from + 1 < starts.length && starts[from + 1] <= at) from += 1;
        let until = from;
        while (until + 1 < starts.length && starts[until + 1] < at + wanted.length) until += 1;
        places.push(words.slice(from, until + 1));
      }
    }
    places.flat().forEach((word) => word.classList.add("found"));
    tell(wanted);
    if (before >= 0 && before < places.length) mark(before);
    else if (places.length) go(1);
  };
  const tell = (wanted) => {
    let count = document.querySelector("#winasr-count");
    if (!count) {
      count = document.createElement("p");
      count.id = "winasr-count";
      count.setAttribute("role", "status");
      document.querySelector("#search")?.appendChild(count);
    }
    const found = texts.found.replace("{number}", place + 1).replace("{count}", places.length);
    count.textContent = !wanted ? "" : places.length ? found : texts.not_found;
  };
  // While words come or change, Gradio puts the others' own attributes back.
  const markAgain = () => {
    search(true);
    all("#players figure:not([hidden]) audio")
      .filter((player) => player.currentTime > 0).forEach(follow);
  };
  const mark = (at) => {
    places[place]?.forEach((word) => word.classList.remove("here"));
    place = at;
    places[place].forEach((word) => word.classList.add("here"));
    tell(true);
  };
  const go = (step) => {
    mark((place + step + places.length) % places.length);
    const words = places[place];
    const box = words[0].closest(".winasr-words");
    box.scrollTop += words[0].getBoundingClientRect().top - box.getBoundingClientRect().top
      - box.clientHeight / 3;
    scrolled = Date.now();
  };
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest?.("#search") || event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (places.length) go(event.shiftKey ? -1 : 1);
  }, true);

  // Until the server has taken over a change, a click on a download waits.
  let waiting = null;
  let pressed = null;
  document.addEventListener("input", (event) => {
    if (event.target.closest("#search")) search(false);
    if (!event.target.closest("#transcript")) return;
    window.winasrChanged = true;
    clearTimeout(waiting);
    waiting = setTimeout(release, 10000);
  }, true);
  const release = () => {
    clearTimeout(waiting);
    waiting = null;
    const button = pressed;
    pressed = null;
    if (button) setTimeout(() => button.click(), 100);
  };
  let answer = "";
  const refresh = () => {
    const note = document.querySelector("#note [data-answer]");
    if ((note?.dataset.answer ?? "") === answer) return;
    answer = note?.dataset.answer ?? "";
    if (note) announcer.textContent = note.textContent;
    setTimeout(markAgain, 50);
    const area = document.querySelector("#transcript textarea");
    if (!note || Number(note.dataset.length) === area?.value.length) release(); // else more comes
  };

  // Until Gradio has a recording that is being uploaded or made, a click on Transcribe waits.
  let records = false;
  let wanted = null;
  let tired = null;
  window.winasrRecords = (now) => {
    records = now;
    arrived();
  };
  const arriving = () => records || document.querySelector("#audio .uploading");
  const arrived = () => {
    if (!wanted || arriving()) return;
    const button = wanted;
    wanted = null;
    clearTimeout(tired);
    unsay("arriving");
    setTimeout(() => button.click(), 0);
  };
  const waitFor = (button) => {
    if (!wanted) tired = setTimeout(() => window.winasrRecords(false), 60000); // it has failed
    wanted = button;
    say("arriving", texts.arriving);
    all("#microphone button").find((each) => each.offsetParent && /stop/.test(each.className))?.click();
  };

  // A new attempt makes an old note untrue. While it is captured: the attempt itself may fail at
  // once, and its note must stay.
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("#transcribe, #anyway, #audio, #microphone")) unsay("toast", "microphone");
    const start = target?.closest("#transcribe, #anyway");
    if (start && arriving()) {
      event.stopPropagation();
      waitFor(start);
      return;
    }
    if (start) window.winasrChanged = false;
    const download = target?.closest("#downloads button");
    if (download && waiting) {
      event.preventDefault();
      event.stopPropagation();
      pressed = download;
      return;
    }
    const word = target?.closest("#words [data-start]");
    if (word) {
      focusOn(word);
      play(word);
    }
    const wave = target?.closest(".winasr-wave");
    const player = wave?.parentElement.querySelector("audio");
    if (player?.duration) {
      const { left, width } = wave.getBoundingClientRect();
      player.currentTime = (player.duration * (event.clientX - left)) / width;
    }
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
