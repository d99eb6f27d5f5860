// What makes pages better where there is JavaScript. Every page works without it.
(function () {
  "use strict";
  const root = document.documentElement;
  const POLL_MILLISECONDS = 45000;
  const WATCH_MILLISECONDS = 2000;

  // Fragments that ask for it are refreshed while the page is visible; running jobs more often.
  let last = Date.now();
  setInterval(function () {
    if (document.hidden) return;
    const watching = document.querySelector("#job[hx-trigger], [data-watch]");
    if (Date.now() - last >= (watching ? WATCH_MILLISECONDS : POLL_MILLISECONDS)) {
      last = Date.now();
      document.body.dispatchEvent(new CustomEvent("gatehouse:poll"));
    }
  }, 1000);

  function announce(text) {
    const region = document.getElementById("announcements");
    if (region) region.textContent = text;
  }

  function focusIn(scope) {
    const target = scope.querySelector("[data-focus]");
    if (target) target.focus();
  }

  // A window that came with an answer holds the focus until it is closed, then gives it back.
  function raise(dialog) {
    const before = document.activeElement;
    if (dialog.open) dialog.close();
    dialog.addEventListener("close", function () { if (before && before.isConnected) before.focus(); }, { once: true });
    dialog.showModal();
    const title = dialog.querySelector("[data-focus]");
    if (title) title.focus();
  }

  function count(line) {
    const field = document.getElementById(line.dataset.countFor);
    const left = field.maxLength - field.value.length;
    if (left < 200) line.hidden = false;
    line.textContent = Math.abs(left) + " " + (left < 0 ? line.dataset.over : line.dataset.left);
  }

  function keysOn() {
    try { return localStorage.getItem("gatehouse-keys") !== "off"; } catch { return true; }
  }

  function showKeys() {
    const dialog = document.getElementById("keys");
    if (dialog && !dialog.open) raise(dialog);
  }

  document.addEventListener("DOMContentLoaded", function () {
    focusIn(document.getElementById("main") || document);
    document.querySelectorAll("[data-keys-open]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", showKeys);
    });
    document.querySelectorAll("[data-keys-switch]").forEach(function (box) {
      box.checked = keysOn();
      box.addEventListener("change", function () {
        try { localStorage.setItem("gatehouse-keys", box.checked ? "on" : "off"); } catch { /* this device keeps nothing */ }
      });
    });
    document.querySelectorAll("[data-theme-toggle]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
        root.dataset.theme = dark ? "light" : "dark";
        document.cookie = "theme=" + root.dataset.theme + "; path=/; max-age=31536000; samesite=lax";
      });
    });
  });

  // What the script repeats by itself says so: it keeps no session alive, and it never takes what somebody is typing.
  document.addEventListener("htmx:config:request", function (event) {
    const context = event.detail.ctx;
    if (!context.sourceEvent || context.sourceEvent.type !== "gatehouse:poll") return;
    context.request.headers["Gatehouse-Background"] = "1";
    const place = context.sourceElement;
    if (place.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) event.preventDefault();
  });

  function unreachable() {
    const region = document.getElementById("alerts");
    if (!region) return;
    region.textContent = region.dataset.unreachable;
    region.className = "toast error unreachable";
  }
  document.addEventListener("htmx:error", function (event) {
    const context = event.detail && event.detail.ctx;
    const polled = context && context.sourceEvent && context.sourceEvent.type === "gatehouse:poll";
    if (context && !polled && !context.response) unreachable();
  });
  document.addEventListener("htmx:after:request", function (event) {
    const context = event.detail && event.detail.ctx;
    const problem = document.getElementById("problem");
    if (problem && context && context.response.status < 400 && context.sourceEvent.type !== "gatehouse:poll") problem.replaceChildren();
    const region = document.getElementById("alerts");
    if (region && region.textContent) { region.textContent = ""; region.className = "visually-hidden"; }
  });

  document.addEventListener("htmx:after:swap", function (event) {
    const context = event.detail && event.detail.ctx;
    const named = context && context.target;
    const target = typeof named === "string" ? document.querySelector(named) : named || event.target;
    const polled = context && context.sourceEvent && context.sourceEvent.type === "gatehouse:poll";
    if (target && target.querySelector) {
      const dialog = target.id === "dialog" && target.querySelector("dialog");
      if (dialog) raise(dialog);
      else if (!polled) focusIn(target);
      const count = target.querySelector("#list-count");
      if (count) announce(count.textContent);
      const state = target.querySelector("[data-announce]");
      if (state) announce(state.textContent);
    }
  });

  // A double click sends a form once; the submission key in the form is the server's own guard.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.dataset.dirty = "";
    setTimeout(function () { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // Typed text is not lost by leaving unawares.
  document.addEventListener("input", function (event) {
    const line = event.target.id && document.querySelector('[data-count-for="' + CSS.escape(event.target.id) + '"]');
    if (line) count(line);
    const form = event.target.form;
    if (form && form.method === "post" && !event.target.closest("[data-autosave]")) form.dataset.dirty = "yes";
  });
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector('form[data-dirty="yes"]')) event.preventDefault();
  });

  document.addEventListener("keydown", function (event) {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    const held = event.ctrlKey || event.metaKey;
    const single = !typing && !held && !event.altKey && keysOn();
    if ((event.key === "/" && single) || (event.key.toLowerCase() === "k" && held && !event.shiftKey)) {
      const search = document.querySelector('[data-hotkey="/"]');
      if (search) { event.preventDefault(); search.focus(); }
    }
    if (event.key === "?" && single) { event.preventDefault(); showKeys(); }
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
})();
