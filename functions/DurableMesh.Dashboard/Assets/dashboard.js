// Keeps a page live: listens to what happens, and has htmx fetch the page anew and change what is different. Pages work without it.
(() => {
  "use strict";
  const { live, pace } = document.body.dataset;
  const badge = document.getElementById("live");
  let stream = null;
  let due = 0;
  let last = 0;

  const show = (word) => {
    badge.hidden = !word;
    badge.textContent = word;
    badge.dataset.state = word;
  };

  const fetchNews = () => {
    due = 0;
    if (document.hidden) {
      return;
    }
    last = performance.now();
    htmx.trigger(document.body, "news");
  };

  const news = () => {
    if (!due) {
      due = setTimeout(fetchNews, Math.max(0, last + Number(pace) - performance.now()));
    }
  };

  const listen = () => {
    stream?.close();
    stream = new EventSource(`/live?${live}`);
    stream.onopen = () => show("live");
    stream.addEventListener("news", news);
    // The browser tries again by itself, unless the answer said not to: then the session may be over, which a fetch finds out.
    stream.onerror = () => {
      show("offline");
      if (stream.readyState === EventSource.CLOSED) {
        setTimeout(() => { fetchNews(); listen(); }, 5000);
      }
    };
  };

  if (live !== undefined) {
    listen();
    // A browser that slept has missed what happened: it looks at once, and listens anew.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) {
        fetchNews();
        if (stream.readyState !== EventSource.OPEN) {
          listen();
        }
      }
    });
    window.addEventListener("online", listen);
    window.addEventListener("pagehide", () => stream.close());
    window.addEventListener("pageshow", (shown) => { if (shown.persisted) { fetchNews(); listen(); } });
  }

  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const tell = (time) => {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? units[3];
    const count = Math.floor(Math.abs(seconds) / length);
    time.textContent = seconds >= 0 ? `${count} ${unit} ago` : `in ${count} ${unit}`;
  };
  const tellAll = () => {
    if (!document.hidden) {
      document.querySelectorAll("time[data-ago]").forEach(tell);
    }
  };
  tellAll();
  setInterval(tellAll, 1000);
  document.addEventListener("htmx:after:swap", tellAll);

  // A slash goes to the search of the page, where there is one.
  document.addEventListener("keydown", (key) => {
    const field = document.querySelector("input[type=search]");
    if (key.key === "/" && field && !key.ctrlKey && !key.metaKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(key.target.tagName)) {
      key.preventDefault();
      field.focus();
    }
  });
})();
