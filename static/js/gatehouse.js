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

  document.addEventListener("DOMContentLoaded", function () {
    focusIn(document);
    document.querySelectorAll("[data-theme-toggle]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
        root.dataset.theme = dark ? "light" : "dark";
        document.cookie = "theme=" + root.dataset.theme + "; path=/; max-age=31536000; samesite=lax";
      });
    });
  });

  document.addEventListener("htmx:after:swap", function (event) {
    const target = (event.detail && event.detail.ctx && event.detail.ctx.target) || event.target;
    if (target && target.querySelector) {
      focusIn(target);
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
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector('[data-hotkey="/"]');
      if (search) { event.preventDefault(); search.focus(); }
    }
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
})();
