// Keys on the table of fields: j, k and the arrows move, Space chooses, a accepts. The page works without it.
(function () {
  "use strict";
  const form = document.querySelector("[data-classify]");
  if (!form) return;
  const boxes = Array.from(form.querySelectorAll("[data-choose]"));

  function keysOn() {
    try { return localStorage.getItem("gatehouse-keys") !== "off"; } catch { return true; }
  }

  const hint = document.querySelector("[data-keys-hint]");
  if (hint && keysOn()) hint.hidden = false;

  function here() {
    const row = document.activeElement && document.activeElement.closest("[data-row]");
    return row ? boxes.indexOf(row.querySelector("[data-choose]")) : -1;
  }

  function move(step) {
    const from = here();
    const next = from < 0 ? (step > 0 ? 0 : boxes.length - 1) : Math.min(boxes.length - 1, Math.max(0, from + step));
    boxes[next].focus();
    boxes[next].scrollIntoView({ block: "nearest" });
  }

  function accept() {
    const at = here();
    if (!boxes.some(function (box) { return box.checked; }) && at >= 0) boxes[at].checked = true;
    if (boxes.some(function (box) { return box.checked; })) form.requestSubmit(form.querySelector("[data-accept]"));
  }

  document.addEventListener("keydown", function (event) {
    const target = event.target;
    const chooser = target.matches && target.matches("[data-choose]");
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
    if ((typing && !chooser) || event.ctrlKey || event.metaKey || event.altKey || !keysOn() || !boxes.length) return;
    if (document.querySelector("dialog[open]")) return;
    const down = event.key === "j" || (chooser && event.key === "ArrowDown");
    const up = event.key === "k" || (chooser && event.key === "ArrowUp");
    if (down || up) { event.preventDefault(); move(down ? 1 : -1); }
    if (event.key === "a" && (chooser || here() >= 0 || boxes.some(function (box) { return box.checked; }))) { event.preventDefault(); accept(); }
  });
})();
