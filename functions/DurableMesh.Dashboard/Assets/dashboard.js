// Keeps a page live: listens to what happens, and has htmx fetch the page anew and change what is different. Pages work without it.
(() => {
  "use strict";
  const { live, pace } = document.body.dataset;
  const badge = document.getElementById("live");
  let stream = null;
  // How far the page has heard, which the host takes as how new a page must be.
  let heard = "";
  let again = 0;

  const show = (word) => {
    badge.hidden = !word;
    badge.textContent = word;
    badge.dataset.state = word;
  };

  const look = () => {
    if (!document.hidden) {
      htmx.trigger(document.body, "news");
    }
  };

  const stop = () => {
    clearTimeout(again);
    stream?.close();
    stream = null;
  };

  const listen = () => {
    stop();
    if (document.hidden) {
      return;
    }
    stream = new EventSource(`/live?${live ? live + "&" : ""}pace=${pace}`);
    // Whatever happened before the stream was open was told to nobody.
    stream.onopen = () => {
      show("live");
      heard = "";
      look();
    };
    stream.addEventListener("news", (news) => {
      heard = news.data;
      look();
    });
    // The browser tries again by itself, unless the answer said not to: then the session may be over, which a look finds out.
    stream.onerror = () => {
      show("offline");
      if (stream?.readyState === EventSource.CLOSED) {
        look();
        again = setTimeout(listen, 5000);
      }
    };
  };

  if (live !== undefined) {
    listen();
    document.addEventListener("htmx:config:request", (asked) => {
      if (heard) {
        asked.detail.ctx.request.headers["Mesh-News"] = heard;
      }
    });
    // A page that nobody sees listens to nothing: a browser has few connections to a host, and all its tabs share them.
    document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
    window.addEventListener("online", listen);
    window.addEventListener("offline", () => {
      stop();
      show("offline");
    });
    // A machine that slept does not know that its connections are dead; that the clock jumped tells it.
    let ticked = Date.now();
    setInterval(() => {
      if (Date.now() - ticked > 30000) {
        listen();
      }
      ticked = Date.now();
    }, 5000);
    window.addEventListener("pagehide", stop);
    window.addEventListener("pageshow", (shown) => shown.persisted && listen());
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
